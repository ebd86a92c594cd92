"""manage.py create_team NAME EMAIL: the first team of a new installation, or a further one."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from planner import people
from planner.models import Invitation, Membership, Role, Team, User


class Command(BaseCommand):
    help = "Create a team with one manager, who is let in at once or invited by a link."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what the team is called")
        parser.add_argument("email", help="the address of its manager")
        parser.add_argument(
            "--password", help="give the manager an account with this password, instead of a link"
        )
        parser.add_argument("--language", default="en", choices=[code for code, _name in settings.LANGUAGES])
        parser.add_argument("--time-zone", default="UTC", help="such as Asia/Shanghai")
        parser.add_argument("--currency", default="CNY", help="three letters, such as CNY or USD")
        parser.add_argument(
            "--base-url", default="http://127.0.0.1:8000", help="where people reach this server"
        )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        name, email = options["name"].strip(), _checked_address(options["email"])
        membership = _manager_of(name, email)
        if membership is not None:
            self.stdout.write(f"The team “{name}” exists already, with {email} as its manager.")
        else:
            membership = _create(name, email, options)
            self.stdout.write(f"The team “{name}” is created.")
        if membership.user is not None:
            self.stdout.write(f"{membership.user.email} is its manager and can sign in.")
            return
        link = options["base_url"].rstrip("/") + reverse(
            "invitation", args=[_open_invitation(membership, email).token]
        )
        self.stdout.write(
            f"{email} becomes its manager by opening this link (once, within two weeks):\n{link}"
        )


def _checked_address(text: str) -> str:
    email = text.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise CommandError(f"“{text}” is no email address. Write one such as mary@example.com.") from None
    return email


def _manager_of(name: str, email: str) -> Membership | None:
    """The manager's seat from an earlier call with the same name and address."""
    managers = Membership.objects.filter(team__name=name, role=Role.MANAGER).order_by("pk")
    invited = managers.filter(user=None, invitations__email=email)
    return managers.filter(user__email__iexact=email).first() or invited.first()


def _create(name: str, email: str, options: dict[str, Any]) -> Membership:
    user = User.objects.filter(email__iexact=email).first()
    if user is not None and options["password"]:
        raise CommandError(f"{email} has an account with a password already. Leave --password out.")
    team = _create_team(name, options)
    if user is None and options["password"]:
        user = _create_user(email, options["password"])
    member_name = str(user) if user is not None and user.name else email.partition("@")[0]
    return people.add_member(team, name=member_name[:80], role=Role.MANAGER, by=None, user=user)


def _create_team(name: str, options: dict[str, Any]) -> Team:
    team_settings = {key: options[key] for key in ("language", "time_zone", "currency")}
    try:
        return people.create_team(name, **team_settings)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None


def _create_user(email: str, password: str) -> User:
    try:
        validate_password(password, User(email=email))
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None
    return User.objects.create_user(email, password)


def _open_invitation(membership: Membership, email: str) -> Invitation:
    invitation = Invitation.objects.open().filter(membership=membership, email=email).first()
    return invitation or people.invite(membership, email, by=None)
