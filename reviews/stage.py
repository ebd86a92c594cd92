"""Review, as the loop and the checks of a plan show it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from planner.arithmetic.periods import add_months, month_start, months_between
from planner.models import Plan
from planner.stages import Check, Page, Stage, Summary, check
from reviews.models import Review


def _by_plan(plans: Sequence[Plan]) -> dict[int, list[Review]]:
    found: dict[int, list[Review]] = {plan.pk: [] for plan in plans}
    for review in Review.objects.filter(plan__in=plans):
        found[review.plan_id].append(review)
    return found


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
        said = ngettext(
            "The review of %(month)s is due", "%(n)d reviews are due, the first of %(month)s", len(due)
        )
        return Summary(said % {"n": len(due), "month": f"{due[0]:%Y-%m}"}, share, late=True)
    if not written:
        return Summary(_("The first review follows the end of %(month)s") % {"month": f"{months[0]:%Y-%m}"})
    words = ngettext("%(done)d of %(n)d month reviewed", "%(done)d of %(n)d months reviewed", len(months))
    return Summary(words % {"done": written, "n": len(months)}, share)


def _checks(plans: Sequence[Plan]) -> dict[int, list[Check]]:
    reviews = _by_plan(plans)
    return {plan.pk: _of_plan(plan, reviews[plan.pk]) for plan in plans}


def _of_plan(plan: Plan, reviews: Sequence[Review]) -> list[Check]:
    url = reverse("reviews", args=[plan.pk])
    due = _due(plan, reviews)
    empty = [review for review in reviews if not review.worked and not review.improve]
    idle = [review for review in reviews if (review.worked or review.improve) and not review.adjustments]
    return [
        check(
            len(due),
            ngettext(
                "%(months)s ended without a review",
                "%(n)d months ended without a review: %(months)s",
                len(due),
            ),
            _("Half an hour while it is fresh, and the next plan begins with it."),
            url,
            _("Review"),
            months=", ".join(f"{month:%Y-%m}" for month in due),
        ),
        check(
            len(empty),
            _("The review of %(period)s says neither what worked nor what to improve"),
            _("An effect without a lesson is a number."),
            f"{url}#review-{empty[0].pk}" if empty else "",
            _("Say it"),
            period=empty[0] if empty else "",
        ),
        check(
            len(idle),
            _("Nothing follows from the review of %(period)s"),
            _("A lesson counts when somebody does something about it."),
            f"{url}#review-{idle[0].pk}" if idle else "",
            _("Decide"),
            period=idle[0] if idle else "",
        ),
    ]


STAGE = Stage(
    name=gettext_lazy("Review"),
    pages=(Page("reviews", pgettext_lazy("stage", "Reviews")),),
    summaries=_summaries,
    checks=_checks,
    tables=(("reviews", "reviews.table.ReviewsTable"),),
)
