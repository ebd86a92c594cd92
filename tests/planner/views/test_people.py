"""The team page and what hangs on it, as each role sees it."""

from __future__ import annotations

from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from planner import people
from planner.models import Membership, Role, Team
from strategies.models import Strategy
from tests.conftest import join, seat
from tracking.models import Task


def text(response) -> str:
    return " ".join(response.content.decode().split())


SETTINGS = {
    "name": "East China",
    "time_zone": "Asia/Shanghai",
    "language": "zh-hans",
    "currency": "cny",
    "workdays": ["1", "2", "3", "4", "5", "6"],
    "holidays": "2026-10-02\n\n2026-10-01\n2026-10-01\n2026-05-01\n2027-01-01\n2026-12-25",
    "meeting_weekday": "5",
    "meeting_hour": "16",
    "meeting_minutes": "90",
    "plan_share": "60",
    "grace_days": "3",
    "gap_threshold": "7.5",
    "source_days": "30",
    "volatility_threshold": "30%",
    "digest_hour": "7",
}

MANAGERS_ONLY = [
    ("get", "team-settings"),
    ("post", "team-settings"),
    ("get", "member-add"),
    ("post", "member-add"),
    ("get", "member"),
    ("post", "member"),
    ("post", "member-invite"),
    ("post", "member-withdraw"),
    ("get", "member-remove"),
    ("post", "member-remove"),
]


def address(name: str, member: Membership) -> str:
    return reverse(name, args=[] if name in ("team-settings", "member-add") else [member.pk])


@pytest.mark.parametrize("who", ["manager", "rep", "viewer"])
def test_every_member_reads_the_team_page(as_, manager, rep, viewer, who):
    page = text(as_({"manager": manager, "rep": rep, "viewer": viewer}[who]).get(reverse("team")))
    for words in ("East", "Mary", "Rick", "Vera", "Asia/Shanghai", "CNY", "Monday, 10:00"):
        assert words in page
    for button in ("Add a member", "/team/members/", "/team/settings/"):
        assert (button in page) is (who == "manager")
    assert ("rick@example.com" in page) is (who == "manager")


@pytest.mark.parametrize(("method", "name"), MANAGERS_ONLY)
@pytest.mark.parametrize("who", ["rep", "viewer"])
def test_members_and_settings_are_for_managers(as_, manager, rep, viewer, team, who, method, name):
    browser = as_({"rep": rep, "viewer": viewer}[who])
    answer = getattr(browser, method)(address(name, seat(manager, team)))
    assert answer.status_code == 403


@pytest.mark.parametrize(("method", "name"), MANAGERS_ONLY[4:])
def test_a_member_of_another_team_is_not_there(as_, outsider, rep, team, method, name):
    assert getattr(as_(outsider), method)(address(name, seat(rep, team))).status_code == 404


@pytest.mark.parametrize(("method", "name"), [("get", "team"), ("get", "team-leave"), *MANAGERS_ONLY])
def test_who_is_not_signed_in_is_sent_to_sign_in(as_, manager, team, method, name):
    where = reverse(name) if name in ("team", "team-leave") else address(name, seat(manager, team))
    answer = getattr(as_(None), method)(where)
    assert answer.headers["Location"] == f"{reverse('account_login')}?next={where}"


def test_who_is_in_no_team_finds_none(as_, manager, rep, team):
    people.remove_member(seat(rep, team), by=manager)
    assert as_(rep).get(reverse("team")).status_code == 404


def test_a_manager_adds_a_member(as_, manager, team):
    answer = as_(manager).post(
        reverse("member-add"), {"name": "Nina", "job_title": "Hotline", "role": "rep"}, follow=True
    )
    nina = Membership.objects.get(name="Nina")
    assert (nina.team, nina.job_title, nina.role, nina.user) == (team, "Hotline", "rep", None)
    assert "Added Nina to the team." in text(answer)
    assert "No account yet." in text(answer)


