"""Guessing is slowed at every door, by source and account together, and keeps nobody out who does not guess."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from django.conf import settings as project
from django.core import mail
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from planner import jobs, people
from planner.models import LimitEntry, User
from planner.web.limits import LONGEST_WAIT
from tests.letters import letters
from tests.real_programs import postgres_url

OWNERS, STRANGERS = "203.0.113.5", "198.51.100.7"
RIGHT = "secret-pass-1"


def sign_in(
    client, email: str = "mary@example.com", password: str = "wrong", source: str = STRANGERS, **extra
):
    return client.post(
        reverse("account_login"), {"login": email, "password": password}, REMOTE_ADDR=source, **extra
    )


def statuses(answers) -> list[int]:
    return [answer.status_code for answer in answers]


def test_a_stranger_does_not_keep_the_owner_out(as_, manager):
    guesses = statuses(sign_in(as_(None)) for _ in range(8))

    assert guesses == [200] * 5 + [429] * 3
    assert sign_in(as_(None), password=RIGHT, source=OWNERS).status_code == 302
    # Not even with the right password: the stranger does not learn that it is.
    assert sign_in(as_(None), password=RIGHT).status_code == 429


def test_failures_at_one_account_do_not_count_for_another(as_, manager, rep):
    assert 429 in statuses(sign_in(as_(None)) for _ in range(6))

    assert sign_in(as_(None), "rick@example.com", RIGHT).status_code == 302


def test_one_source_guesses_at_a_few_accounts_only(as_, db):
    answers = statuses(sign_in(as_(None), f"someone{n}@example.com") for n in range(12))

    assert answers == [200] * 10 + [429] * 2


def test_an_address_in_capitals_is_the_same_account(as_, manager):
    spellings = ["mary@example.com", "MARY@example.com", " Mary@Example.com"] * 2
    assert statuses(sign_in(as_(None), email) for email in spellings) == [200] * 5 + [429]


def test_an_attack_from_many_sources_is_slowed_and_the_owner_gets_in(as_, manager):
    """30 guesses in five minutes, then one from each source."""
    for n in range(30):
        assert sign_in(as_(None), source=f"198.51.100.{n}").status_code == 200
    assert statuses(sign_in(as_(None), source="192.0.2.1") for _ in range(3)) == [200, 429, 429]

    assert sign_in(as_(None), password=RIGHT, source=OWNERS).status_code == 302
    assert sign_in(as_(None), "outside@example.com", source="198.51.100.3").status_code == 200


def test_who_signs_in_again_and_again_is_not_counted(as_, manager):
    assert statuses(sign_in(as_(None), password=RIGHT) for _ in range(12)) == [302] * 12


def test_sources_are_told_apart_behind_a_proxy(as_, manager, settings):
    """The proxy adds the address it sees at the end; what a client claims before that counts for nothing."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    def from_behind(seen: str, claimed: str, password: str = "wrong") -> int:
        forwarded = f"{claimed}, {seen}"
        return sign_in(
            as_(None), password=password, source="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded
        ).status_code

    assert [from_behind(STRANGERS, f"192.0.2.{n}") for n in range(6)] == [200] * 5 + [429]
    assert from_behind(OWNERS, STRANGERS, RIGHT) == 302


def assert_refused(answer) -> None:
    assert answer.status_code == 429
    assert answer["Retry-After"] == str(LONGEST_WAIT)
    assert "Too many attempts" in answer.content.decode()


def test_every_door_says_when_to_come_back(as_, manager, rep, team):
    for _ in range(6):
        answer = sign_in(as_(None))
    assert_refused(answer)

    for n in range(21):
        answer = as_(None).post(reverse("account_reset_password"), {"email": f"x{n}@example.com"})
    assert_refused(answer)

    for _ in range(21):
        answer = as_(None).post(reverse("account_signup"), {})
    assert_refused(answer)

    newcomer = people.add_member(team, name="Nina", role="rep", by=manager)
    invited = people.invite(newcomer, "nina@example.com", by=manager)
    for _ in range(21):
        answer = as_(None).post(reverse("invitation", args=[invited.token]), {})
    assert_refused(answer)
    assert as_(None).get(reverse("invitation", args=[invited.token])).status_code == 200


