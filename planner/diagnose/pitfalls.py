"""The pitfalls of a diagnosis: values without a source, metrics without a target, vague bottlenecks."""

from __future__ import annotations

from django.utils.translation import gettext_lazy, ngettext_lazy

from planner.pitfalls import Pitfall

VALUES_WITHOUT_SOURCE = Pitfall(
    "values_without_source",
    "diagnose",
    ngettext_lazy(
        "%(names)s has values without a source",
        "%(n)d metrics have values without a source: %(names)s",
        "n",
    ),
    gettext_lazy("Numbers without a source can't be checked."),
    gettext_lazy("Add source"),
)
UNCONFIRMED_SOURCE = Pitfall(
    "unconfirmed_source",
    "readings",
    ngettext_lazy(
        "Nobody has confirmed lately that %(names)s is complete",
        "Nobody has confirmed lately that %(n)d sources are complete: %(names)s",
        "n",
    ),
    gettext_lazy("Incomplete data leads to wrong decisions."),
    gettext_lazy("Confirm"),
)
SHORT_HISTORY = Pitfall(
    "short_history",
    "diagnose",
    ngettext_lazy(
        "%(names)s has less than 6 months of history",
        "%(n)d metrics have less than 6 months of history: %(names)s",
        "n",
    ),
    gettext_lazy("A trend needs six full months without gaps."),
    gettext_lazy("View"),
)
NO_STARTING_VALUE = Pitfall(
    "no_starting_value",
    "diagnose",
    ngettext_lazy("%(names)s has no starting value", "%(n)d metrics have no starting value: %(names)s", "n"),
    gettext_lazy("A new market has no history: enter where it starts, with the source."),
    gettext_lazy("Enter value"),
)
METRIC_WITHOUT_TARGET = Pitfall(
    "metric_without_target",
    "diagnose",
    ngettext_lazy("%(names)s has no target", "%(n)d metrics have no target: %(names)s", "n"),
    gettext_lazy("Without a target, the gap can't be calculated."),
    gettext_lazy("Set target"),
)
METRIC_WITHOUT_PROBLEM = Pitfall(
    "metric_without_problem",
    "diagnose",
    ngettext_lazy(
        "No main problems entered for %(names)s", "No main problems entered for %(n)d metrics: %(names)s", "n"
    ),
    gettext_lazy("Enter the funnel step and the team, region or product line."),
    gettext_lazy("Add problem"),
)
TOO_MANY_IN_FOCUS = Pitfall(
    "too_many_in_focus",
    "bottlenecks",
    gettext_lazy("More than three bottlenecks in focus (%(n)d)"),
    gettext_lazy("One plan can usually solve two or three."),
    gettext_lazy("View"),
)
VAGUE_BOTTLENECK = Pitfall(
    "vague_bottleneck",
    "bottlenecks",
    ngettext_lazy(
        "%(n)d bottleneck in focus has no funnel step, metric or segment",
        "%(n)d bottlenecks in focus have no funnel step, metric or segment",
        "n",
    ),
    gettext_lazy("“Conversion is low” is too vague: add the step, the metric and the segment."),
    gettext_lazy("View"),
)
