"""The pitfalls of what hangs loose between gap and task (Decision 12 of the method), and of what is not covered."""

from __future__ import annotations

from django.utils.translation import gettext_lazy, ngettext_lazy

from planner.pitfalls import Pitfall

UNCOVERED_GAP = Pitfall(
    "uncovered_gap",
    "goals",
    ngettext_lazy(
        "%(names)s is not covered by its sub-goals",
        "%(n)d core goals are not covered by their sub-goals: %(names)s",
        "n",
    ),
    gettext_lazy("Even if every sub-goal is met, the core goal is missed."),
    gettext_lazy("View coverage"),
)
GAP_WITHOUT_STRATEGY = Pitfall(
    "gap_without_strategy",
    "goals",
    ngettext_lazy(
        "%(names)s has a goal but no strategy", "%(n)d metrics have goals but no strategy: %(names)s", "n"
    ),
    gettext_lazy("A gap that no strategy works on stays open."),
    gettext_lazy("Add strategy"),
)
GOAL_WITHOUT_STRATEGY = Pitfall(
    "goal_without_strategy",
    "goals",
    ngettext_lazy("“%(name)s” has no strategy", "%(n)d goals have no strategy, including “%(name)s”", "n"),
    gettext_lazy("A goal that no strategy serves doesn't get worked on."),
    gettext_lazy("Add strategy"),
)
UNANSWERED_BOTTLENECK = Pitfall(
    "unanswered_bottleneck",
    "ideas",
    ngettext_lazy(
        "“%(name)s” is in focus but has no goal or strategy",
        "%(n)d bottlenecks in focus have no goal or strategy, including “%(name)s”",
        "n",
    ),
    gettext_lazy("What is in focus should be solved by this plan."),
    gettext_lazy("Choose an idea"),
)