def test_who_is_signed_in_guesses_no_password_of_theirs_either(as_, rep):
    client = as_(rep)
    for _ in range(6):
        answer = client.post(reverse("account_reauthenticate"), {"password": "wrong"})
    assert_refused(answer)
    change = {"oldpassword": "wrong", "password1": "tea-and-rice-7", "password2": "tea-and-rice-7"}
    for _ in range(6):
        answer = client.post(reverse("account_change_password"), change)
    assert_refused(answer)


def test_the_admin_takes_no_password_of_its_own(as_, db):
    User.objects.create_superuser("root@example.com", RIGHT)
    client, door = as_(None), reverse("admin:login")
    for _ in range(2):
        answer = client.post(f"{door}?next=/admin/", {"username": "root@example.com", "password": RIGHT})
        assert answer["Location"] == f"{reverse('account_login')}?next=%2Fadmin%2F"
    assert "_auth_user_id" not in client.session

    data = {"login": "root@example.com", "password": RIGHT, "next": "/admin/"}
    assert client.post(reverse("account_login"), data)["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_who_is_no_site_admin_is_refused_at_its_door(as_, manager):
    assert as_(manager).get(reverse("admin:login")).status_code == 403


def test_a_lost_password_is_mailed_so_often_only_and_nobody_is_told(as_, manager, rep):
    """A stranger who asks for it all the time neither fills the inbox nor keeps its owner from asking."""
    ask = reverse("account_reset_password")
    for _ in range(5):
        assert as_(None).post(ask, {"email": "mary@example.com"}, REMOTE_ADDR=STRANGERS).status_code == 302
        letters()
    assert len(mail.outbox) == 3
    assert as_(None).post(ask, {"email": "MARY@example.com"}, REMOTE_ADDR=OWNERS).status_code == 302
    assert len(letters()) == 3

    as_(None).post(ask, {"email": "rick@example.com"}, REMOTE_ADDR=STRANGERS)
    assert letters()[-1].to == ["rick@example.com"]


def test_what_was_counted_is_forgotten(as_, manager):
    sign_in(as_(None))
    kept = set(LimitEntry.objects.values_list("pk", flat=True))
    assert kept
    jobs.sweep_limits()
    assert set(LimitEntry.objects.values_list("pk", flat=True)) == kept

    LimitEntry.objects.update(expires=timezone.now() - dt.timedelta(seconds=1))
    jobs.sweep_limits()
    assert not LimitEntry.objects.exists()


def test_looking_at_pages_counts_nothing(as_, manager):
    as_(None).get(reverse("account_login"))
    as_(manager).get("/")
    assert not LimitEntry.objects.exists()


GUESSES = """
import django, sys
django.setup()
from django.test import Client
door = {"login": "mary@example.com", "password": "wrong"}
print([Client().post("/accounts/login/", door, REMOTE_ADDR="198.51.100.7").status_code for _ in range(3)])
"""


def database_url() -> str:
    """The address of the database of this test."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(postgres_url())._replace(path=f"/{name}").geturl()


@pytest.mark.django_db(transaction=True)
def test_processes_count_together(manager, as_):
    """Without Redis: three guesses in each of two processes, of which five pass."""
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "planner.settings",
        "REDIS_URL": "",
    }
    answers = [
        subprocess.run(
            [sys.executable, "-c", GUESSES],
            cwd=project.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert answers == ["[200, 200, 200]\n", "[200, 200, 429]\n"]
    assert sign_in(as_(None), source=STRANGERS).status_code == 429
    assert sign_in(as_(None), password=RIGHT, source=OWNERS).status_code == 302
