"""Table 2 as a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from planner import words
from planner.arithmetic.formats import Scale
from planner.arithmetic.items import number_items
from planner.models import Goal
from planner.spreadsheets.sheets import Column, Line, Number, line_of
from strategies.goals.forms import ARROW
from strategies.goals.targets import Target, share_unit


@dataclass(frozen=True, slots=True)
class Row:
    """A goal of Table 2 in figures, under its core goal, which names itself."""

    core: Goal
    target: Target

    @property
    def goal(self) -> Goal:
        return self.target.goal


def columns(labels: dict[str, str], owners: Mapping[int, str]) -> tuple[Column[Row], ...]:
    """The columns of Table 2 by their labels; `owners` are what the members are called, by their ids."""
    return (
        Column(labels["core"], width=26, wraps=True, value_of=lambda row: row.core.name),
        Column(
            labels["dimension"],
            width=30,
            wraps=True,
            value_of=lambda row: "" if row.goal == row.core else row.goal.name,
        ),
        Column(labels["target"], width=20, number=Number(None), value_of=lambda row: _number(row.target)),
        Column(
            labels["owner"],
            width=18,
            choices=tuple(owners.values()),
            value_of=lambda row: words.called(row.goal.owner, owners),
        ),
        Column(labels["due"], width=14, is_date=True, value_of=lambda row: row.goal.due),
        Column(labels["actions"], width=56, wraps=True, value_of=lambda row: _actions(row.goal)),
    )


def lines(columns: Sequence[Column[Row]], core: Target, parts: Iterable[Target]) -> Iterable[Line]:
    """A core goal as a band, its dimensions beneath; each names the core goal, so that a filter finds it."""
    yield line_of(columns, Row(core.goal, core), band=True)
    for part in parts:
        yield line_of(columns, Row(core.goal, part), level=1)


def _number(target: Target) -> Number:
    if target.amount is not None:
        return Number(target.amount, Scale(unit=share_unit(target.goal)))
    return Number(target.target, target.scale)


def _actions(goal: Goal) -> str:
    items = []
    for action in goal.key_actions.all():
        strategy = action.strategy
        is_linked = strategy is not None and strategy.removed_at is None
        items.append(f"{action.text} {ARROW} {strategy}" if is_linked else action.text)
    return number_items(items)
