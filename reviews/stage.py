"""The review stage: its summary and its checks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from planner import words
from planner.arithmetic.periods import add_months, month_start, months_between
from planner.arithmetic.shifts import Cut
from planner.models import Plan
from planner.pitfalls import Check, Occurrences, Pitfall, check
from planner.stages import Outside, Page, Stage, Summary
from reviews import pitfalls
from reviews.models import Review
from reviews.reviews import periods_between
from reviews.table import ReviewKind


def _by_plan(plans: Sequence[Plan]) -> dict[int, list[Review]]:
    by_plan: dict[int, list[Review]] = {plan.pk: [] for plan in plans}
    for review in Review.objects.filter(plan__in=plans):
        by_plan[review.plan_id].append(review)
    return by_plan


def _months(plan: Plan) -> tuple[dt.date, ...]:
    return months_between(month_start(plan.start), plan.end)


def _due(plan: Plan, reviews: Sequence[Review]) -> list[dt.date]:
    """The months of the plan that are over by its team's clock and have no review of their own."""
    today = plan.team.today()
    written = {review.start for review in reviews if review.kind == Review.Kind.MONTH}
    return [month for month in _months(plan) if month not in written and add_months(month, 1) <= today]


def _summaries(plans: Sequence[Plan]) -> dict[int, Summary]:
    reviews = _by_plan(plans)
    return {plan.pk: _summary(plan, reviews[plan.pk]) for plan in plans}


def _summary(plan: Plan, reviews: Sequence[Review]) -> Summary:
    months = _months(plan)
    written = len({review.start for review in reviews if review.kind == Review.Kind.MONTH} & set(months))
    share = written / len(months)
    if due := _due(plan, reviews):
        text = _("The review for %(month)s is due")
        if len(due) > 1:
            text = _("%(n)d reviews are due, starting with %(month)s")
        return Summary(text % {"n": len(due), "month": words.month(due[0])}, share, late=True)
    if not written:
        return Summary(_("First review due after %(month)s") % {"month": words.month(months[0])})
    text = ngettext("%(done)d of %(n)d month reviewed", "%(done)d of %(n)d months reviewed", len(months))
    return Summary(text % {"done": written, "n": len(months)}, share)


def _checks(plans: Sequence[Plan]) -> dict[int, list[Check]]:
    reviews = _by_plan(plans)
    return {
        plan.pk: check(plan, _pitfalls_met(_due(plan, reviews[plan.pk]), reviews[plan.pk])) for plan in plans
    }


def _pitfalls_met(due: Sequence[dt.date], reviews: Sequence[Review]) -> dict[Pitfall, Occurrences]:
    idle = [review for review in reviews if review.has_lesson and not review.adjustments]
    return {
        pitfalls.MONTH_WITHOUT_REVIEW: Occurrences(len(due), {"months": words.listed(map(words.month, due))}),
        pitfalls.REVIEW_WITHOUT_LESSON: _of_reviews([review for review in reviews if not review.has_lesson]),
        pitfalls.REVIEW_WITHOUT_ADJUSTMENT: _of_reviews(idle),
    }


def _of_reviews(reviews: Sequence[Review]) -> Occurrences:
    """Reviews, the first of which is named and shown."""
    if not reviews:
        return Occurrences(0)
    return Occurrences(len(reviews), {"period": reviews[0].in_words}, f"review-{reviews[0].pk}")


def _outside(plan: Plan, cut: Cut) -> list[Outside]:
    """The reviews of periods that would no longer be the plan's."""
    periods = set(periods_between(*cut.old)) - set(periods_between(*cut.new))
    url = reverse("reviews", args=[plan.pk])
    return [
        Outside(_("Review"), review.in_words, f"{url}#review-{review.pk}")
        for review in Review.objects.filter(plan=plan)
        if (review.kind, review.start) in periods
    ]


STAGE = Stage(
    name=gettext_lazy("Review"),
    pages=(Page("reviews", pgettext_lazy("stage", "Reviews")),),
    summaries=_summaries,
    checks=_checks,
    outside=_outside,
    tables=(("reviews", "reviews.table.ReviewsTable"),),
    rights={Review: ReviewKind.rights},
)
