"""The team page: who is in the team, what they may do, and how the team works."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from planner import access, people, words
from planner.arithmetic import formats
from planner.arithmetic.workdays import countries
from planner.forms.people import InviteForm, MemberForm, SettingsForm, SuccessorForm
from planner.jobs import mail_invitation
from planner.models import Invitation, Membership, Team
from planner.models.history import ChangedMeanwhile
from planner.models.people import Weekday
from planner.web.requests import Request, post_data, shown_to, status_of
from planner.web.submissions import once


@require_GET
def team(request: Request) -> HttpResponse:
    membership = access.get_membership(request)
    can_manage = access.may_manage(membership)
    members = words.by_name(membership.team.memberships.select_related("user"))
    if can_manage:
        _show_invitations(request, membership.team, members)
    context = {
        "membership": membership,
        "members": members,
        "workdays": [Weekday(day).label for day in membership.team.workdays],
        "country": dict(countries(words.language())).get(membership.team.country, ""),
        "exceptions": people.next_exceptions(membership.team),
        "plan_share": _share(membership.team.plan_share),
        "gap_threshold": _share(membership.team.gap_threshold),
        "volatility_threshold": _share(membership.team.volatility_threshold),
        "can_manage": can_manage,
        "place": "team",
    }
    return render(request, "team/team.html", context)


def _share(value: Decimal) -> str:
    return formats.figure(formats.RATE, value, language=words.language()).number


@require_http_methods(["GET", "POST"])
def settings(request: Request) -> HttpResponse:
    membership = access.get_membership(request, may=access.may_manage)
    form = SettingsForm(post_data(request), instance=membership.team)
    if form.is_valid():
        people.change_settings(form.instance, form.changed_data)
        messages.success(request, _("Team settings saved."))
        return redirect("team")
    return render(request, "team/settings.html", {"form": form, "place": "team"}, status=status_of(form))


@require_http_methods(["GET", "POST"])
def add(request: Request) -> HttpResponse:
    membership = access.get_membership(request, may=access.may_manage)
    form = MemberForm(post_data(request), instance=Membership(team=membership.team))
    team, by = membership.team, membership.user
    member, _is_new = once(
        request, lambda: people.add_member(team, **form.values, by=by) if form.is_valid() else None
    )
    if member is not None:
        messages.success(request, _("Added %(name)s to the team.") % {"name": member.name})
        return redirect("member", member.pk)
    return render(request, "team/add.html", {"form": form, "place": "team"}, status=status_of(form))


@require_http_methods(["GET", "POST"])
def member(request: Request, pk: int) -> HttpResponse:
    membership = access.get_membership(request, may=access.may_manage)
    person = get_object_or_404(membership.team.memberships.select_related("user"), pk=pk)
    form = MemberForm(post_data(request), instance=person)
    if form.is_valid():
        try:
            people.change_member(
                person, form.values, by=membership.user, version=form.cleaned_data["version"]
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Updated %(name)s.") % {"name": person.name})
            return redirect("team")
    return _member_page(request, membership, pk, form=form)


@require_POST
def invite(request: Request, pk: int) -> HttpResponse:
    membership = access.get_membership(request, may=access.may_manage)
    person = get_object_or_404(membership.team.memberships, pk=pk)
    form = InviteForm(request.POST)

    def invite_person() -> Invitation | None:
        if not form.is_valid():
            return None
        try:
            email = form.cleaned_data["email"]
            return people.invite(person, email, by=membership.user, announce=mail_invitation)
        except ValidationError as error:
            form.add_error("email", error)
            return None

    invitation, _is_new = once(request, invite_person)
    if invitation is None:
        return _member_page(request, membership, pk, invite_form=form)
    text = _(
        "The invitation is on its way to %(email)s. If it does not arrive, send the link below yourself."
    )
    messages.success(request, text % {"email": invitation.email})
    return redirect("member", pk)


@require_POST
def withdraw(request: Request, pk: int) -> HttpResponse:
    membership = access.get_membership(request, may=access.may_manage)
    person = get_object_or_404(membership.team.memberships, pk=pk)
    if people.withdraw(person, shown_to(request)):
        messages.success(request, _("Invitation withdrawn. Its link no longer works."))
    return redirect("member", pk)


@require_http_methods(["GET", "POST"])
def remove(request: Request, pk: int) -> HttpResponse:
    membership = access.get_membership(request, may=access.may_manage)
    person = get_object_or_404(membership.team.memberships, pk=pk)
    return _confirm_removal(request, membership, person, "team/remove.html", "team")


@require_http_methods(["GET", "POST"])
def leave(request: Request) -> HttpResponse:
    membership = access.get_membership(request)
    return _confirm_removal(request, membership, membership, "team/leave.html", "home")


@require_POST
def switch(request: Request, team_pk: int) -> HttpResponse:
    access.switch_team(request, team_pk)
    return redirect("home")


def _confirm_removal(
    request: Request, membership: Membership, leaver: Membership, template: str, next_page: str
) -> HttpResponse:
    """Ask who takes over the open work of `leaver`, then take them out of the team and go to `then`."""
    form = SuccessorForm(post_data(request), leaver=leaver)
    if form.is_valid():
        successor = form.cleaned_data["successor"]
        try:
            count = people.remove_member(
                leaver, by=membership.user, successor=successor, shown=shown_to(request)
            )
        except ChangedMeanwhile:
            raise
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _removal_message(leaver, successor, count))
            return redirect(next_page)
    context = {"form": form, "member": leaver, "work": people.open_work(leaver), "place": "team"}
    return render(request, template, context, status=status_of(form))


def _removal_message(leaver: Membership, successor: Membership | None, count: int) -> str:
    sentence = _("%(name)s is no longer in %(team)s.") % {"name": leaver.name, "team": leaver.team.name}
    if not count:
        return sentence
    if successor is None:
        work_text = ngettext(
            "%(count)s open item now has no owner.", "%(count)s open items now have no owner.", count
        )
        return f"{sentence} {work_text % {'count': count}}"
    work_text = ngettext(
        "%(count)s open item was reassigned to %(name)s.",
        "%(count)s open items were reassigned to %(name)s.",
        count,
    )
    return f"{sentence} {work_text % {'count': count, 'name': successor.name}}"


def _member_page(
    request: Request,
    membership: Membership,
    pk: int,
    *,
    form: MemberForm | None = None,
    invite_form: InviteForm | None = None,
) -> HttpResponse:
    """The page of one member as saved, with whichever form was sent and refused."""
    person: Any = get_object_or_404(membership.team.memberships.select_related("user"), pk=pk)
    if form is not None and form.non_field_errors():
        form.show_version(person.version)
    _show_invitations(request, membership.team, [person])
    context = {
        "member": person,
        "is_me": person.pk == membership.pk,
        "form": form or MemberForm(instance=person),
        "invite_form": invite_form or InviteForm(initial={"email": getattr(person.invited, "email", "")}),
        "place": "team",
    }
    return render(request, "team/member.html", context, status=status_of(form or invite_form))


def _show_invitations(request: Request, team: Team, members: list[Any]) -> None:
    """Each member's open invitation as `invited`, with the link to copy for the manager who made it."""
    open_invitations = Invitation.objects.open().filter(membership__team=team).order_by("pk")
    by_member = {invitation.membership_id: invitation for invitation in open_invitations}
    for member in members:
        member.invited = by_member.get(member.pk)
        if member.invited is not None and member.invited.created_by_id == request.user.pk:
            member.invited.link = _link(request, member.invited.token)


def _link(request: Request, token: str) -> str:
    return request.build_absolute_uri(reverse("invitation", args=[token]))
