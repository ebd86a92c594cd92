"""What a strategy still lacks from others, and what the team does for it each week."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from planner.changes import Recording
from planner.models import Membership
from strategies.models import LeadMeasure, LeadValue, Question, Strategy


def ask(log: Recording, strategy: Strategy, text: str, **values: Any) -> Question:
    """Ask another department for what a strategy lacks; `values` are further fields of the question."""
    question = Question(plan=strategy.plan, strategy=strategy, text=text, **values)
    log.save(question)
    return question


def close_question(log: Recording, question: Question, answer: str, day: dt.date) -> Question:
    """Close a question with what was answered."""
    question.answer, question.closed_on = answer, day
    log.save(question)
    return question


def set_lead(
    log: Recording, strategy: Strategy, name: str, weekly_target: Decimal, **values: Any
) -> LeadMeasure:
    """What the team does each week for a strategy: its one lead measure, new or changed."""
    measure = LeadMeasure.objects.filter(strategy=strategy).first() or LeadMeasure(strategy=strategy)
    measure.name, measure.weekly_target = name, weekly_target
    for field, value in values.items():
        setattr(measure, field, value)
    log.save(measure)
    return measure


def report_week(
    log: Recording, measure: LeadMeasure, day: dt.date, value: Decimal, by: Membership | None
) -> LeadValue:
    """What was done in the week of a day, new or corrected."""
    week = day - dt.timedelta(days=day.weekday())
    entered = LeadValue.objects.filter(measure=measure, week=week).first()
    entered = entered or LeadValue(measure=measure, week=week)
    entered.value, entered.by = value, by
    log.save(entered)
    return entered
