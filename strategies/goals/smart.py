"""SMART, computed and not asked: each letter with the figure that it passed or failed by, and what mends it.

A letter that fails lacks something; *achievable* never fails: it is questioned where the target lies beyond what the
metric has shown and is expected to do, until its parts cover it or its owner says why.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from planner import words
from planner.arithmetic import formats
from planner.diagnose.analysis.forecasting import FEWEST
from planner.models import Goal, Metric, Plan
from strategies.goals.outlook import Outlook
from strategies.goals.targets import Target, targets_of, text_of, unit_of
from strategies.models import KeyAction


class State(StrEnum):
    """What a letter comes to."""

    PASSED = "passed"
    QUESTIONED = "questioned"
    FAILED = "failed"
    UNKNOWN = "unknown"


NAMES = {
    "S": gettext_lazy("Specific"),
    "M": gettext_lazy("Measurable"),
    "A": gettext_lazy("Achievable"),
    "R": pgettext_lazy("SMART", "Relevant"),
    "T": gettext_lazy("Time-bound"),
}


@dataclass(frozen=True, slots=True)
class Mend:
    """The click that mends a letter: a field in a cell of the goal's row, a row to add beneath it, or a page."""

    label: Any
    cell: str = ""
    field: str = ""
    adds: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A letter with its reasons, each a sentence, and what mends it. `faults` are names of what is lacking."""

    letter: str
    state: State
    sentences: tuple[str, ...]
    mends: tuple[Mend, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def name(self) -> Any:
        return NAMES[self.letter]


# A requirement of a letter: what it lacks if it is not met, whether it is, the sentence either way, and what mends it.
@dataclass(frozen=True, slots=True)
class _Need:
    fault: str
    is_met: bool
    met: str
    missing: str
    mend: Mend


def _verdict(letter: str, needs: Iterable[_Need]) -> Verdict:
    """A letter passes if all its needs are met; it says those that it fails by, else those that it passed by."""
    needs = list(needs)
    missing = [need for need in needs if not need.is_met]
    if missing:
        sentences = tuple(need.missing for need in missing)
        faults = tuple(need.fault for need in missing)
        return Verdict(letter, State.FAILED, sentences, tuple(need.mend for need in missing), faults)
    return Verdict(letter, State.PASSED, tuple(need.met for need in needs))


def judge(
    target: Target,
    parts: Sequence[Target],
    outlook: Outlook | None = None,
    covered: Collection[int] = (),
) -> list[Verdict]:
    """The five letters of a goal; `parts` are the sub-goals of a core goal, `covered` the ids of the core goals that
    their sub-goals cover."""
    achievable = judge_achievable(target, outlook, is_covered=target.goal.pk in covered)
    specific, measurable, *others = judge_facts(target, parts)
    return [specific, measurable, achievable, *others]


def judge_facts(target: Target, parts: Sequence[Target]) -> list[Verdict]:
    """The four letters that need no history of the metric."""
    return [_specific(target, parts), _measurable(target), _relevant(target), _time_bound(target.goal)]


def _specific(target: Target, parts: Sequence[Target]) -> Verdict:
    """A sub-goal names its dimension and a key action; of a core goal a key action, its own or one of a sub-goal."""
    goal = target.goal
    actions: list[KeyAction] = [action for each in (target, *parts) for action in each.goal.key_actions.all()]
    text = ngettext("%(n)d key action: %(names)s.", "%(n)d key actions: %(names)s.", len(actions))
    acts = _Need(
        "actions",
        bool(actions),
        text % {"n": len(actions), "names": words.listed(actions)},
        _("No key action."),
        Mend(_("Add key actions"), cell="actions"),
    )
    verdict = _verdict("S", [acts] if goal.parent_id is None else [_dimension(goal), acts])
    if parts:
        text = ngettext("Broken down into %(n)d sub-goal.", "Broken down into %(n)d sub-goals.", len(parts))
        return replace(verdict, sentences=(text % {"n": len(parts)}, *verdict.sentences))
    if goal.parent_id is None and verdict.mends:
        return replace(verdict, mends=(Mend(_("Add sub-goal"), adds=True), *verdict.mends))
    return verdict


def _dimension(goal: Goal) -> _Need:
    named = [goal.get_cut_display()] if goal.cut else []
    named += [str(goal.segment)] if goal.segment else []
    return _Need(
        "cut",
        bool(named),
        _("Breakdown: %(names)s.") % {"names": " · ".join(named)},
        _("No breakdown or segment chosen."),
        Mend(_("Choose breakdown"), cell="core", field="cut"),
    )


def _measurable(target: Target) -> Verdict:
    goal = target.goal
    unit = unit_of(goal)
    return _verdict(
        "M",
        [
            _Need(
                "metric",
                goal.metric is not None,
                _("Metric: %(name)s.") % {"name": goal.metric},
                _("No metric."),
                Mend(_("Choose metric"), cell="core", field="metric"),
            ),
            _Need(
                "unit",
                target.is_rate or bool(unit),
                _("Unit: %(unit)s.") % {"unit": "%" if target.is_rate else unit},
                _("No unit."),
                Mend(_("Enter unit"), cell="target", field="unit"),
            ),
            _Need(
                "baseline",
                target.baseline is not None,
                _("Baseline: %(value)s.") % {"value": text_of(target, target.baseline)},
                _("No baseline: the metric has no values before the plan."),
                Mend(_("Enter baseline"), cell="target", field="baseline"),
            ),
            _Need(
                "target",
                goal.target is not None,
                _("Target: %(value)s.") % {"value": text_of(target, goal.target)},
                _("No target."),
                Mend(_("Set target"), cell="target"),
            ),
        ],
    )


def judge_achievable(target: Target, outlook: Outlook | None, *, is_covered: bool) -> Verdict:
    """Questioned where the target lies beyond the best three months and the 80 % forecast, unless something answers."""
    goal = target.goal
    if goal.target is None or outlook is None:
        return Verdict("A", State.UNKNOWN, (_("Unknown without a metric and a target."),))
    if outlook.is_short:
        known = ngettext(
            "Unknown: %(n)d month of history; %(needed)d are needed.",
            "Unknown: %(n)d months of history; %(needed)d are needed.",
            outlook.months,
        )
        return Verdict("A", State.UNKNOWN, (known % {"n": outlook.months, "needed": FEWEST},))
    if not outlook.lies_beyond(goal.target, goal.way):
        return Verdict("A", State.PASSED, (_within(target, outlook),))
    beyond = _beyond(target, outlook)
    if is_covered:
        return Verdict("A", State.PASSED, (beyond, _("The sub-goals that add up cover it.")))
    if goal.why_achievable:
        answer = _("The owner answers: “%(why)s”") % {"why": goal.why_achievable}
        return Verdict("A", State.PASSED, (beyond, answer))
    mends = [Mend(_("Add why it is achievable"), cell="target", field="why_achievable")]
    return Verdict("A", State.QUESTIONED, (beyond,), tuple(mends), ("achievable",))


def _beyond(target: Target, outlook: Outlook) -> str:
    params = {"target": text_of(target, target.goal.target), "months": _best_months(outlook)}
    is_higher = target.goal.way == Metric.Direction.HIGHER
    if outlook.expected is None:
        above, below = (
            _("%(target)s is above the best three months (%(months)s)."),
            _("%(target)s is below the best three months (%(months)s)."),
        )
        return (above if is_higher else below) % params
    above, below = (
        _(
            "%(target)s is above the best three months (%(months)s) and above the 80%% forecast for %(month)s."
        ),
        _(
            "%(target)s is below the best three months (%(months)s) and below the 80%% forecast for %(month)s."
        ),
    )
    return (above if is_higher else below) % (params | {"month": words.month(outlook.expected.month)})


def _within(target: Target, outlook: Outlook) -> str:
    best = outlook.best
    params = {"target": text_of(target, target.goal.target)}
    end = outlook.end_of_forecast(target.goal.way)
    if best and not Outlook(outlook.months, best).lies_beyond(
        target.goal.target or best.level, target.goal.way
    ):
        params |= {"best": text_of(target, best.level), "months": words.months(best.months)}
        return _("%(target)s is within the best three months: %(best)s in %(months)s.") % params
    month = outlook.expected.month if outlook.expected else target.goal.plan.end
    params |= {"end": text_of(target, end), "month": words.month(month)}
    return _("%(target)s is within the 80%% forecast for %(month)s, which goes to %(end)s.") % params


def _best_months(outlook: Outlook) -> str:
    return words.months(outlook.best.months) if outlook.best else ""


def _relevant(target: Target) -> Verdict:
    goal = target.goal
    if goal.parent_id is None:
        need = _Need(
            "company_goal",
            bool(goal.company_goal),
            _("Serves: %(name)s.") % {"name": goal.company_goal},
            _("No company goal entered."),
            Mend(_("Enter company goal"), cell="core", field="company_goal"),
        )
        return _verdict("R", [need])
    bottleneck = goal.bottleneck
    choose = Mend(_("Choose bottleneck"), cell="core", field="bottleneck")
    if bottleneck is None or bottleneck.removed_at:
        need = _Need("bottleneck", is_met=False, met="", missing=_("No bottleneck chosen."), mend=choose)
    else:
        url = f"{reverse('bottlenecks', args=[goal.plan_id])}#bottleneck-{bottleneck.pk}"
        need = _Need(
            "focus",
            bottleneck.in_focus,
            _("Serves “%(core)s” and the bottleneck “%(name)s”.") % {"core": goal.parent, "name": bottleneck},
            _("The bottleneck “%(name)s” is not in focus.") % {"name": bottleneck},
            Mend(_("View bottleneck"), url=url),
        )
    return _verdict("R", [need])


def _time_bound(goal: Goal) -> Verdict:
    plan = goal.plan
    mend = Mend(_("Set date"), cell="due")
    if goal.due is None:
        return _verdict("T", [_Need("due", is_met=False, met="", missing=_("No due date."), mend=mend)])
    period = formats.day_range(plan.start, plan.end, words.language())
    params = {"due": words.day(goal.due), "period": period}
    need = _Need(
        "outside",
        plan.start <= goal.due <= plan.end,
        _("Due %(due)s, within the plan.") % params,
        _("Due %(due)s, outside of the plan (%(period)s).") % params,
        mend,
    )
    return _verdict("T", [need])


# What other checks of a plan name already: a goal that lacks only this is not named twice.
NAMED_ELSEWHERE = frozenset({"metric", "target", "due"})


def failing_goals(plans: Iterable[Plan]) -> dict[int, list[tuple[Goal, str]]]:
    """By a plan's id, the goals that fail a letter of SMART with these letters, in a constant number of queries."""
    plans = list(plans)
    by_id = {plan.pk: plan for plan in plans}
    goals = list(
        Goal.objects.filter(plan__in=plans, parent__removed_at=None)
        .select_related("metric", "segment", "bottleneck", "parent")
        .prefetch_related("key_actions")
    )
    for goal in goals:
        goal.plan = by_id[goal.plan_id]
    figures = targets_of(plans, goals)
    parts: dict[int | None, list[Target]] = {}
    for target in figures:
        parts.setdefault(target.goal.parent_id, []).append(target)
    failing: dict[int, list[tuple[Goal, str]]] = {plan.pk: [] for plan in plans}
    for target in figures:
        verdicts = judge_facts(target, parts.get(target.goal.pk, []))
        if letters := "".join(each.letter for each in verdicts if set(each.faults) - NAMED_ELSEWHERE):
            failing[target.goal.plan_id].append((target.goal, letters))
    return failing
