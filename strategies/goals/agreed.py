"""How a target was agreed, as it stands beside the goal: the owner's answer, its decision, and every revision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner import access, words
from planner.models import Membership
from strategies.goals.outlook import Outlook
from strategies.goals.revisions import TargetHistory
from strategies.goals.targets import Target, number_of
from strategies.models import TargetAnswer


@dataclass(frozen=True, slots=True)
class Agreement:
    """All that is known of how a target came about."""

    target: Target
    answers: Sequence[TargetAnswer]
    history: TargetHistory
    outlook: Outlook | None

    @property
    def open_answer(self) -> TargetAnswer | None:
        return next((each for each in self.answers if each.outcome == TargetAnswer.Outcome.OPEN), None)

    def number(self, value: Any) -> str:
        return number_of(self.target, value)


def agreed(agreement: Agreement, member: Membership, *, is_closed: bool) -> SafeString:
    """What stands beneath a target: who proposes another one, with what a manager may do, and its history."""
    goal = agreement.target.goal
    pieces = []
    if answer := agreement.open_answer:
        pieces.append(_proposal(agreement, answer, can_decide=access.may_edit_goal(member, goal)))
    elif not is_closed and goal.owner_id == member.pk and access.may_answer_target(member, goal):
        pieces.append(_invitation(agreement))
    pieces.append(_past(agreement))
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def _invitation(agreement: Agreement) -> SafeString:
    """The owner may answer the target."""
    if agreement.target.goal.target is None:
        return mark_safe("")
    link = '<a class="go small" href="{}/answer/">{}</a>'
    return format_html(link, agreement.target.goal.pk, _("Answer this target"))


def _proposal(agreement: Agreement, answer: TargetAnswer, *, can_decide: bool) -> SafeString:
    who = _("%(who)s proposes %(value)s") % {
        "who": answer.by or _("The owner"),
        "value": agreement.number(answer.value),
    }
    buttons: SafeString | str = ""
    if can_decide:
        buttons = format_html(
            '<span class="actions"><button class="button primary" form="using" formaction="answers/{}/accept/">{}'
            '</button><button class="button" form="using" formaction="answers/{}/keep/">{}</button></span>',
            answer.pk,
            _("Accept %(value)s") % {"value": agreement.number(answer.value)},
            answer.pk,
            _("Keep %(value)s") % {"value": agreement.number(agreement.target.goal.target)},
        )
    return format_html(
        '<div class="proposal"><p><b>{}</b> <span class="muted">· {}</span><br>“{}”</p>{}{}</div>',
        who,
        _day(answer.made_on),
        answer.reason,
        _would_pass(agreement, answer),
        buttons,
    )


def _would_pass(agreement: Agreement, answer: TargetAnswer) -> SafeString:
    """Whether the answered target would be achievable by what its metric has shown."""
    outlook, target = agreement.outlook, agreement.target
    if outlook is None or outlook.is_short or outlook.lies_beyond(answer.value, target.goal.way):
        return mark_safe("")
    text = _("%(value)s is within the best three months or the forecast: A would pass.")
    return format_html('<small class="muted">{}</small>', text % {"value": agreement.number(answer.value)})


def _past(agreement: Agreement) -> SafeString:
    """Every revision and every decided answer, the latest first."""
    lines = [
        *((revision.day, _revision(agreement, revision)) for revision in agreement.history.revisions),
        *(
            (answer.decided_on, _decision(agreement, answer))
            for answer in agreement.answers
            if answer.decided_on is not None
        ),
    ]
    if not lines:
        return mark_safe("")
    count = len(agreement.history.revisions)
    title = ngettext("Target revised %(n)d time", "Target revised %(n)d times", count) % {"n": count}
    latest_first = sorted(lines, key=lambda line: line[0], reverse=True)
    listed = format_html_join("", "<li>{}</li>", ((text,) for _on, text in latest_first))
    return format_html(
        '<details class="past small"><summary>{}</summary><ul>{}</ul></details>',
        title if count else _("Answers to this target"),
        listed,
    )


def _revision(agreement: Agreement, revision: Any) -> str:
    params = {
        "day": _day(revision.day),
        "who": revision.by or "–",
        "old": agreement.number(revision.old),
        "new": agreement.number(revision.new),
        "why": revision.why or _("no reason given"),
    }
    return _("%(day)s, %(who)s: from %(old)s to %(new)s – %(why)s") % params


def _decision(agreement: Agreement, answer: TargetAnswer) -> str:
    params = {
        "day": _day(answer.decided_on),
        "who": answer.decided_by or "–",
        "by": answer.by or "–",
        "value": agreement.number(answer.value),
        "reason": answer.reason,
        "kept": agreement.number(answer.proposed),
    }
    if answer.outcome == TargetAnswer.Outcome.ACCEPTED:
        return _("%(day)s: %(who)s accepted %(value)s, proposed by %(by)s (“%(reason)s”)") % params
    return _("%(day)s: %(who)s kept %(kept)s; %(by)s had proposed %(value)s (“%(reason)s”)") % params


def _day(day: dt.date | None) -> str:
    return words.day(day)
