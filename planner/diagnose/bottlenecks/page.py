"""The page of the bottlenecks: above the table the four quadrants, below it the gaps that have none yet."""

from __future__ import annotations

from functools import cached_property
from itertools import starmap
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from planner import words
from planner.diagnose.bottlenecks.table import MOST_IN_FOCUS, BottlenecksTable
from planner.diagnose.standings import Standing, standings
from planner.models import Bottleneck
from planner.tables.matrix import Matrix, Quadrant, Scored, scored
from planner.tables.page import TablePage
from planner.web.live import Piece

QUADRANTS = (
    Quadrant(pgettext_lazy("quadrant", "Long-term"), "later"),
    Quadrant(pgettext_lazy("quadrant", "Do first"), "first"),
    Quadrant(pgettext_lazy("quadrant", "Drop"), "never"),
    Quadrant(pgettext_lazy("quadrant", "Later"), "after"),
)


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

    @property
    def matrix(self) -> Matrix:
        return Matrix(
            across=_("Ease"),
            upwards=_("Impact"),
            quadrants=QUADRANTS,
            things=scored(starmap(_scored, enumerate(self.table.ranked, start=1))),
            label=_("Impact on the vertical axis, ease on the horizontal axis"),
        )

    @property
    def unscored(self) -> int:
        return sum(bottleneck.quadrant is None for bottleneck in self.table.ranked)


def _scored(number: int, bottleneck: Bottleneck) -> Scored | None:
    if bottleneck.impact is None or bottleneck.ease is None:
        return None
    return Scored(
        number,
        bottleneck.cause,
        f"#bottleneck-{bottleneck.pk}",
        across=bottleneck.ease,
        upwards=bottleneck.impact,
        is_filled=bottleneck.in_focus,
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
