"""Table 4 as a file."""

from __future__ import annotations

from planner.arithmetic.items import number_items, split_items
from planner.spreadsheets.sheets import Column
from reviews.forms import period_label
from reviews.models import Review

TEXTS = ("effect", "worked", "improve", "adjustments")


def columns(labels: dict[str, str]) -> tuple[Column[Review], ...]:
    """The columns of Table 4 by their labels; each text as a numbered list."""
    return (
        Column(labels["period"], width=20, value_of=lambda review: period_label(review.kind, review.start)),
        *(_texts(labels[name], name) for name in TEXTS),
    )


def _texts(label: str, name: str) -> Column[Review]:
    return Column(
        label,
        width=38,
        wraps=True,
        value_of=lambda review: number_items(split_items(getattr(review, name))),
    )
