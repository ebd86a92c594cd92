"""How a strategy is judged: its rank, its verdict, when its effect is due, and the scores that its figures suggest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner import words
from planner.arithmetic import formats
from planner.arithmetic.feasibility import (
    Judgement,
    Verdict,
    effect_day,
    judge,
    time_score,
)
from planner.arithmetic.gaps import measure_gap
from planner.arithmetic.goals import Sign
from planner.arithmetic.suggestions import suggest_importance, suggest_urgency
from planner.diagnose import signs
from planner.models import Plan
from planner.stages import StrategyTask
from planner.tables import cells
from strategies.board.decisions import RUNNABLE
from strategies.board.rubrics import TONES, VERDICTS
from strategies.goals.targets import Target
from strategies.ideas.library import start_of_work
from strategies.models import Strategy
from strategies.priority import Ranked

DIMENSIONS = ("resources", "capability", "time")


def tie_sentences(places: Sequence[Ranked]) -> list[str]:
    """Why strategies of the same score stand in this order: one sentence for each score that several have."""
    by_score: dict[int, list[Ranked]] = {}
    for place in places:
        if place.rank is not None and place.score is not None:
            by_score.setdefault(place.score, []).append(place)
    return [_tie_sentence(score, same) for score, same in by_score.items() if len(same) > 1]


def _tie_sentence(score: int, same: Sequence[Ranked]) -> str:
    params = {"ranks": words.listed((place.rank for place in same), most=None), "score": score}
    if any(place.tie == "importance" for place in same):
        return _("%(ranks)s tie at %(score)s: the more important one comes first.") % params
    return _("%(ranks)s tie at %(score)s with the same importance: they keep the order of Table 3.") % params


def judgement(strategy: Strategy) -> Judgement:
    return judge({name: getattr(strategy, f"{name}_score") for name in DIMENSIONS})


def verdict_text(found: Judgement) -> str:
    """The verdict in words: "With conditions: time"; what is not scored yet by name."""
    names = _named(found)
    if found.verdict is None:
        return _("Not scored: %(names)s") % {"names": names}
    label = str(VERDICTS[found.verdict])
    return words.labelled(label, names) if names else label


def verdict_chip(found: Judgement) -> Any:
    """Feasible is a plain word: only what needs attention has a chip."""
    if found.verdict in (Verdict.WITH_CONDITIONS, Verdict.NOT_YET):
        return cells.lines(cells.chip(TONES[found.verdict], VERDICTS[found.verdict]), _named(found))
    text = verdict_text(found)
    return cells.small(text) if found.verdict is None else text


def _named(found: Judgement) -> str:
    return words.listed([labels()[name] for name in found.names])


def labels() -> Mapping[str, str]:
    """What the three dimensions are called inside a sentence."""
    return {"resources": _("resources"), "capability": _("capability"), "time": _("time")}


@dataclass(frozen=True, slots=True)
class Timing:
    """When the effect of a strategy can be expected, and the day that it is wanted by.

    `is_goals` says whether that is the due date of a goal, not the end of the plan.
    """

    start: dt.date
    lag: int
    effect: dt.date
    due: dt.date
    is_goals: bool

    @property
    def score(self) -> int:
        return time_score(self.start, self.lag, self.due)

    @property
    def is_late(self) -> bool:
        return self.effect > self.due

    @property
    def sentence(self) -> str:
        """10 Jul + 3 months = 10 Oct; the goal is due 30 Sep."""
        params = {
            "start": _short(self.start, self.effect, self.due),
            "lag": words.lag(self.lag),
            "effect": _short(self.effect, self.start, self.due),
            "due": _short(self.due, self.start, self.effect),
        }
        if self.is_goals:
            return _("%(start)s + %(lag)s = %(effect)s; the goal is due %(due)s.") % params
        return _("%(start)s + %(lag)s = %(effect)s; the plan ends %(due)s.") % params


def _short(day: dt.date, *others: dt.date) -> str:
    """A day without its year where all others lie in the same one."""
    has_year = any(other.year != day.year for other in others)
    return formats.day(day, words.language(), year=has_year)


def timing(strategy: Strategy, plan: Plan, tasks: Sequence[StrategyTask]) -> Timing:
    """From its first task's start, else the plan's start or today, to the first due date of its goals."""
    starts = [task.start for task in tasks if task.start]
    start = min(starts) if starts else start_of_work(plan)
    dues = [goal.due for goal in strategy.goals if goal.due]
    effect = effect_day(start, strategy.effect_lag_days)
    return Timing(start, strategy.effect_lag_days, effect, min(dues, default=plan.end), bool(dues))


def fast_ones(
    slow: Strategy, strategies: Iterable[Strategy], timings: Mapping[int, Timing]
) -> list[Strategy]:
    """The strategies of the same goal or bottleneck that show an effect before a slow one is due, the first first."""
    goals, due = {goal.pk for goal in slow.goals}, timings[slow.pk].due
    return sorted(
        (
            each
            for each in strategies
            if each.pk != slow.pk and each.state in RUNNABLE and timings[each.pk].effect <= due
            if goals & {goal.pk for goal in each.goals} or _same_bottleneck(slow, each)
        ),
        key=lambda each: (timings[each.pk].effect, each.order, each.pk),
    )


def _same_bottleneck(first: Strategy, second: Strategy) -> bool:
    return first.bottleneck_id is not None and first.bottleneck_id == second.bottleneck_id


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A score that the figures suggest, its reason in a sentence, and the numbers behind it, one a line."""

    score: int
    reason: str
    lines: tuple[str, ...] = ()


