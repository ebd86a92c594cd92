"""Table 2 as a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from planner.arithmetic.formats import Scale
from planner.arithmetic.items import number_items
from planner.models import Goal
from planner.spreadsheets.sheets import Heading, Line, Number
from strategies.forms import ARROW
from strategies.targets import Target, share_unit


def headings(labels: dict[str, str], owners: Sequence[str]) -> tuple[Heading, ...]:
    """The columns of Table 2 by their labels; `owners` are the names that the owner's cell offers."""
    return (
        Heading(labels["core"], width=26, wraps=True),
        Heading(labels["dimension"], width=30, wraps=True),
        Heading(labels["target"], width=20, number=Number(None)),
        Heading(labels["owner"], width=18, choices=tuple(owners)),
        Heading(labels["due"], width=14, is_date=True),
        Heading(labels["actions"], width=56, wraps=True),
    )


def lines(target: Target, parts: Iterable[Target]) -> Iterable[Line]:
    """A core goal as a band, its dimensions beneath; each names the core goal, so that a filter finds it."""
    core = target.goal.name
    yield Line((core, "", *_rest(target)), band=True)
    for part in parts:
        yield Line((core, part.goal.name, *_rest(part)), level=1)


def _rest(target: Target) -> tuple:
    goal = target.goal
    return (_number(target), goal.owner.name if goal.owner else "", goal.due, _actions(goal))


def _number(target: Target) -> Number:
    if target.amount is not None:
        return Number(target.amount, Scale(unit=share_unit(target.goal)))
    return Number(target.goal.target, target.scale)


def _actions(goal: Goal) -> str:
    said = []
    for action in goal.key_actions.all():
        strategy = action.strategy
        points = strategy is not None and strategy.removed_at is None
        said.append(f"{action.text} {ARROW} {strategy}" if points else action.text)
    return number_items(said)
