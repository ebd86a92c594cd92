"""What each step of a strategy's scores means, so that a 3 means the same to everybody; 1 first."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from planner.arithmetic.feasibility import Verdict

IMPORTANCE = (
    gettext_lazy("Hardly moves a goal"),
    gettext_lazy("Closes a small part of the gap"),
    gettext_lazy("Closes a clear part of the gap"),
    gettext_lazy("Closes a large part of the gap"),
    gettext_lazy("Without it the core goal is not reached"),
)
URGENCY = (
    gettext_lazy("Can wait until the next plan"),
    gettext_lazy("Must start in this plan"),
    gettext_lazy("Must start this month"),
    gettext_lazy("Must start within two weeks"),
    gettext_lazy("Must start this week"),
)
RESOURCES = (
    gettext_lazy("Budget or people are missing, and nobody has promised them"),
    gettext_lazy("Part is missing; somebody has to decide on it"),
    gettext_lazy("Enough to start; the rest is requested"),
    gettext_lazy("All is promised"),
    gettext_lazy("All is there already"),
)
CAPABILITY = (
    gettext_lazy("Nobody can do it, and nobody is being trained"),
    gettext_lazy("Needs training or a hire first"),
    gettext_lazy("Works with help from outside the team"),
    gettext_lazy("Somebody in the team has done it before"),
    gettext_lazy("The team does it regularly"),
)
TIME = (
    gettext_lazy("Effect later than a month after the goal is due"),
    gettext_lazy("Effect up to one month after the goal is due"),
    gettext_lazy("Effect before the goal is due, with no slack"),
    gettext_lazy("Effect at least two weeks before the goal is due"),
    gettext_lazy("Effect within two weeks of the start"),
)
VERDICTS = {
    Verdict.FEASIBLE: gettext_lazy("Feasible"),
    Verdict.WITH_CONDITIONS: gettext_lazy("With conditions"),
    Verdict.NOT_YET: gettext_lazy("Not yet"),
}
TONES = {Verdict.FEASIBLE: "good", Verdict.WITH_CONDITIONS: "warn", Verdict.NOT_YET: "bad"}
