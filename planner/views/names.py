"""The team's metrics and segments: what they are, and their names; managers rename, merge and archive them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from planner import access, changes, words
from planner.forms.names import MergeForm, NameForm
from planner.models import Change, Membership, Metric, Plan, Segment
from planner.models.history import CannotUndo
from planner.readings.merging import clashes, merge
from planner.web.requests import Request, post_data, shown_to, status_of

LISTS = {Metric: "team-metrics", Segment: "team-segments"}
# How many of the latest changes can be undone on the page.
LATEST = 10


@require_GET
def metrics(request: Request) -> HttpResponse:
    membership = access.get_membership(request)
    in_use = Q(in_plans__removed_at=None, in_plans__plan__removed_at=None)
    found = Metric.with_removed.filter(team=membership.team).annotate(
        used=Count("in_plans", filter=in_use, distinct=True)
    )
    return _show_list(request, membership, "team/metrics.html", Metric, found)


@require_GET
def segments(request: Request) -> HttpResponse:
    membership = access.get_membership(request)
    found = Segment.with_removed.filter(team=membership.team).exclude(dimension=Segment.Dimension.WHOLE)
    found = found.annotate(values_known=Count("readings"))
    return _show_list(request, membership, "team/segments.html", Segment, found)


def _show_list(
    request: Request, membership: Membership, template: str, model: type[Metric | Segment], found: Any
) -> HttpResponse:
    can_manage = access.may_manage(membership)
    found = sorted(words.by_name(found), key=lambda named: getattr(named, "dimension", ""))
    context = {
        "groups": [
            {"archived": False, "objects": [named for named in found if named.removed_at is None]},
            {"archived": True, "objects": [named for named in found if named.removed_at is not None]},
        ],
        "can_manage": can_manage,
        "revision": membership.team.revision,
        "latest": _latest(membership, model) if can_manage else [],
        "plan": membership.team.plans.filter(removed_at=None).last(),
        "place": "team",
    }
    return render(request, template, context)


def _latest(membership: Membership, model: type[Metric | Segment]) -> list[Change]:
    """The latest changes of names, one for each revision that was not undone."""
    found = _of_names(membership).filter(model=model._meta.label_lower)
    by_revision = {change.revision: change for change in found.order_by("-revision", "-pk")[: LATEST * 5]}
    undone = set(
        Change.objects.filter(team=membership.team, undoes__in=by_revision).values_list("undoes", flat=True)
    )
    return [change for revision, change in by_revision.items() if revision not in undone][:LATEST]


def _of_names(membership: Membership) -> Any:
    """The renames, merges and archivings of a team's metrics and segments.

    A rename in a row of Table 1 is not among them once that plan is closed: the row may have changed with it.
    """
    models = (Metric._meta.label_lower, Segment._meta.label_lower)
    changed = Change.objects.filter(team=membership.team, model__in=models, undoes=None)
    in_closed_plans = Change.objects.filter(team=membership.team, plan__state=Plan.State.CLOSED)
    renamed = Q(field__in=("name", "old_names")) & ~Q(revision__in=in_closed_plans.values("revision"))
    return changed.filter(renamed | Q(action__in=(Change.Action.REMOVE, Change.Action.RESTORE)))


@require_http_methods(["GET", "POST"])
def name(request: Request, pk: int, model: type[Metric | Segment]) -> HttpResponse:
    """One metric or segment: rename it."""
    membership = access.get_membership(request, may=access.may_manage)
    named = _get(membership, model, pk)
    form = NameForm(post_data(request), initial={"name": named.name})
    if form.is_valid():
        try:
            with changes.recording(membership.team, by=request.user) as log:
                current = log.take(model.objects.filter(team=membership.team), pk)
                current.rename(form.cleaned_data["name"])
                log.save(current)
        except ValidationError as error:
            form.add_error("name", error.messages)
        else:
            _say(request, _("Renamed to “%(name)s”.") % {"name": current}, log.revision)
            return redirect(LISTS[model])
    return _show(request, named, form, MergeForm(named=named))


@require_POST
def merge_into(request: Request, pk: int, model: type[Metric | Segment]) -> HttpResponse:
    """Merge one metric or segment into another; the months with two values are listed and asked about."""
    membership = access.get_membership(request, may=access.may_manage)
    form = MergeForm(request.POST, named=_get(membership, model, pk))
    both = []
    if form.is_valid():
        try:
            with changes.recording(membership.team, by=request.user) as log:
                present = model.objects.filter(team=membership.team)
                source, target = log.take(present, pk), log.take(present, form.cleaned_data["into"].pk)
                merge(log, source, target, add=form.cleaned_data["add"])
        except ValidationError as error:
            form.add_error(None, error.messages)
            both = clashes(form.named, form.cleaned_data["into"])
        else:
            params = {"name": source, "target": target}
            _say(request, _("Merged “%(name)s” into “%(target)s”.") % params, log.revision)
            return redirect(LISTS[model])
    return _show(request, form.named, NameForm(initial={"name": form.named.name}), form, both)


@require_POST
def archive(request: Request, pk: int, model: type[Metric | Segment]) -> HttpResponse:
    """Take it out of what is offered; plans that use it, and its values, keep it."""
    membership = access.get_membership(request, may=access.may_manage)
    with changes.recording(membership.team, by=request.user) as log:
        named = log.take(_present(membership, model), pk)
        log.remove(named, shown=shown_to(request))
    sentence = _("Archived “%(name)s”. Plans that use it are not affected.") % {"name": named}
    _say(request, sentence, log.revision)
    return redirect(LISTS[model])


@require_POST
def restore(request: Request, pk: int, model: type[Metric | Segment]) -> HttpResponse:
    membership = access.get_membership(request, may=access.may_manage)
    archived = model.with_removed.filter(team=membership.team).exclude(removed_at=None)
    named = get_object_or_404(archived, pk=pk)
    try:
        with changes.recording(membership.team, by=request.user) as log:
            log.restore(log.take(archived, pk))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Restored “%(name)s”.") % {"name": named})
    return redirect(LISTS[model])


@require_POST
def undo(request: Request, revision: int) -> HttpResponse:
    """Take a rename, a merge or an archiving back, with all that moved."""
    membership = access.get_membership(request, may=access.may_manage)
    change = _of_names(membership).filter(revision=revision).first()
    if change is None:
        raise Http404
    try:
        changes.undo(membership.team, revision, by=request.user)
    except CannotUndo as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Undone."))
    return redirect("team-metrics" if change.model == Metric._meta.label_lower else "team-segments")


def _present(membership: Membership, model: type[Metric | Segment]) -> Any:
    """Those of the team that have a name of their own: the whole has none."""
    found: Any = model.objects.filter(team=membership.team)
    return found.exclude(name="")


def _get(membership: Membership, model: type[Metric | Segment], pk: int) -> Any:
    return get_object_or_404(_present(membership, model), pk=pk)


def _say(request: Request, sentence: str, revision: int) -> None:
    messages.success(request, sentence, extra_tags=f"undo:{reverse('names-undo', args=[revision])}")


def _show(
    request: Request, named: Any, name_form: NameForm, merge_form: MergeForm, both: Any = ()
) -> HttpResponse:
    kind = "metric" if isinstance(named, Metric) else "segment"
    context = {
        "named": named,
        "name_form": name_form,
        "merge_form": merge_form,
        "clashes": both,
        "list_url": reverse(LISTS[type(named)]),
        "name_url": reverse(f"{kind}-name", args=[named.pk]),
        "merge_url": reverse(f"{kind}-merge", args=[named.pk]),
        "place": "team",
    }
    status = max(status_of(name_form), status_of(merge_form))
    return render(request, "team/name.html", context, status=status)
