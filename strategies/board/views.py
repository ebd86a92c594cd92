"""One strategy: its page, what is set there, and what is decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from planner import access, changes
from planner.access import get_plan
from planner.changes import Recording, errors_by_field
from planner.models import Membership, Plan
from planner.web import live
from planner.web.requests import Request
from planner.web.submissions import once
from strategies.board.card import StrategyCard, pieces
from strategies.board.decisions import change_state
from strategies.board.feasibility import ask, close_question, report_week, set_lead
from strategies.board.forms import AnswerForm, DecisionForm, LeadForm, QuestionForm, StrategyForm, WeekForm
from strategies.board.table import StrategiesTable, strategies_of, url_of
from strategies.models import LeadMeasure, Question, Strategy

TEMPLATE = "strategies/strategy.html"


@require_GET
def strategy(request: Request, plan_pk: int, pk: int) -> HttpResponse:
    plan, member = get_plan(request, plan_pk)
    return _page(request, plan, member, pk)


@require_GET
def poll_strategy(request: Request, plan_pk: int, pk: int) -> HttpResponse:
    """The pieces of the page that changed since its revision."""
    plan, member = get_plan(request, plan_pk)
    made = live.new_changes(request, plan.team)
    if not made:
        return HttpResponse(status=204)
    context = _context(plan, StrategyCard(plan, member, pk))
    return live.answer(live.render_pieces(request, TEMPLATE, context, pieces(), made), plan.team.revision)


@require_POST
def set_fields(request: Request, plan_pk: int, pk: int) -> HttpResponse:
    """Save the fields that the form names: a score as soon as it is chosen, the details together."""
    plan, member = get_plan(request, plan_pk, may=access.may_manage)
    names = request.POST.getlist("field")
    if not names or not set(names) <= set(StrategyForm.base_fields):
        raise Http404
    table = StrategiesTable(plan, member)
    with changes.recording(plan.team, plan=plan, by=request.user) as log:
        form = StrategyForm(request.POST, table=table, obj=log.take(strategies_of(plan), pk), only=names)
        is_taken = _write(form, log)
    if not is_taken:
        shown = {"refused" if len(names) == 1 else "details": form}
        return _page(request, plan, member, pk, status=409 if form.conflicts else 422, **shown)
    if request.htmx:
        return live.answer("", plan.team.revision)
    _say(request, plan, log, _("Saved."))
    return redirect("strategy", plan.pk, pk)


def _write(form: StrategyForm, log: Recording) -> bool:
    """Save what was typed; False where it is refused, with the reasons in the form."""
    if not form.is_valid() or form.find_conflicts():
        return False
    form.admit(log.by)
    try:
        with log.attempt():
            form.write(log)
    except ValidationError as error:
        form.take_errors(error)
        return False
    return True


@require_POST
def decide(request: Request, plan_pk: int, pk: int) -> HttpResponse:
    """Approve, pause, drop or propose a strategy again. A list says the state in the address, and is gone back to."""
    plan, member = get_plan(request, plan_pk, may=access.may_manage)
    is_list = "state" in request.GET
    form = DecisionForm(request.GET if is_list else request.POST)
    if not form.is_valid():
        return _page(
            request, plan, member, pk, status=422, error=ValidationError(_("Choose what to decide."))
        )
    try:
        with changes.recording(plan.team, plan=plan, by=request.user) as log:
            decided = log.take(strategies_of(plan), pk)
            change_state(log, decided, form.cleaned_data["state"], form.cleaned_data["reason"])
    except ValidationError as error:
        return _page(request, plan, member, pk, status=422, error=error)
    _say(request, plan, log, _decided(decided))
    return redirect(f"{reverse('strategies', args=[plan.pk])}#strategy-{pk}" if is_list else url_of(decided))


def _decided(strategy: Strategy) -> str:
    """What is so from now on; where something else takes over, what."""
    params = {
        "name": strategy,
        "state": str(strategy.get_state_display()).lower(),
        "fallback": strategy.fallback,
    }
    if strategy.state in (Strategy.State.PAUSED, Strategy.State.DROPPED) and strategy.fallback:
        return _("“%(name)s” is now %(state)s. Its fallback is “%(fallback)s”.") % params
    return _("“%(name)s” is now %(state)s.") % params


@require_POST
def add_question(request: Request, plan_pk: int, pk: int) -> HttpResponse:
    plan, member = get_plan(request, plan_pk, may=access.may_manage)
    form = QuestionForm(request.POST, table=StrategiesTable(plan, member))
    return _add(
        request, plan, member, pk, form, "question_form", lambda log, of: ask(log, of, **form.cleaned_data)
    )


@require_POST
def close(request: Request, plan_pk: int, pk: int, question_pk: int) -> HttpResponse:
    plan, member = get_plan(request, plan_pk, may=access.may_manage)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        error = ValidationError(_("Enter the answer: it closes the question."))
        return _page(request, plan, member, pk, status=422, error=error)
    with changes.recording(plan.team, plan=plan, by=request.user) as log:
        question = log.take(Question.objects.filter(plan=plan, strategy=pk), question_pk)
        close_question(log, question, form.cleaned_data["answer"], plan.team.today())
    _say(request, plan, log, _("Question closed."))
    return redirect(f"{reverse('strategy', args=[plan.pk, pk])}#missing")


@require_POST
def measure(request: Request, plan_pk: int, pk: int) -> HttpResponse:
    """Set the lead measure of a strategy."""
    plan, member = get_plan(request, plan_pk, may=access.may_manage)
    form = LeadForm(request.POST, table=StrategiesTable(plan, member))
    return _add(
        request, plan, member, pk, form, "lead_form", lambda log, of: set_lead(log, of, **form.cleaned_data)
    )


@require_POST
def enter_week(request: Request, plan_pk: int, pk: int) -> HttpResponse:
    """Enter what was done in a week, for the lead measure of a strategy."""
    plan, member = get_plan(request, plan_pk, may=access.may_report)
    lead = get_object_or_404(LeadMeasure.objects.filter(strategy__plan=plan), strategy=pk)
    access.require(member, lambda who: access.may_report_lead(who, lead))
    form = WeekForm(request.POST, table=StrategiesTable(plan, member))
    day, value = "week", "value"
    return _add(
        request,
        plan,
        member,
        pk,
        form,
        "week_form",
        lambda log, of: report_week(log, lead, form.cleaned_data[day], form.cleaned_data[value], member),
    )


def _add(
    request: Request,
    plan: Plan,
    member: Membership,
    pk: int,
    form: Any,
    name: str,
    make: Callable[[Recording, Strategy], Any],
) -> HttpResponse:
    """Make something of a strategy out of a form, once; the page again, with the form's errors, where it is refused."""
    made: list[Recording] = []

    def add() -> Any:
        if not form.is_valid():
            return None
        try:
            with changes.recording(plan.team, plan=plan, by=request.user) as log:
                made.append(log)
                return make(log, log.take(strategies_of(plan), pk))
        except ValidationError as error:
            for field, sentences in errors_by_field(error).items():
                form.add_error(field if field in form.fields else None, sentences)
            return None

    if once(request, add)[0] is None:
        return _page(request, plan, member, pk, status=422, **{name: form})
    if made:
        _say(request, plan, made[0], _("Saved."))
    return redirect("strategy", plan.pk, pk)


def _say(request: Request, plan: Plan, log: Recording, message: str) -> None:
    """A message with the way back."""
    undo = f"undo:{reverse('plan-undo', args=[plan.pk, log.revision])}" if log.changes else ""
    messages.success(request, message, extra_tags=undo)


def _page(
    request: Request, plan: Plan, member: Membership, pk: int, *, status: int = 200, **extra: Any
) -> HttpResponse:
    return render(request, TEMPLATE, _context(plan, StrategyCard(plan, member, pk), **extra), status=status)


def _context(plan: Plan, card: StrategyCard, **extra: Any) -> dict[str, Any]:
    return {"plan": plan, "card": card, "table": card.table, **card.forms(), **extra}
