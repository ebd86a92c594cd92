"""Diagnose, as the loop shows it."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from planner.models import Bottleneck, Plan
from planner.stages import Stage, Summary


def _summary(plan: Plan, day: dt.date) -> Summary:
    targets = list(plan.metrics.values_list("target", flat=True))
    focus = Bottleneck.objects.filter(plan=plan, in_focus=True).count()
    if not targets:
        return Summary(_("No metric yet: begin with where you stand"))
    metrics = ngettext("%(n)d metric", "%(n)d metrics", len(targets)) % {"n": len(targets)}
    focused = ngettext("%(n)d bottleneck in focus", "%(n)d bottlenecks in focus", focus) % {"n": focus}
    return Summary(f"{metrics} · {focused}", share=sum(t is not None for t in targets) / len(targets))


STAGE = Stage(name=gettext_lazy("Diagnose"), url_name="diagnose", summary=_summary)
