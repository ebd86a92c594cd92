"""What diagnoses lack: values without a source, metrics without a target, bottlenecks that say nothing."""

from __future__ import annotations

from django.utils.translation import gettext_lazy, ngettext_lazy

from planner.pitfalls import Pitfall

VALUES_WITHOUT_SOURCE = Pitfall(
    "values_without_source",
    "diagnose",
    ngettext_lazy(
        "A value of %(names)s has no source",
        "%(n)d metrics have values without a source: %(names)s",
        "n",
    ),
    gettext_lazy("A figure that nobody can check convinces nobody."),
    gettext_lazy("Add source"),
)
SHORT_HISTORY = Pitfall(
    "short_history",
    "diagnose",
    ngettext_lazy(
        "%(names)s has less than 6 months of history",
        "%(n)d metrics have less than 6 months of history: %(names)s",
        "n",
    ),
    gettext_lazy("The six full months before the plan, without a hole, show a trend; fewer show a mood."),
    gettext_lazy("View"),
)
METRIC_WITHOUT_TARGET = Pitfall(
    "metric_without_target",
    "diagnose",
    ngettext_lazy("%(names)s has no target", "%(n)d metrics have no target: %(names)s", "n"),
    gettext_lazy("Without a target there is no gap."),
    gettext_lazy("Set target"),
)
METRIC_WITHOUT_PROBLEM = Pitfall(
    "metric_without_problem",
    "diagnose",
    ngettext_lazy(
        "No problem is named for %(names)s", "No problem is named for %(n)d metrics: %(names)s", "n"
    ),
    gettext_lazy("Say which step of the funnel, and which team, region or product line."),
    gettext_lazy("Add problem"),
)
TOO_MANY_IN_FOCUS = Pitfall(
    "too_many_in_focus",
    "bottlenecks",
    gettext_lazy("%(n)d bottlenecks are in focus"),
    gettext_lazy("Two or three can be solved in one plan; more are none."),
    gettext_lazy("View"),
)
VAGUE_BOTTLENECK = Pitfall(
    "vague_bottleneck",
    "bottlenecks",
    ngettext_lazy(
        "%(n)d bottleneck does not say where it is", "%(n)d bottlenecks do not say where they are", "n"
    ),
    gettext_lazy(
        "“Conversion is low” is no diagnosis: which step, which metric, which part of the business?"
    ),
    gettext_lazy("View"),
)
