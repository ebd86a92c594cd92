"""manage.py demo: two teams with something to look at, and the accounts to look at it with."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from planner.models import Team, User
from reviews.demo import outsider
from reviews.demo.build import build_team
from reviews.demo.figures import CAST, MANAGER, OUTSIDER, REP, VIEWER
from reviews.demo.words_en import ENGLISH
from reviews.demo.words_zh import CHINESE

PASSWORD = "demo"
BOTH = f"{ENGLISH.team} and {CHINESE.team}"
SIGN_INS = (
    (MANAGER, f"manager of {BOTH}"),
    (REP, f"rep in {BOTH}"),
    (VIEWER, f"viewer in {BOTH}"),
    (OUTSIDER, f"manager of {outsider.TEAM}"),
)


class Command(BaseCommand):
    help = "Make the demo teams, unless they are there, and print the sign-ins."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--password", help=f"of the four accounts (with DEBUG on: {PASSWORD})")

    @transaction.atomic
    def handle(self, *args: Any, password: str | None = None, **options: Any) -> None:
        password = _checked(password)
        users = _accounts(password)
        for words in (ENGLISH, CHINESE):
            if not _is_there(words.team, users[MANAGER]):
                build_team(words, users)
        if not _is_there(outsider.TEAM, users[OUTSIDER]):
            outsider.build_outsider(users[OUTSIDER])
        self.stdout.write(f"The demo is there. Sign in with the password “{password}” as:")
        for address, what in SIGN_INS:
            self.stdout.write(f"  {address:<24}{what}")


def _checked(password: str | None) -> str:
    if password is None and not settings.DEBUG:
        raise CommandError(
            "DEBUG is off, so the accounts of the demo get no password that everybody knows. "
            "Choose one with --password."
        )
    if password is not None and not password.strip():
        raise CommandError("The password is empty. Choose one with --password.")
    return PASSWORD if password is None else password


def _accounts(password: str) -> dict[str, User]:
    """The four accounts by address; each signs in with `password` afterwards, whatever it was before."""
    names = {address: ENGLISH.cast[key][0] for key, _role, address in CAST if address}
    names[OUTSIDER] = outsider.NAME
    hashed = ""
    users = {}
    for address, name in names.items():
        user = User.objects.filter(email__iexact=address).first() or User(email=address, name=name)
        if user.pk is None or not user.check_password(password):
            hashed = hashed or make_password(password)  # once: it is slow on purpose
            user.password = hashed
            user.save()
        users[address] = user
    return users


def _is_there(team: str, manager: User) -> bool:
    """Whether this team was made before, even if its manager has left it since."""
    return Team.objects.filter(name=team, memberships__user=manager).exists()
