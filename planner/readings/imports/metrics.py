"""Which of the team's metrics a name in a file means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache

from planner.arithmetic.quantities import half_width
from planner.readings.imports.units import NO_UNIT, Unit, split_unit


@lru_cache(maxsize=10_000)
def same_name(name: str) -> str:
    """A name for comparison: half-width, lower case, single spaces."""
    return " ".join(half_width(name).lower().split())


split_once = lru_cache(maxsize=1_000)(split_unit)


@dataclass(frozen=True, slots=True)
class KnownMetric:
    """What the reader of a file has to know of a metric: its name as the team writes it, its kind and its unit."""

    name: str
    is_rate: bool
    is_money: bool = True
    unit: Unit = NO_UNIT


class Metrics:
    """The team's metrics by `same_name`, and what names of the file that are none of them are said to mean."""

    def __init__(self, known: Iterable[KnownMetric], meant: Mapping[str, str]) -> None:
        self._known = {same_name(each.name): each for each in known}
        self._meant = {same_name(name): same_name(metric) for name, metric in meant.items()}
        self.like = cache(self._like)

    def named(self, name: str) -> tuple[KnownMetric | None, Unit | None]:
        """The metric of that name, or of that name without the unit in its brackets, and the unit."""
        metric = self._known.get(same_name(name))
        if metric is not None:
            return metric, None
        short, unit = split_once(name)
        meant = self._meant.get(same_name(name))
        if meant is None and unit is None:
            return None, None
        return self._known.get(meant or same_name(short)), unit

    def _like(self, name: str) -> str:
        """The name of the team's metric that is most like this one; "" where none is."""
        alike = get_close_matches(same_name(split_once(name)[0]), self._known, n=1)
        return self._known[alike[0]].name if alike else ""
