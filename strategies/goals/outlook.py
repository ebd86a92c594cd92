"""What a goal's metric has shown it can do: its best three months, its usual range and its forecast."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from planner.arithmetic.goals import meets
from planner.arithmetic.periods import LEVEL_MONTHS, add_months, full_months_before, months_between
from planner.arithmetic.xmr import Limits, usual_range
from planner.diagnose.analysis.forecasting import FARTHEST, FEWEST, Expected, forecast
from planner.diagnose.analysis.history import MONTHS
from planner.diagnose.standings import COURSE_MONTHS, Levels, Measure
from planner.models import Goal, Metric, Plan
from strategies.goals.targets import measure_of


@dataclass(frozen=True, slots=True)
class Best:
    """The three months in a row with the best level of a metric, and that level."""

    months: tuple[dt.date, ...]
    level: Decimal


@dataclass(frozen=True, slots=True)
class Outlook:
    """The history of a goal's metric, and its forecast for the month in which the goal is due.

    `months` are how many full months are known; the usual range is that of the last year. Each is None where too
    little is known; `expected` also where the goal's month is over, or lies beyond ten years.
    """

    months: int
    best: Best | None = None
    usual: Limits | None = None
    expected: Expected | None = None

    @property
    def is_short(self) -> bool:
        """Whether fewer than six months are known: then nothing is said of a target."""
        return self.months < FEWEST or self.best is None

    def lies_beyond(self, target: Decimal, direction: str) -> bool:
        """Whether a target lies beyond the best three months and beyond the better end of the 80 % forecast."""
        ends = [self.best.level] if self.best else []
        if (end := self.end_of_forecast(direction)) is not None:
            ends.append(end)
        return not any(meets(end, target, direction) for end in ends)

    def end_of_forecast(self, direction: str) -> Decimal | None:
        """The better end of the forecast's interval: the upper one where higher is better."""
        if self.expected is None:
            return None
        return self.expected.high if direction == Metric.Direction.HIGHER else self.expected.low


def look_out(course: Mapping[dt.date, Decimal], best: Best | None, due: dt.date) -> Outlook:
    """The outlook of a metric from its course by month, and from its best months, for the month of `due`."""
    known = sorted(course)
    if not known:
        return Outlook(0)
    recent = [course[month] for month in known[-COURSE_MONTHS:]]
    usual = usual_range(recent)
    if usual and min(recent) >= 0:  # what was never negative is not expected to be
        usual = replace(usual, lower=max(usual.lower, Decimal(0)))
    ahead = len(months_between(known[-1], due)) - 1
    expected = None
    if 0 < ahead <= FARTHEST and (found := forecast(course, ahead)) and found.points[-1].high is not None:
        expected = found.points[-1]
    return Outlook(len(known), best, usual, expected)


def outlooks(plan: Plan, goals: Iterable[Goal], today: dt.date) -> dict[int, Outlook]:
    """By a goal's id, its outlook on `today`, in one query; goals without a metric have none."""
    measured = [(goal, measure) for goal in goals if (measure := measure_of(goal))]
    months = full_months_before(plan.closing_day(today), MONTHS)
    levels = Levels([measure for _goal, measure in measured], months)
    found = {}
    for goal, measure in measured:
        values = {month: levels.over(measure, (month,)) for month in months}
        course = {month: value for month, value in values.items() if value is not None}
        best = _best_of(goal, measure, levels, course)
        found[goal.pk] = look_out(course, best, goal.due or plan.end)
    return found


def _best_of(goal: Goal, measure: Measure, levels: Levels, course: Mapping[dt.date, Decimal]) -> Best | None:
    """The best three months in a row, all of them known, the last ones of those that are equal."""
    runs = [
        run
        for month in sorted(course)
        if set(run := full_months_before(add_months(month, LEVEL_MONTHS))) <= set(course)
    ]
    reached = [Best(run, level) for run in runs if (level := levels.over(measure, run)) is not None]
    sign = 1 if goal.way == Metric.Direction.HIGHER else -1
    return max(reversed(reached), key=lambda best: sign * best.level, default=None)
