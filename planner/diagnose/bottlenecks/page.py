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
    around = (
        Piece("quadrants", frozenset({"planner.bottleneck"})),
        Piece(
            "gaps",
            frozenset(
                {
                    "planner.bottleneck",
                    "planner.planmetric",
                    "planner.metric",
                    "planner.segment",
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
        covered = {bottleneck.metric_id for bottleneck in self.table.ranked if bottleneck.metric_id}
        uncovered = standings(
            self.plan, self.plan.metrics.select_related("metric", "plan").exclude(metric__in=covered)
        )
        behind = [standing for standing in uncovered if standing.gap.gap is not None and standing.gap.gap > 0]
        behind.sort(key=lambda standing: -(standing.gap.shortfall or 0))
        return [{"metric": standing.row.metric, **_as_evidence(standing)} for standing in behind]

    # The four quadrants

    def dots(self) -> list[Dot]:
        """The scored bottlenecks in a square of 500 × 500, ease to the right, impact upwards; side by side where
        they have the same scores."""
        dots_at: dict[tuple[int, int], int] = {}
        dots = []
        for number, bottleneck in enumerate(self.table.ranked, start=1):
            if bottleneck.impact is None or bottleneck.ease is None:
                continue
            place = bottleneck.ease, bottleneck.impact
            position = dots_at[place] = dots_at.get(place, 0) + 1
            offset = (position // 2) * 26 * (1 if position % 2 else -1)
            dots.append(
                Dot(number, bottleneck, 100 * bottleneck.ease - 50 + offset, 550 - 100 * bottleneck.impact)
            )
        return dots

    @property
    def unscored(self) -> int:
        return sum(bottleneck.quadrant is None for bottleneck in self.table.ranked)

    quadrants = (
        pgettext_lazy("quadrant", "Long-term"),
        pgettext_lazy("quadrant", "Do first"),
        pgettext_lazy("quadrant", "Drop"),
        pgettext_lazy("quadrant", "Later"),
    )


def _as_evidence(standing: Standing) -> dict[str, str]:
    """A gap as the first words of a bottleneck, and what shows it."""
    metric = standing.row.metric
    params = {
        "what": metric.name,
        "current": words.figure(metric.scale, standing.current),
        "target": words.figure(metric.scale, standing.target),
        "gap": words.figure(metric.scale, standing.gap.gap, difference=True),
        "rate": words.per_cent(standing.gap.shortfall),
    }
    summary = _("%(what)s: %(current)s, target %(target)s, gap %(gap)s (%(rate)s of the target).") % params
    problems = standing.row.problems.strip()
    return {
        "cause": _("%(what)s has not met its target") % params,
        "evidence": f"{summary} {problems}"[:2000] if problems else summary,
    }
