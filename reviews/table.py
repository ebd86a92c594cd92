"""Table 4, review summary: one row for each month and quarter that was looked back on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy, pgettext_lazy

from planner import access
from planner.arithmetic.items import split_items
from planner.models import Plan
from planner.spreadsheets import sheets
from planner.tables import cells
from planner.tables.columns import Column, Row
from planner.tables.kinds import RowKind
from planner.tables.markup import EMPTY
from planner.tables.searching import matching
from planner.tables.table import Table
from reviews import sheet
from reviews.forms import AddReviewForm, ReviewForm
from reviews.models import Review
from reviews.reviews import periods_of
from reviews.sheet import TEXTS


class ReviewKind(RowKind):
    name = "review"
    form = ReviewForm
    add_form = AddReviewForm
    edits = {"period": ("period",), **{name: (name,) for name in TEXTS}}

    rights = access.Rights(access.may_edit_review)
    shows = {"reviews.review": ("pk",)}

    def objects(self, plan: Plan) -> QuerySet[Review]:
        return self.with_removed(plan).filter(removed_at=None).select_related("plan")

    def with_removed(self, plan: Plan) -> QuerySet[Review]:
        return Review.with_removed.filter(plan=plan)


class ReviewsTable(Table):
    """Table 4: period, effect, what worked, what to improve, and what follows."""

    url_name = "reviews"
    file_name = "reviews"
    form_title = pgettext_lazy("form", "Review summary")
    title = gettext_lazy("Table 4 · Review summary")
    heading = pgettext_lazy("stage", "Reviews")
    empty = gettext_lazy(
        "At the end of each month, record what changed, what worked, what didn't and "
        "what to adjust. The next plan builds on it."
    )
    columns = (
        Column("period", pgettext_lazy("review", "Period"), css="first"),
        Column(
            "effect",
            gettext_lazy("Effect of the strategies (key metrics)"),
            sorts=False,
            css="wide",
            prompt=gettext_lazy("Add effect"),
        ),
        Column(
            "worked",
            gettext_lazy("What worked"),
            sorts=False,
            css="wide",
            prompt=gettext_lazy("Add what worked"),
        ),
        Column(
            "improve",
            gettext_lazy("To improve"),
            sorts=False,
            css="wide",
            prompt=gettext_lazy("Add what to improve"),
        ),
        Column(
            "adjustments",
            gettext_lazy("Next adjustments"),
            sorts=False,
            css="wide",
            prompt=gettext_lazy("Add adjustments"),
        ),
    )
    kinds = {"review": ReviewKind()}

    @property
    def filter_names(self) -> list[str]:
        return ["q", "kind"]

    @property
    def filters(self) -> list[dict[str, Any]]:
        kinds = [("", gettext_lazy("All reviews")), *Review.Kind.choices]
        label = capfirst(str(Review._meta.get_field("kind").verbose_name))
        return [self.filter("kind", label, kinds)]

    @cached_property
    def periods(self) -> list[tuple[str, dt.date]]:
        """What the plan can look back on, and periods already reviewed although the plan was moved."""
        reviewed = set(Review.objects.filter(plan=self.plan).values_list("kind", "start"))
        plan_periods = periods_of(self.plan)
        return sorted({*plan_periods, *reviewed}, key=lambda period: (period[1], period[0]))

    @cached_property
    def missing(self) -> list[tuple[str, dt.date]]:
        reviewed = set(Review.objects.filter(plan=self.plan).values_list("kind", "start"))
        return [period for period in periods_of(self.plan) if period not in reviewed]

    @property
    def can_add(self) -> bool:
        return super().can_add and bool(self.missing)

    def objects(self) -> QuerySet[Review]:
        reviews = self.kinds["review"].objects(self.plan)
        if query := self.params.get("q", "").strip():
            reviews = reviews.filter(pk__in=matching(reviews, query, *TEXTS))
        if self.params.get("kind") in Review.Kind.values:
            reviews = reviews.filter(kind=self.params["kind"])
        return reviews.order_by("-start" if self.sort == "-period" else "start", "kind", "pk")

    def file_columns(self) -> tuple[sheets.Column[Review], ...]:
        return sheet.columns(self.labels())

    def file_lines(self, columns: tuple[sheets.Column[Review], ...]) -> Iterable[sheets.Line]:
        return (sheets.line_of(columns, review) for review in self.objects())

    def rows_for(self, objects: Iterable[Review]) -> list[Row]:
        return [self._row(review) for review in objects]

    def rows_of(self, keys: list[str]) -> list[Row]:
        keys_by_pk = {self.split(key)[1]: key for key in keys}
        rows = {
            review.pk: self._row(review)
            for review in self.kinds["review"].objects(self.plan).filter(pk__in=keys_by_pk)
        }
        return [rows.get(pk) or Row(key, None) for pk, key in keys_by_pk.items()]

    def _row(self, review: Review) -> Row:
        kind = self.kinds["review"]
        contents: dict[str, Any] = {
            name: cells.steps(items) if (items := split_items(getattr(review, name))) else EMPTY
            for name in TEXTS
        }
        contents["period"] = cells.lines(str(review), review.get_kind_display())
        return self.row(kind, review, contents)
