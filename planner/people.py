"""Creates teams, and adds, changes, invites and removes their members.

Every function reads its objects again under the team's lock (planner/changes.py): of two managers who demote each
other at the same moment the second is refused, and an invitation that is accepted twice is used once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from planner import changes, words
from planner.arithmetic.workdays import Exceptional
from planner.models import Invitation, Leave, Membership, Role, Segment, Team, User
from planner.models.history import ChangedMeanwhile
from planner.stages import Work, stages


@transaction.atomic
def create_team(name: str, **settings: Any) -> Team:
    """Create a team with the segment of the whole. Raises ValidationError by field for invalid settings."""
    team = Team(name=name, **settings)
    team.full_clean()
    team.save()
    Segment.begin(team, Segment.Dimension.WHOLE)
    return team


def change_settings(team: Team, fields: Iterable[str]) -> None:
    """Save only these fields of a validated team.

    A team is not Recorded, so it has no history. One UPDATE of the changed fields needs no lock, overwrites no other
    field that was changed meanwhile, and leaves out `revision`, which belongs to planner/changes.py.
    """
    if names := [field for field in fields if field != "revision"]:
        team.save(update_fields=names)


def next_exceptions(team: Team, most: int = 10) -> list[Exceptional]:
    """The next days off and make-up workdays of a team, within a year, named in the reader's language."""
    today = team.today()
    calendar = replace(team.calendar, language=words.language())
    return calendar.exceptions(today, today + dt.timedelta(days=365))[:most]


def add_member(team: Team, *, name: str, role: str, by: User | None, **values: Any) -> Membership:
    """Add a member to the team, with or without an account; either can own tasks, goals and strategies.

    `values` are further fields of the membership.
    """
    member = Membership(team=team, name=name, role=role, **values)
    with changes.recording(team, by=by) as log:
        log.save(member)
    return member


def change_member(
    membership: Membership, values: Mapping[str, Any], *, by: User | None, version: int | None = None
) -> Membership:
    """Change a member; `version` is the version that was shown to the person who changes it.

    Raises ValidationError when the member was changed meanwhile, or would be the last manager demoted.
    """
    with changes.recording(membership.team, by=by) as log:
        member = log.take(membership.team.memberships.all(), membership.pk)
        if version is not None and version != member.version:
            raise ValidationError(_changed_meanwhile(member))
        if values.get("role", Role.MANAGER) != Role.MANAGER:
            keep_managers([member])
        for name, value in values.items():
            setattr(member, name, value)
        log.save(member)
    return member


def add_leave(log: changes.Recording, member: Membership, start: dt.date, end: dt.date) -> Leave:
    """Enter days on which a member is away. Raises ValidationError beside `start` for days that are entered already."""
    if Leave.objects.filter(member=member, start__lte=end, end__gte=start).exists():
        text = _("%(name)s has leave on some of these days already. Remove that first.")
        raise ValidationError({"start": text % {"name": member.name}})
    leave = Leave(member=member, start=start, end=end)
    log.save(leave)
    return leave


def remove_member(
    membership: Membership,
    *,
    by: User | None,
    successor: Membership | None = None,
    shown: int | None = None,
) -> int:
    """Remove a member and give their open work to `successor` or to nobody; returns how much work that was.

    Their name stays in the history and on finished work. `shown` is as for `Recording.remove`: work that they were
    given since then is a change too. Raises ValidationError for the last manager.
    """
    team = membership.team
    with changes.recording(team, by=by) as log:
        member = log.take(team.memberships.all(), membership.pk)
        keep_managers([member])
        if shown is not None:
            log.require_unchanged(member, (member,), shown, also=Q(field="owner", new=member.pk))
        new_owner = None
        if successor is not None:
            others = Membership.objects.owners().filter(team=team).exclude(pk=member.pk)
            new_owner = log.take(others, successor.pk)
        handed_over = sum(stage.hand_over(log, member, new_owner) for stage in stages())
        withdraw(member)
        log.remove(member)
    return handed_over


def open_work(membership: Membership) -> list[Work]:
    """The open work of a member in all stages."""
    today = membership.team.today()
    return [work for stage in stages() for work in stage.open_work([membership], today)]


