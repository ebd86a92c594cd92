"""Whether a strategy can be done: what its three scores say together, and when its effect can be expected."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

# Lags of so many days are months of the calendar: people say "three months", not "90 days".
MONTH = 30
TWO_WEEKS = 14
# What a score must be so that nothing is missing, and the one with which a strategy can be done with conditions.
ENOUGH, CONDITION = 3, 2


class Verdict(StrEnum):
    FEASIBLE = "feasible"
    WITH_CONDITIONS = "with_conditions"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on some scores, None until all are known; `names` are those that it hangs on."""

    verdict: Verdict | None
    names: tuple[str, ...] = ()


def judge(scores: Mapping[str, int | None]) -> Judgement:
    """Feasible where all scores are at least 3, with conditions where the lowest is a 2, not yet where one is a 1."""
    known = {name: score for name, score in scores.items() if score is not None}
    worst = min(known.values(), default=ENOUGH)
    if worst < CONDITION:
        return Judgement(Verdict.NOT_YET, tuple(name for name, score in known.items() if score < CONDITION))
    if len(known) < len(scores):
        return Judgement(None, tuple(name for name in scores if name not in known))
    if worst == CONDITION:
        named = tuple(name for name, score in known.items() if score == CONDITION)
        return Judgement(Verdict.WITH_CONDITIONS, named)
    return Judgement(Verdict.FEASIBLE)


def effect_day(start: dt.date, lag: int) -> dt.date:
    """The day on which an effect can be expected: `lag` days after the start, whole months by the calendar.

    10 July and 90 days are 10 October; a month that has no such day gives its last one.
    """
    if lag % MONTH:
        return start + dt.timedelta(days=lag)
    return months_later(start, lag // MONTH)


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day some months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def time_score(start: dt.date, lag: int, due: dt.date) -> int:
    """The score of *time* that the dates suggest, by the lines of the rubric (strategies/board/rubrics.py)."""
    effect = effect_day(start, lag)
    if effect > due:
        return 2 if effect <= months_later(due, 1) else 1
    if lag <= TWO_WEEKS:
        return 5
    return 4 if (due - effect).days >= TWO_WEEKS else 3
