"""Targets are agreed: who owns a goal answers its target with a number and a reason, a manager accepts or keeps."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from planner.changes import Recording
from planner.models import Goal, Membership
from strategies.goals.goals import change_goal
from strategies.models import TargetAnswer


def answer_target(
    log: Recording, goal: Goal, by: Membership, value: Decimal | None, reason: str
) -> TargetAnswer:
    """Answer the proposed target of a goal with another one. Raises ValidationError by field."""
    if goal.target is None:
        raise ValidationError({"value": _("This goal has no target yet.")})
    if value is None or value == goal.target:
        raise ValidationError({"value": _("Enter a different target.")})
    answer = TargetAnswer(
        goal=goal, by=by, made_on=log.team.today(), proposed=goal.target, value=value, reason=reason
    )
    log.save(answer)
    return answer


def accept_answer(log: Recording, answer: TargetAnswer, by: Membership) -> TargetAnswer:
    """Let the goal have the target that was answered; the reason of the answer is that of the revision."""
    was_open = answer.outcome == TargetAnswer.Outcome.OPEN
    _decide(log, answer, by, TargetAnswer.Outcome.ACCEPTED)
    if was_open:
        change_goal(log, answer.goal, {"target": answer.value, "why": answer.reason})
    return answer


def keep_target(log: Recording, answer: TargetAnswer, by: Membership) -> TargetAnswer:
    """Keep the target as it is; the answer stays beside it."""
    return _decide(log, answer, by, TargetAnswer.Outcome.KEPT)


def _decide(
    log: Recording, answer: TargetAnswer, by: Membership, outcome: TargetAnswer.Outcome
) -> TargetAnswer:
    if answer.outcome == outcome:  # the same decision twice is one
        return answer
    if answer.outcome != TargetAnswer.Outcome.OPEN:
        raise ValidationError({"outcome": _("This answer has been decided already. Reload the page.")})
    answer.outcome, answer.decided_by, answer.decided_on = outcome, by, log.team.today()
    log.save(answer)
    return answer
