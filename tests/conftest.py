"""The cast: a team with a manager, a rep and a viewer, and an outsider who manages another team."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import hypothesis
import pytest
from django.db import connection
from django.test import Client
from django.utils import translation

from planner.management.catalogues import compile_catalogues
from planner.models import Membership, Metric, Plan, PlanMetric, Role, Segment, Team, User
from tests.real_programs import chromium

TODAY = dt.date(2026, 11, 23)


# How long an example takes is the machine's matter: no property fails because something else runs beside it.
hypothesis.settings.register_profile(
    "planner", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("planner")


def pytest_configure(config) -> None:
    compile_catalogues()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items) -> None:
    """Mark what reaches the database, before -m chooses: pytest-django keeps every other test away from it."""
    for item in items:
        if item.get_closest_marker("django_db") or "django_db_setup" in item.fixturenames:
            item.add_marker("database")


def pytest_report_header(config) -> str:
    return f"database: {connection.display_name}"


def pytest_runtest_setup(item) -> None:
    if item.get_closest_marker("browser") and chromium() is None:
        pytest.skip("BROWSER TESTS NOT RUN: there is no Chromium here, `make browser` installs it")


@pytest.fixture(autouse=True)
def english() -> None:
    """A page that an earlier test asked for has left its language in this thread."""
    translation.activate("en")


@pytest.fixture
def team(db) -> Team:
    return Team.objects.create(name="East", time_zone="Asia/Shanghai", currency="CNY")


@pytest.fixture
def other_team(db) -> Team:
    return Team.objects.create(name="Strangers", time_zone="UTC")


def join(team: Team, name: str, role: Role) -> User:
    user = User.objects.create_user(f"{name.lower()}@example.com", "secret-pass-1", name=name)
    Membership.objects.create(team=team, user=user, name=name, role=role)
    return user


@pytest.fixture
def manager(team) -> User:
    return join(team, "Mary", Role.MANAGER)


@pytest.fixture
def rep(team) -> User:
    return join(team, "Rick", Role.REP)


@pytest.fixture
def viewer(team) -> User:
    return join(team, "Vera", Role.VIEWER)


@pytest.fixture
def outsider(other_team) -> User:
    return join(other_team, "Otto", Role.MANAGER)


@pytest.fixture
def both(team, other_team) -> User:
    """Bea manages one team and is a rep in another, with other clocks and workdays."""
    user = join(team, "Bea", Role.MANAGER)
    Membership.objects.create(team=other_team, user=user, name="Bea", role=Role.REP)
    return user


def seat(user: User, team: Team) -> Membership:
    """What `user` is in `team`."""
    return Membership.objects.get(user=user, team=team)


@pytest.fixture
def plan(team) -> Plan:
    return Plan.objects.create(team=team, name="Q4", start=dt.date(2026, 10, 1), end=dt.date(2026, 12, 31))


@pytest.fixture
def other_plan(team) -> Plan:
    """A second open plan of the same team and period."""
    return Plan.objects.create(
        team=team, name="Channels", start=dt.date(2026, 10, 1), end=dt.date(2026, 12, 31)
    )


@pytest.fixture
def closed_plan(team) -> Plan:
    """A closed plan of the same team and period."""
    return Plan.objects.create(
        team=team, name="Old way", start=dt.date(2026, 10, 1), end=dt.date(2026, 12, 31), state="closed"
    )


@pytest.fixture
def status(team, plan) -> SimpleNamespace:
    """One metric of each direction in Table 1, and the segment of the whole."""
    sales = Metric.objects.create(team=team, name="Total sales", unit="CNY", kind="amount")
    rate = Metric.objects.create(
        team=team, name="Customer conversion rate", kind="rate", aggregation="ratio", direction="higher"
    )
    return SimpleNamespace(
        whole=Segment.objects.create(team=team, dimension="whole"),
        sales=PlanMetric.objects.create(plan=plan, metric=sales, order=1, target=1_000_000),
        rate=PlanMetric.objects.create(plan=plan, metric=rate, order=2, target="0.12", basis="uplift"),
    )


@pytest.fixture
def as_():
    """as_(user) is a browser in which that user is signed in."""

    def sign_in(user: User | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