def test_a_member_without_a_name_is_not_added(as_, manager):
    answer = as_(manager).post(reverse("member-add"), {"name": " ", "role": "rep"})
    assert answer.status_code == 422
    assert "This field is required." in text(answer)
    assert Membership.objects.count() == 1


def test_a_manager_changes_a_member(as_, manager, rep, team):
    shown = seat(rep, team)
    page = as_(manager).post(
        reverse("member", args=[shown.pk]),
        {"name": "Ricky", "job_title": "Lead", "role": "viewer", "version": shown.version},
        follow=True,
    )
    changed = seat(rep, team)
    assert (changed.name, changed.job_title, changed.role, changed.version) == ("Ricky", "Lead", "viewer", 2)
    assert "Updated Ricky." in text(page)


def test_the_form_of_an_old_page_is_refused_once_and_then_saved(as_, manager, rep, team):
    shown = seat(rep, team)
    people.change_member(shown, {"job_title": "Lead"}, by=rep)
    form = {"name": "Rick", "job_title": "Head", "role": "rep", "version": shown.version}
    browser, where = as_(manager), reverse("member", args=[shown.pk])
    page = browser.post(where, form)
    assert page.status_code == 422
    assert "Current details: Rick, Lead, Rep." in text(page)
    assert 'value="Head"' in text(page)
    assert '<input type="hidden" name="version" value="2" id="id_version">' in text(page)
    assert seat(rep, team).job_title == "Lead"
    browser.post(where, form | {"version": 2})
    assert seat(rep, team).job_title == "Head"


def test_the_last_manager_is_told_on_the_page_why_not(as_, manager, team):
    mary = seat(manager, team)
    sentence = (
        "East would have no manager with an account. Make another member with an account a manager first."
    )
    page = as_(manager).post(reverse("member", args=[mary.pk]), {"name": "Mary", "role": "rep", "version": 1})
    assert sentence in text(page)
    assert sentence in text(as_(manager).post(reverse("team-leave")))
    assert sentence in text(as_(manager).post(reverse("member-remove", args=[mary.pk])))
    assert seat(manager, team).role == "manager"


def test_who_leaves_is_shown_their_open_work_and_hands_it_over(as_, manager, rep, viewer, team, plan):
    strategy = Strategy.objects.create(plan=plan, title="Call back")
    task = Task.objects.create(strategy=strategy, description="Call the twenty", owner=seat(rep, team))
    browser = as_(rep)
    page = text(browser.get(reverse("team-leave")))
    assert "1 open item needs a new owner:" in page
    assert "Call the twenty" in page
    assert "No one for now" in page
    assert ">Mary</option>" in page
    assert ">Vera</option>" not in page
    assert ">Rick</option>" not in page
    answer = browser.post(reverse("team-leave"), {"successor": seat(manager, team).pk})
    assert answer.headers["Location"] == "/"
    task.refresh_from_db()
    assert task.owner == seat(manager, team)
    assert not Membership.objects.filter(user=rep).exists()


def test_who_has_no_open_work_leaves_without_a_question(as_, rep, manager):
    page = text(as_(rep).get(reverse("team-leave")))
    assert "Leave East?" in page
    assert "Who takes over" not in page


def test_a_manager_removes_a_member(as_, manager, rep, team):
    where = reverse("member-remove", args=[seat(rep, team).pk])
    assert "Remove Rick from East?" in text(as_(manager).get(where))
    page = as_(manager).post(where, follow=True)
    assert "Rick is no longer in East." in text(page)
    assert "Rick is no longer in East." not in text(as_(manager).get(reverse("team")))
    assert as_(manager).get(where).status_code == 404


