"""A chart of quadrants: things with two scores from 1 to 5, drawn in a square of 500 × 500 units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

# How far apart dots of the same scores stand, and how many stand in one line.
STEP, IN_LINE = 29, 3


@dataclass(frozen=True, slots=True)
class Scored:
    """A thing with its number in the ranking, its two scores, and whether its dot is filled."""

    number: int
    title: str
    url: str
    across: int
    upwards: int
    is_filled: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """Where a thing lies: `x` to the right, `y` downwards."""

    thing: Scored
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Quadrant:
    """One quarter of the chart: its words, and the class that colours it."""

    name: Any
    css: str = ""


@dataclass(frozen=True, slots=True)
class Corner:
    """A quadrant where it is drawn."""

    quadrant: Quadrant
    x: int
    y: int
    width: int
    height: int


# High is 4 and 5 (Decision 22 of the method): the upper and the right quadrants are the smaller ones.
CORNERS = ((0, 0, 300, 200), (300, 0, 200, 200), (0, 200, 300, 300), (300, 200, 200, 300))


@dataclass(frozen=True, slots=True)
class Matrix:
    """The chart; `quadrants` are the upper left, upper right, lower left and lower right one."""

    across: Any
    upwards: Any
    quadrants: tuple[Quadrant, Quadrant, Quadrant, Quadrant]
    things: tuple[Scored, ...]
    label: Any

    @property
    def corners(self) -> list[Corner]:
        return [Corner(quadrant, *place) for quadrant, place in zip(self.quadrants, CORNERS, strict=True)]

    @property
    def dots(self) -> list[Dot]:
        """Things of the same scores stand side by side, three in a line."""
        positions: dict[tuple[int, int], int] = {}
        dots = []
        for thing in self.things:
            place = thing.across, thing.upwards
            position = positions[place] = positions.get(place, -1) + 1
            line, at = divmod(position, IN_LINE)
            x = 100 * thing.across - 50 + (0, STEP, -STEP)[at]
            dots.append(Dot(thing, x, 550 - 100 * thing.upwards + _shift(line)))
        return dots


def scored(things: Iterable[Scored | None]) -> tuple[Scored, ...]:
    """Those that have both scores."""
    return tuple(thing for thing in things if thing is not None)


def _shift(line: int) -> int:
    """How far beneath (or above) the first line a further one stands."""
    return (line + 1) // 2 * STEP * (1 if line % 2 else -1)