def invite(
    membership: Membership,
    email: str,
    *,
    by: User | None,
    announce: Callable[[Invitation], None] | None = None,
) -> Invitation:
    """Create an invitation that gives a membership to whoever has its link; earlier ones are withdrawn.

    `announce` mails it, in the same transaction; without it nothing is sent. Raises ValidationError when there is
    nobody to invite.
    """
    team = membership.team
    with changes.recording(team, by=by) as log:
        member = log.take(team.memberships.all(), membership.pk)
        if member.user_id is not None:
            raise ValidationError(_("%(name)s already has an account.") % {"name": member.name})
        if existing := team.memberships.filter(user__email__iexact=email).first():
            raise ValidationError(
                _("%(email)s is already in the team, as %(name)s.") % {"email": email, "name": existing.name}
            )
        withdraw(member)
        invitation = Invitation.objects.create(membership=member, email=email.lower(), created_by=by)
        if announce is not None:
            announce(invitation)
    return invitation


def withdraw(membership: Membership, shown: int | None = None) -> int:
    """Withdraw every open invitation to a membership; returns how many there were.

    `shown` is the id of the one that somebody saw. Raises ChangedMeanwhile where there is another one by now.
    """
    waiting = membership.invitations.filter(accepted_at=None, withdrawn_at=None)
    if shown is not None and (other := waiting.exclude(pk=shown).first()):
        sentence = _("%(name)s has been invited again since you opened this page: %(email)s")
        raise ChangedMeanwhile(sentence % {"name": membership.name, "email": other.email}, other.pk)
    return waiting.update(withdrawn_at=timezone.now())


def accept(invitation: Invitation, user: User) -> Membership:
    """Give the invited membership to a user with an account. Raises ValidationError where that is not possible."""
    with changes.recording(invitation.membership.team, by=user) as log:
        return _seat(log, invitation, user)


def join(invitation: Invitation, *, name: str, password: str, language: str = "") -> User:
    """Create an account for the invited address and give it the membership, in one transaction."""
    with changes.recording(invitation.membership.team, by=None) as log:
        if account_for(invitation) is not None:
            raise ValidationError(
                _("This email address already has an account. Sign in to accept the invitation.")
            )
        user = User.objects.create_user(invitation.email, password, name=name, language=language)
        log.by = user
        _seat(log, invitation, user)
    return user


def account_for(invitation: Invitation) -> User | None:
    """The existing account of the invited address."""
    return User.objects.filter(email__iexact=invitation.email).first()


def seat_of(user: User, team: Team) -> Membership | None:
    """The membership of `user` in `team`."""
    return team.memberships.filter(user=user).first()


def _seat(log: changes.Recording, invitation: Invitation, user: User) -> Membership:
    team, now = invitation.membership.team, timezone.now()
    claimed = Invitation.objects.filter(
        pk=invitation.pk, accepted_at=None, withdrawn_at=None, expires_at__gt=now
    ).update(accepted_at=now)
    member = team.memberships.filter(pk=invitation.membership_id, user=None).first()
    if claimed != 1 or member is None:
        raise ValidationError(
            _("This invitation has expired, or has been used or withdrawn. Ask for a new one.")
        )
    if existing := seat_of(user, team):
        raise ValidationError(
            _("You are already in %(team)s, as %(name)s.") % {"team": team.name, "name": existing.name}
        )
    member.user = user
    log.save(member)
    User.objects.filter(pk=user.pk).update(last_team=team)
    user.last_team = team
    return member


@transaction.atomic
def keep_managers(seats: Iterable[Membership]) -> None:
    """Raise ValidationError where a team would have no manager with an account without these seats.

    For whoever takes the role, the account or the seat away, inside of their transaction: the lock of each team is
    taken, so that of two who go at the same moment the second stays.
    """
    leaving = {seat.pk for seat in seats}
    teams = Team.objects.filter(memberships__in=leaving).order_by("pk")
    errors = []
    for team in Team.objects.select_for_update().filter(pk__in=teams.values("pk")).order_by("pk"):
        managers = set(team.memberships.managers().values_list("pk", flat=True))
        if managers and managers <= leaving:
            sentence = _(
                "%(team)s would have no manager with an account. Make another member with an "
                "account a manager first."
            )
            errors.append(sentence % {"team": team.name})
    if errors:
        raise ValidationError(errors)


def _changed_meanwhile(member: Membership) -> str:
    return _(
        "Someone changed this member while you were editing. Current details: %(name)s, "
        "%(title)s, %(role)s. Check your entries and save again."
    ) % {"name": member.name, "title": member.job_title or "–", "role": member.get_role_display()}


def get_invitation(token: str) -> Invitation:
    """The invitation with this token; Http404 where there is none."""
    invitation = (
        Invitation.objects.select_related("membership__team", "created_by").filter(token=token).first()
    )
    if invitation is None:
        raise Http404
    return invitation