def test_a_manager_changes_how_the_team_works(as_, manager):
    answer = as_(manager).post(reverse("team-settings"), SETTINGS)
    assert answer.headers["Location"] == reverse("team")
    team = Team.objects.get()
    assert (team.name, team.time_zone, team.language, team.currency) == (
        "East China",
        "Asia/Shanghai",
        "zh-hans",
        "CNY",
    )
    assert (team.workdays, team.holidays) == (
        [1, 2, 3, 4, 5, 6],
        ["2026-05-01", "2026-10-01", "2026-10-02", "2026-12-25", "2027-01-01"],
    )
    assert (team.meeting_weekday, team.meeting_hour, team.digest_hour) == (5, 16, 7)
    assert (team.meeting_minutes, team.plan_share) == (90, Decimal("0.6"))
    assert team.gap_threshold == Decimal("0.075")
    assert team.volatility_threshold == Decimal("0.3")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        (
            "holidays",
            "2026-10-01\n\n2026-13-01",
            "Line 3: “2026-13-01” is not a date. Enter it as 2026-10-01.",
        ),
        ("holidays", "1 May", "Line 1: “1 May” is not a date. Enter it as 2026-10-01."),
        ("workdays", [], "Choose at least one workday."),
        ("workdays", ["8"], "Select a valid choice. 8 is not one of the available choices."),
        ("time_zone", "Mars/Olympus", "Select a valid choice."),
        ("currency", "yuan", "Enter a currency as three letters, such as CNY or USD."),
        ("gap_threshold", "much", "is not a number"),
        ("gap_threshold", "0%", "The gap increase must be from 0.1 to 100 per cent of the target."),
        ("volatility_threshold", "0.5%", "A sharp change must be from 1 to 100 per cent."),
        ("volatility_threshold", "0.2", "A sharp change must be from 1 to 100 per cent."),
        ("gap_threshold", "101%", "The gap increase must be from 0.1 to 100 per cent of the target."),
        ("source_days", "0", "The days for confirming sources must be from 1 to 366."),
        ("source_days", "367", "The days for confirming sources must be from 1 to 366."),
        ("meeting_hour", "24", "Select a valid choice. 24 is not one of the available choices."),
        ("digest_hour", "x", "Select a valid choice. x is not one of the available choices."),
        ("meeting_weekday", "0", "Select a valid choice. 0 is not one of the available choices."),
        ("name", "", "This field is required."),
    ],
)
def test_settings_that_make_no_sense_are_refused_with_what_was_typed(as_, manager, field, value, sentence):
    page = as_(manager).post(reverse("team-settings"), SETTINGS | {field: value})
    assert page.status_code == 422
    assert sentence in text(page)
    assert Team.objects.get().name == "East"
    if field == "holidays":
        assert value in page.content.decode()


def test_the_settings_page_shows_what_is_set(as_, manager):
    Team.objects.update(holidays=["2026-10-01", "2026-10-02"], time_zone="Etc/GMT+5", meeting_hour=16)
    page = as_(manager).get(reverse("team-settings")).content.decode()
    assert "2026-10-01\n2026-10-02</textarea>" in page
    assert '<option value="Etc/GMT+5" selected>' in page
    assert '<option value="16" selected>16:00</option>' in page


