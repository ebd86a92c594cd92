"""What Table 4 lacks: reviews that were not held, or that nothing follows from."""

from __future__ import annotations

from django.utils.translation import gettext_lazy, ngettext_lazy

from planner.pitfalls import Pitfall

MONTH_WITHOUT_REVIEW = Pitfall(
    "month_without_review",
    "reviews",
    ngettext_lazy(
        "%(months)s ended without a review", "%(n)d months ended without a review: %(months)s", "n"
    ),
    gettext_lazy("Half an hour while it is fresh, and the next plan begins with it."),
    gettext_lazy("Review"),
)
REVIEW_WITHOUT_LESSON = Pitfall(
    "review_without_lesson",
    "reviews",
    gettext_lazy("The review of %(period)s says neither what worked nor what to improve"),
    gettext_lazy("An effect without a lesson is a number."),
    gettext_lazy("Add findings"),
)
REVIEW_WITHOUT_ADJUSTMENT = Pitfall(
    "review_without_adjustment",
    "reviews",
    gettext_lazy("Nothing follows from the review of %(period)s"),
    gettext_lazy("A lesson counts when somebody does something about it."),
    gettext_lazy("Add adjustments"),
)
