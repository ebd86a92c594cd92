"""The bare views: Table 3 and the saving of a task's risk, as one writes them by hand for this one page.

They pass the same middleware, ask who is a member, load what they show with select_related and prefetch_related,
and render one hand-written template inside the product's own base.html: rows of the same words, links and
attributes (bench/likeness.py compares them). What they do not use is what is measured: no Table, Column, Cell or
RowForm, no revision, no conflicts, no history. The models and the arithmetic of the method (`roll_up`, late days)
belong to both.

What stands around the rows and never changes (filters, headings, empty editors, the keys below) is the product's
own HTML, cut from its page once a process (`surroundings`). A hand-written page would have to ask for members and
goals and loop over them there, so this is in favour of the bare view.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import resolve, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from planner.models import Membership, Plan, Role
from planner.web.requests import Request
from strategies.models import Strategy
from tracking.models import Progress, Task
from tracking.rollup import roll_up

ROWS, END_OF_ROWS, PAGER, END = '<tbody class="rows">', "</tbody>", '<nav class="pager"', "</nav>"
# An answer to the script leaves the columns' names out, as the product's does.
NO_LABELS = dict.fromkeys(
    ("strategy", "goal", "actions", "owner", "start", "due", "progress", "resources", "risk"), ""
)


class RiskForm(forms.Form):
    risk = forms.CharField(max_length=1000, required=False)


@require_GET
def tracking(request: Request, plan_pk: int) -> HttpResponse:
    plan, _membership = plan_of(request, plan_pk)
    day = min(plan.team.today(), plan.end)
    page = Paginator(strategies_of(plan), 20).get_page(request.GET.get("page"))
    context = {
        "plan": plan,
        "place": "tracking",
        "day": day,
        "page": page,
        "strategies": shown(page.object_list, day),
        "counts": Task.objects.filter(strategy__plan=plan, strategy__removed_at=None).aggregate(
            all=Count("pk"), done=Count("pk", filter=Q(status="done"))
        ),
        "label": labels(),
        "around": surroundings(request, plan_pk),
    }
    return render(request, "bench/tracking.html", context)


@require_POST
def save_risk(request: Request, plan_pk: int, pk: int) -> HttpResponse:
    plan, membership = plan_of(request, plan_pk)
    if membership.role != Role.MANAGER:
        raise PermissionDenied
    with transaction.atomic():
        task = get_object_or_404(Task, pk=pk, strategy__plan=plan, strategy__removed_at=None)
        form = RiskForm(request.POST)
        if not form.is_valid():
            return HttpResponse(form.errors.as_ul(), status=422)
        task.risk = form.cleaned_data["risk"]
        task.save(update_fields=["risk"])
    day = min(plan.team.today(), plan.end)
    rows = shown(strategies_of(plan).filter(pk=task.strategy_id), day, only=task.pk)
    return render(request, "bench/rows.html", {"strategies": rows, "day": day, "label": NO_LABELS})


def plan_of(request: Request, plan_pk: int) -> tuple[Plan, Membership]:
    """The plan with its team, and what the person is in it: 404 for strangers."""
    plan = get_object_or_404(Plan.objects.select_related("team"), pk=plan_pk)
    return plan, get_object_or_404(Membership, team=plan.team_id, user=request.user.pk)


def strategies_of(plan: Plan) -> QuerySet[Strategy]:
    """The strategies with their owners, goals, tasks and what was last said of each task."""
    notes = Progress.objects.filter(task=OuterRef("pk")).exclude(note="").order_by("-pk").values("note")
    tasks = Task.objects.select_related("owner").annotate(latest_note=Subquery(notes[:1]))
    return (
        Strategy.objects.filter(plan=plan)
        .select_related("owner", "goal")
        .prefetch_related(Prefetch("tasks", tasks.order_by("order", "pk")))
        .order_by("order", "pk")
    )


def shown(strategies: Iterable[Any], day: dt.date, only: int | None = None) -> list[Any]:
    """The strategies with what their rows show; `only` leaves one task of each."""
    end_of_week = day + dt.timedelta(days=7 - day.isoweekday())
    found = list(strategies)
    for strategy in found:
        tasks: list[Any] = list(strategy.tasks.all())
        strategy.key = f"strategy-{strategy.pk}"
        strategy.rolled = roll_up(tasks, day)
        strategy.overdue = 0 if strategy.is_paused else strategy.rolled.late
        strategy.opens_title = opens(strategy.title, strategy.state)
        strategy.opens_goal = opens(strategy.aim, str(strategy.goal_id or ""))
        for number, task in enumerate(tasks):
            task.key = f"task-{task.pk}"
            task.step = chr(0x2460 + number)
            task.late = 0 if strategy.is_paused else task.days_late(day)
            task.soon = task.is_open and task.due and day <= task.due <= end_of_week
            task.opens_action = opens(task.description, task.acceptance)
            task.opens_progress = opens(task.status, str(task.percent), "", "")
        strategy.count = len(tasks)
        strategy.shown = [task for task in tasks if only in (None, task.pk)]
    return found


def opens(*texts: str) -> str:
    """What the editor of a cell with several fields opens with."""
    return json.dumps(texts, ensure_ascii=False, separators=(",", ":"))


def labels() -> dict[str, SafeString]:
    """The columns' names as attributes, which each cell of a page repeats for the cards of a phone."""
    words = {
        "strategy": _("Strategy"),
        "goal": _("Goal"),
        "actions": _("Specific actions"),
        "owner": _("Owner"),
        "start": _("Start"),
        "due": _("Due"),
        "progress": _("Progress (done / in progress / not started)"),
        "resources": _("Resource support"),
        "risk": _("Risk warning"),
    }
    return {key: format_html(' data-label="{}"', word) for key, word in words.items()}


def surroundings_of(html: str) -> dict[str, SafeString]:
    """The product's section without its rows, summary and pager: the pieces between those."""
    section = html[html.index('<section id="table"') : html.rindex("</section>") + len("</section>")]
    head, _between, below = section.partition(ROWS)
    _rows, _between, foot = below.partition(END_OF_ROWS)
    before, _between, rest = head.partition('<p class="small muted">')
    _summary, _between, after = rest.partition("</p>")
    lower, _between, rest = foot.partition(PAGER)
    _pager, _between, last = rest.partition(END)
    pieces = {"title": before, "head": after + ROWS, "foot": END_OF_ROWS + lower, "end": last}
    missing = [name for name, piece in pieces.items() if not piece]
    if missing:
        raise ValueError(
            f"The page of Table 3 has changed: bench/views.py finds no {', '.join(missing)} in it."
        )
    # Cut from a page that Django has rendered.
    return {name: mark_safe(piece) for name, piece in pieces.items()}


_pages: dict[int, dict[str, SafeString]] = {}


def surroundings(request: Request, plan_pk: int) -> dict[str, SafeString]:
    """`surroundings_of` this plan's page, which is asked for once a process."""
    if plan_pk not in _pages:
        view, args, kwargs = resolve(reverse("tracking", args=[plan_pk]))
        _pages[plan_pk] = surroundings_of(view(request, *args, **kwargs).content.decode())
    return _pages[plan_pk]
