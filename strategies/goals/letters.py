"""The five letters of SMART under a goal's name, each of which opens to its reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from planner import words
from strategies.goals.outlook import Outlook
from strategies.goals.smart import Mend, State, Verdict
from strategies.goals.targets import Target, number_of, text_of

# What stands behind a letter: one that passes is quiet.
SIGNS = {State.PASSED: "", State.QUESTIONED: " ?", State.FAILED: " !", State.UNKNOWN: " –"}
TONES = {State.PASSED: "", State.QUESTIONED: "ask", State.FAILED: "fail", State.UNKNOWN: "unknown"}
STATES = {
    State.PASSED: pgettext_lazy("SMART", "passed"),
    State.QUESTIONED: pgettext_lazy("SMART", "questioned"),
    State.FAILED: pgettext_lazy("SMART", "failed"),
    State.UNKNOWN: pgettext_lazy("SMART", "unknown"),
}


@dataclass(frozen=True, slots=True)
class _Fact:
    """Something that a target is held against: a range, or one value at both ends of it."""

    label: str
    low: Decimal
    high: Decimal


def letters(
    target: Target, verdicts: Iterable[Verdict], outlook: Outlook | None, key: str, *, can_mend: bool
) -> SafeString:
    """The letters of the goal in row `key`; only one of them is open at a time."""
    evidence = {"A": _evidence(target, outlook)} if outlook else {}
    shown = format_html_join(
        "",
        "{}",
        ((_letter(verdict, key, evidence.get(verdict.letter, ""), can_mend),) for verdict in verdicts),
    )
    return format_html('<div class="smart" role="group" aria-label="SMART">{}</div>', shown)


def _letter(verdict: Verdict, key: str, evidence: Any, can_mend: bool) -> SafeString:
    title = _("%(name)s: %(state)s") % {"name": verdict.name, "state": STATES[verdict.state]}
    mends = [_mend(mend, key) for mend in verdict.mends] if can_mend else []
    return format_html(
        '<details class="letter" name="smart-{}"><summary class="{}" aria-label="{}">{}</summary>'
        '<div class="pop"><p><b>{} · {}</b></p>{}{}{}</div></details>',
        key,
        TONES[verdict.state],
        title,
        f"{verdict.letter}{SIGNS[verdict.state]}",
        verdict.letter,
        title,
        format_html_join("", "<p>{}</p>", ((sentence,) for sentence in verdict.sentences)),
        evidence,
        format_html('<p class="mends">{}</p>', format_html_join(" ", "{}", ((mend,) for mend in mends)))
        if mends
        else "",
    )


def _mend(mend: Mend, key: str) -> SafeString:
    if mend.url:
        return format_html('<a class="go" href="{}">{}</a>', mend.url, mend.label)
    if mend.adds:
        pk = key.partition("-")[2]
        link = '<a class="go" href="rows/?kind=part&amp;beneath={}" data-opens="part">{}</a>'
        return format_html(link, pk, mend.label)
    return format_html(
        '<a class="go mend" href="rows/{}/?cell={}#{}" data-cell="{}" data-field="{}">{}</a>',
        key,
        mend.cell,
        mend.field or mend.cell,
        mend.cell,
        mend.field,
        mend.label,
    )


def _evidence(target: Target, outlook: Outlook) -> SafeString:
    """The history and the forecast that a target is held against, each drawn beside the target's line."""
    goal_target = target.goal.target
    if outlook.is_short or goal_target is None:
        return mark_safe("")
    facts = _facts(outlook)
    ends = [value for fact in facts for value in (fact.low, fact.high)]
    low, high = min(*ends, goal_target), max(*ends, goal_target)

    def place(value: Decimal) -> str:
        return f"{4 + 92 * (value - low) / (high - low):.1f}" if high > low else "50.0"

    lines = (
        (fact.label, _range(target, fact), _drawing(place(fact.low), place(fact.high), place(goal_target)))
        for fact in facts
    )
    listed = format_html_join("", "<div><dt>{}</dt><dd>{}</dd><dd>{}</dd></div>", lines)
    caption = _("The line is the target, %(target)s.") % {"target": text_of(target, goal_target)}
    return format_html('<dl class="evidence">{}</dl><p class="muted small">{}</p>', listed, caption)


def _drawing(low: str, high: str, target: str) -> SafeString:
    """A range on its axis, with the line of the target; the figures beside it say the same."""
    return format_html(
        '<svg class="against" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">'
        '<line class="axis" x1="0" x2="100" y1="6" y2="6"/><line class="span" x1="{}" x2="{}" y1="6" y2="6"/>'
        '<line class="target" x1="{}" x2="{}" y1="-4" y2="16"/></svg>',
        low,
        high,
        target,
        target,
    )


def _facts(outlook: Outlook) -> list[_Fact]:
    facts = []
    if usual := outlook.usual:
        facts.append(_Fact(_("Usual range"), usual.lower, usual.upper))
    if best := outlook.best:
        label = _("Best three months (%(months)s)") % {"months": words.months(best.months)}
        facts.append(_Fact(label, best.level, best.level))
    expected = outlook.expected
    if expected and expected.low is not None and expected.high is not None:
        label = _("80%% forecast for %(month)s") % {"month": words.month(expected.month)}
        facts.append(_Fact(label, expected.low, expected.high))
    return facts


def _range(target: Target, fact: _Fact) -> str:
    """From where to where, the unit once."""
    high = text_of(target, fact.high)
    return high if fact.low == fact.high else f"{number_of(target, fact.low)} – {high}"
