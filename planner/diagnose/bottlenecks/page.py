"""The page of the bottlenecks: above the table the four quadrants, below it the gaps that have none yet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from planner import words
from planner.diagnose.bottlenecks.table import MOST_IN_FOCUS, BottlenecksTable
from planner.diagnose.standings import Standing, standings
from planner.models import Bottleneck
from planner.tables.page import TablePage
from planner.web.live import Piece


@dataclass(frozen=True, slots=True)
class Dot:
    """A bottleneck in the chart of the quadrants: its number in the ranking, and where it lies."""

    number: int
    bottleneck: Bottleneck
    x: int
    y: int


class BottlenecksPage(TablePage[BottlenecksTable]):
    template = "diagnose/bottlenecks.html"
    pieces = (
        Piece("quadrants", frozenset({"planner.bottleneck"})),
        Piece(
            "gaps",
            frozenset(
                {
                    "planner.bottleneck",
                    "planner.planmetric",
                    "planner.metric",
                    "planner.import",
                    "planner.plan",
                }
            ),
        ),
    )

    @property
    def is_crowded(self) -> bool:
        """Whether more are in focus than one plan can solve."""
        return self.table.in_focus > MOST_IN_FOCUS

    @cached_property
    def gaps(self) -> list[dict[str, Any]]:
        """The metrics that are behind their target and have no bottleneck yet, the largest shortfall first."""
        named = {each.metric_id for each in self.table.ranked if each.metric_id}
        found = standings(
            self.plan, self.plan.metrics.select_related("metric", "plan").exclude(metric__in=named)
        )
        behind = [each for each in found if each.gap.gap is not None and each.gap.gap > 0]
        behind.sort(key=lambda each: -(each.gap.shortfall or 0))
        return [{"metric": each.row.metric, **_as_evidence(each)} for each in behind]

    # The four quadrants

    def dots(self) -> list[Dot]:
        """The scored bottlenecks in a square of 500 × 500, ease to the right, impact upwards; side by side where
        they have the same scores."""
        taken: dict[tuple[int, int], int] = {}
        found = []
        for number, each in enumerate(self.table.ranked, start=1):
            if each.impact is None or each.ease is None:
                continue
            place = each.ease, each.impact
            nth = taken[place] = taken.get(place, 0) + 1
            aside = (nth // 2) * 26 * (1 if nth % 2 else -1)
            found.append(Dot(number, each, 100 * each.ease - 50 + aside, 550 - 100 * each.impact))
        return found

    @property
    def unscored(self) -> int:
        return sum(each.quadrant is None for each in self.table.ranked)

    quadrants = (
        pgettext_lazy("quadrant", "Long-term"),
        pgettext_lazy("quadrant", "Do first"),
        pgettext_lazy("quadrant", "Drop"),
        pgettext_lazy("quadrant", "Later"),
    )


def _as_evidence(standing: Standing) -> dict[str, str]:
    """A gap as the first words of a bottleneck, and what shows it."""
    metric = standing.row.metric
    said = {
        "what": metric.name,
        "current": words.figure(metric.scale, standing.current),
        "target": words.figure(metric.scale, standing.target),
        "gap": words.figure(metric.scale, standing.gap.gap, difference=True),
        "rate": words.per_cent(standing.gap.shortfall),
    }
    shown = _("%(what)s: %(current)s, target %(target)s, gap %(gap)s (%(rate)s of the target).") % said
    problems = standing.row.problems.strip()
    return {
        "cause": _("%(what)s has not met its target") % said,
        "evidence": f"{shown} {problems}"[:2000] if problems else shown,
    }
