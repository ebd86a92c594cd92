"""The page of the days of leave: everybody enters their own, managers those of all."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from planner import access, changes, people, words
from planner.forms.leave import LeaveForm
from planner.models import Leave, Membership
from planner.web.requests import Request, post_data, shown_to, status_of
from planner.web.submissions import once


@require_http_methods(["GET", "POST"])
def leave_days(request: Request) -> HttpResponse:
    may = access.may_read if request.method == "GET" else access.may_report
    membership = access.get_membership(request, may=may)
    form = LeaveForm(post_data(request), by=membership)

    def enter() -> Leave | None:
        if not form.is_valid():
            return None
        member, (start, end) = form.cleaned_data["member"], form.cleaned_data["dates"]
        try:
            with changes.recording(membership.team, by=request.user) as log:
                return people.add_leave(log, member, start, end)
        except ValidationError as error:
            form.add_error("dates", error.messages)
            return None

    leave, _is_new = once(request, enter)
    if leave is not None:
        messages.success(request, _("Leave of %(name)s saved.") % {"name": leave.member.name})
        return redirect("team-leave-days")
    context = {
        "form": form if access.may_report(membership) else None,
        "leaves": _upcoming(membership),
        "place": "team",
    }
    return render(request, "team/leave_days.html", context, status=status_of(form))


@require_POST
def remove(request: Request, pk: int) -> HttpResponse:
    membership = access.get_membership(request, may=access.may_report)
    with changes.recording(membership.team, by=request.user) as log:
        leave = log.take(_of_team(membership), pk)
        access.require(membership, lambda member: access.may_edit_leave(member, leave))
        log.remove(leave, shown=shown_to(request))
    messages.success(request, _("Leave of %(name)s removed.") % {"name": leave.member.name})
    return redirect("team-leave-days")


def _of_team(membership: Membership) -> QuerySet[Leave]:
    present = Leave.objects.filter(member__team=membership.team_id, member__removed_at=None)
    return present.select_related("member__team")


def _upcoming(membership: Membership) -> list[tuple[Leave, str, bool]]:
    """The leave that is not over, with who takes it, and whether this member may change it."""
    leaves = list(_of_team(membership).filter(end__gte=membership.team.today()).order_by("start", "pk"))
    names = words.told_apart({leave.member for leave in leaves})
    return [
        (leave, words.called(leave.member, names), access.may_edit_leave(membership, leave))
        for leave in leaves
    ]
