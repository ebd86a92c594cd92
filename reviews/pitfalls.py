"""The pitfalls of Table 4: missing reviews, and reviews without lessons or adjustments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy, ngettext_lazy

from planner.pitfalls import Pitfall

MONTH_WITHOUT_REVIEW = Pitfall(
    "month_without_review",
    "reviews",
    ngettext_lazy("No review for %(months)s", "No review for %(n)d months: %(months)s", "n"),
    gettext_lazy("Review while the month is fresh: the next plan builds on it."),
    gettext_lazy("Review"),
)
REVIEW_WITHOUT_LESSON = Pitfall(
    "review_without_lesson",
    "reviews",
    gettext_lazy("The review for %(period)s is missing “What worked” and “To improve”"),
    gettext_lazy("Without them, the next plan has nothing to build on."),
    gettext_lazy("Add findings"),
)
REVIEW_WITHOUT_ADJUSTMENT = Pitfall(
    "review_without_adjustment",
    "reviews",
    gettext_lazy("The review for %(period)s has no next adjustments"),
    gettext_lazy("Without adjustments, nobody acts on what the review found."),
    gettext_lazy("Add adjustments"),
)
