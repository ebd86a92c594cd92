"""The bare views: Table 3 and the saving of a task's risk, as one writes them by hand for this one page.

They pass the same middleware, ask who is a member, load what they show with select_related and prefetch_related, and
render templates that give the product's HTML (bench/patterns.py) inside its own page. What they do not use is measured:
no Table, Column, Cell or RowForm, no revision, no conflicts, no history; models and arithmetic belong to both.

What is around the rows and never changes (filters, headings, empty editors, keys) is the product's own HTML, taken
once a process from its page: in favour of the bare view, which asks for no members and goals there.
"""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template import engines
from django.urls import include, path
from django.views.decorators.http import require_GET, require_POST

from bench.patterns import rows_template
from planner.arithmetic.items import circled
from planner.arithmetic.periods import end_of_week
from planner.models import Membership, Plan, Role
from planner.stages import place_of
from planner.tables import views as product
from planner.tables.page import TablePage
from planner.web.requests import Request
from strategies.models import Strategy
from tracking.models import Task
from tracking.rollup import roll_up
from tracking.table import TrackingTable

# What changes around the rows, by its place in the HTML.
AROUND = {
    r"\d+ of \d+ (?=tasks done)": "{{ counts.done }} of {{ counts.all }} ",
    r'(?<=data-revision=")\d+': "{{ plan.team.revision }}",
    r"(?<=Page )\d+ of \d+": "{{ page.number }} of {{ page.paginator.num_pages }}",
}
# The compiled templates of this process: of the page of each plan, and of the rows of a saving.
_compiled: dict[int | str, Any] = {}


class RiskForm(forms.Form):
    risk = forms.CharField(max_length=1000, required=False)


@require_GET
def tracking(request: Request, plan_pk: int) -> HttpResponse:
    plan, member = plan_of(request, plan_pk)
    if plan_pk not in _compiled:
        _compiled[plan_pk] = engines["django"].from_string(page_template(request, plan, member))
    page = Paginator(strategies_of(plan), 20).get_page(request.GET.get("page"))
    done = Count("pk", filter=Q(status="done"))
    context = {
        "plan": plan,
        "here": place_of("tracking"),
        "table": {"heading": TrackingTable.heading, "file_name": "tracking", "params": request.GET},
        "page": page,
        "counts": Task.objects.of_plan(plan).aggregate(all=Count("pk"), done=done),
        **rows_of(plan, page.object_list),
    }
    return HttpResponse(_compiled[plan_pk].render(context, request))


@require_POST
def save_risk(request: Request, plan_pk: int, pk: int) -> HttpResponse:
    plan, member = plan_of(request, plan_pk)
    if member.role != Role.MANAGER:
        raise PermissionDenied
    if "rows" not in _compiled:
        # The script's answer has no column names, as in the product.
        rows = re.sub(' data-label="[^"]*"', "", rows_template(plan, member))
        _compiled["rows"] = engines["django"].from_string(rows)
    with transaction.atomic():
        task = get_object_or_404(Task, pk=pk, strategy__plan=plan, strategy__removed_at=None)
        form = RiskForm(request.POST)
        if not form.is_valid():
            return HttpResponse(form.errors.as_ul(), status=422)
        task.risk = form.cleaned_data["risk"]
        task.save(update_fields=["risk"])
    context = rows_of(plan, strategies_of(plan).filter(pk=task.strategy_id), only=task.pk)
    return HttpResponse(_compiled["rows"].render(context, request))


def plan_of(request: Request, plan_pk: int) -> tuple[Plan, Membership]:
    """The plan with its team, and what the person is in it: 404 for strangers."""
    plan = get_object_or_404(Plan.objects.select_related("team"), pk=plan_pk)
    return plan, get_object_or_404(Membership, team=plan.team_id, user=request.user.pk)


def strategies_of(plan: Plan) -> QuerySet[Strategy]:
    """The strategies with their owners, goals, tasks and the latest note of each task."""
    tasks = Task.objects.with_latest_note().select_related("owner").order_by("order", "pk")
    strategies = Strategy.objects.filter(plan=plan).select_related("owner").order_by("order", "pk")
    return strategies.prefetch_related("served__goal", Prefetch("tasks", tasks))


def rows_of(plan: Plan, strategies: Iterable[Any], only: int | None = None) -> dict[str, Any]:
    """What the template of the rows needs; `only` leaves one task of each strategy."""
    day, strategies_shown = plan.work_day(plan.team.today()), list(strategies)
    for strategy in strategies_shown:
        tasks: list[Any] = list(strategy.tasks.all())
        strategy.count = len(tasks)
        strategy.rolled = roll_up(tasks, day)
        for number, task in enumerate(tasks, start=1):
            task.step = circled(number)
            task.late = task.days_late(day)
        strategy.shown = [task for task in tasks if only in (None, task.pk)]
    return {"strategies": strategies_shown, "day": day, "sunday": end_of_week(day)}


def page_template(request: Request, plan: Plan, member: Membership) -> str:
    """The product's page, with the template of the rows in its table section."""
    html = product.show(request, plan.pk, table_class=TrackingTable, page_class=TablePage).content.decode()
    section = html[html.index('<section id="table"') : html.rindex("</section>")] + "</section>"
    for place, variable in AROUND.items():
        section = re.sub(place, variable, section)
    head, _rows, foot = re.split('(?<=<tbody class="rows">)|(?=</tbody>\\s*<tbody class="hollow">)', section)
    content = head + rows_template(plan, member) + foot
    return f'{{% extends "tables/page.html" %}}{{% block content %}}{content}{{% endblock %}}'


urlpatterns = [
    path("", include("planner.urls")),
    path("bench/plans/<int:plan_pk>/tracking/", tracking),
    path("bench/plans/<int:plan_pk>/tasks/<int:pk>/", save_risk),
]