def suggested_importance(strategy: Strategy, figures: Sequence[Target]) -> Suggestion | None:
    """From the share that its goals have of the gaps of all goals of their level; `figures` are those of the plan."""
    rates = {target.goal.pk: _shortfall(target) for target in figures}
    served = {goal.pk for goal in strategy.goals}
    levels = (
        [target for target in figures if target.goal.parent_id is None],
        [target for target in figures if target.goal.parent_id is not None],
    )
    found = [each for level in levels if (each := _share_of(level, rates, served))]
    if not found:
        return None
    share, lines = max(found, key=lambda each: each[0])
    reason = _("its goals carry %(share)s of the plan's gap") % {"share": words.per_cent(share)}
    return Suggestion(suggest_importance(share), reason, lines)


def _share_of(
    level: Sequence[Target], rates: Mapping[int, Decimal], served: set[int]
) -> tuple[Decimal, tuple[str, ...]] | None:
    """What the served goals of one level carry of its gaps, with each gap in words; None where there is no gap."""
    total = sum((rates[target.goal.pk] for target in level), Decimal(0))
    part = sum((rates[target.goal.pk] for target in level if target.goal.pk in served), Decimal(0))
    if not total or not any(target.goal.pk in served for target in level):
        return None
    gap_rate = _("gap rate %(rate)s")
    lines = [
        words.labelled(target.goal.name, gap_rate % {"rate": words.per_cent(rates[target.goal.pk])})
        for target in level
    ]
    shares = {
        "part": words.per_cent(part),
        "total": words.per_cent(total),
        "share": words.per_cent(part / total),
    }
    return part / total, (*lines, _("%(part)s of %(total)s = %(share)s") % shares)


def _shortfall(target: Target) -> Decimal:
    """The gap as a share of the target (Decision 1 of the method); 0 where it is met or not known."""
    now = target.baseline if target.now is None else target.now
    rate = measure_gap(now, target.goal.target, target.goal.way).shortfall
    return max(rate or Decimal(0), Decimal(0))


def suggested_urgency(strategy: Strategy, plan: Plan, figures: Sequence[Target]) -> Suggestion | None:
    """From the first due date of its goals and the slowest of their ways."""
    served = {goal.pk for goal in strategy.goals}
    own = [target for target in figures if target.goal.pk in served]
    due = min((target.goal.due for target in own if target.goal.due), default=None)
    if due is None:
        return None
    today = plan.day
    ways = [target.way.sign for target in own if target.way.sign]
    score = suggest_urgency(today, due, ways)
    sign = max(ways, key=_WORST.index, default=None)
    weeks = max((due - today).days // 7, 0)
    when = (
        ngettext("due in %(n)d week", "due in %(n)d weeks", weeks) % {"n": weeks}
        if due >= today
        else _("due date passed")
    )
    pace = _PACES[sign]() if sign else ""
    lines = [
        words.labelled(
            target.goal.name, " · ".join(filter(None, (words.day(target.goal.due), _sign_of(target))))
        )
        for target in own
    ]
    return Suggestion(score, words.listed(filter(None, (when, pace))), tuple(lines))


_WORST = (Sign.HELD, Sign.ON_TRACK, Sign.NO_DATA, Sign.BEHIND, Sign.OUT_OF_REACH)
_PACES = {
    Sign.HELD: lambda: _("target held"),
    Sign.ON_TRACK: lambda: _("on track"),
    Sign.NO_DATA: lambda: _("no data for this plan yet"),
    Sign.BEHIND: lambda: _("behind"),
    Sign.OUT_OF_REACH: lambda: _("out of reach at this pace"),
}


def _sign_of(target: Target) -> str:
    return str(signs.LABELS[target.way.sign]) if target.way.sign else ""