class Fields(HTMLParser):
    """What a browser would send back of the one form that has a time zone."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self.name = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "input" and (found.get("type") != "checkbox" or "checked" in found):
            self.sent.setdefault(found["name"], []).append(found.get("value", ""))
        if tag in ("select", "textarea"):
            self.name = found["name"]
        if tag == "option" and "selected" in found:
            self.sent[self.name] = [found["value"]]

    def handle_data(self, data):
        if self.name and self.name not in self.sent and self.name == "holidays":
            self.sent[self.name] = [data.lstrip("\n").replace("\n", "\r\n")]


def shown_settings(browser) -> dict[str, list[str]]:
    return Fields(browser.get(reverse("team-settings")).content.decode()).sent


def test_the_settings_as_shown_change_nothing(as_, manager):
    Team.objects.update(holidays=["2026-10-01", "2026-10-02"], workdays=[1, 3])
    before = Team.objects.values().get()
    browser = as_(manager)
    form = shown_settings(browser)
    assert form["holidays"] == ["2026-10-01\r\n2026-10-02"]
    assert form["workdays"] == ["1", "3"]
    Team.objects.update(name="Renamed", holidays=["2026-12-25"], workdays=[2], digest_hour=6, time_zone="UTC")
    assert browser.post(reverse("team-settings"), form).status_code == 302
    assert Team.objects.values().get() == before | {
        "name": "Renamed",
        "holidays": ["2026-12-25"],
        "workdays": [2],
        "digest_hour": 6,
        "time_zone": "UTC",
    }


def test_settings_that_another_manager_changed_meanwhile_stay(as_, manager):
    browser = as_(manager)
    form = shown_settings(browser)
    Team.objects.update(digest_hour=6)
    browser.post(reverse("team-settings"), form | {"meeting_hour": ["15"]})
    saved = Team.objects.get()
    assert (saved.meeting_hour, saved.digest_hour) == (15, 6)


@pytest.mark.parametrize(
    ("name", "theirs", "mine", "after"),
    [
        ("digest_hour", 6, ["7"], 7),
        ("workdays", [1], ["1", "2"], [1, 2]),
        ("holidays", ["2026-10-01"], ["2026-10-02"], ["2026-10-02"]),
    ],
)
def test_the_same_setting_changed_by_two_is_said_once_and_then_saved(as_, manager, name, theirs, mine, after):
    browser = as_(manager)
    form = shown_settings(browser)
    Team.objects.update(**{name: theirs})
    page = browser.post(reverse("team-settings"), form | {name: mine})
    assert page.status_code == 422
    assert (
        text(page).count("Someone changed this while you were editing. Save again to keep your version.") == 1
    )
    assert getattr(Team.objects.get(), name) == theirs
    again = Fields(page.content.decode()).sent
    assert browser.post(reverse("team-settings"), again).status_code == 302
    assert getattr(Team.objects.get(), name) == after


def test_somebody_in_two_teams_switches_between_them(as_, manager, other_team, team):
    Membership.objects.create(team=other_team, user=manager, name="Mary", role=Role.VIEWER)
    browser = as_(manager)
    answer = browser.post(reverse("team-switch", args=[other_team.pk]))
    assert answer.headers["Location"] == "/"
    assert "<h1>Strangers</h1>" in text(browser.get(reverse("team")))
    browser.post(reverse("team-switch", args=[team.pk]))
    assert "<h1>East</h1>" in text(browser.get(reverse("team")))


def test_nobody_switches_to_a_team_they_are_not_in(as_, manager, other_team):
    assert as_(manager).post(reverse("team-switch", args=[other_team.pk])).status_code == 404


def test_a_switch_is_pressed_not_visited(as_, manager, team):
    assert as_(manager).get(reverse("team-switch", args=[team.pk])).status_code == 405


def test_a_name_is_text_never_markup(as_, manager, team):
    people.add_member(team, name="<b>Nina</b>", role=Role.REP, by=manager)
    assert "&lt;b&gt;Nina&lt;/b&gt;" in text(as_(manager).get(reverse("team")))


def test_the_team_page_asks_as_much_for_three_members_as_for_one(as_, manager, team):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            as_(manager).get(reverse("team"))
        return len(seen)

    alone = queries()
    for name in ("Rick", "Rita"):
        join(team, name, Role.REP)
    nina = people.add_member(team, name="Nina", role=Role.REP, by=manager)
    people.invite(nina, "nina@example.com", by=manager)
    assert queries() == alone


def test_the_weekly_meeting_is_written_as_the_reader_says_it(team, manager, as_):
    client = as_(manager)

    assert "Monday, 10:00" in client.get("/team/").content.decode()
    client.cookies["django_language"] = "zh-hans"
    assert "每周一 10:00" in client.get("/team/").content.decode()
