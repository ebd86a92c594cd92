"""manage.py demo: two teams with something to look at, and the accounts to look at it with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Sum

from planner.diagnose.standings import standings
from planner.models import Bottleneck, Goal, Membership, Metric, Plan, Reading, Team, User
from reviews.demo import figures
from reviews.demo.build import build_team, due_this_week, running_period
from reviews.demo.words_en import ENGLISH
from reviews.demo.words_zh import CHINESE
from strategies.models import Strategy
from tracking.models import Progress, Task
from tracking.rollup import roll_up

BOTH = pytest.mark.parametrize("words", [ENGLISH, CHINESE], ids=["en", "zh"])
WEDNESDAY = dt.date(2026, 11, 25)


def demo(*args: str) -> str:
    out = StringIO()
    call_command("demo", *args, stdout=out)
    return out.getvalue()


@pytest.fixture
def made(db, settings) -> str:
    settings.DEBUG = True
    return demo()


@pytest.fixture
def users(db) -> dict[str, User]:
    addresses = (figures.MANAGER, figures.REP, figures.VIEWER)
    return {address: User.objects.create_user(address, "x", name=address[0]) for address in addresses}


def quarter_of(words) -> Plan:
    return Plan.objects.get(team__name=words.team, previous=None)


def push_of(words) -> Plan:
    return Plan.objects.get(team__name=words.team, previous__isnull=False)


def everything() -> dict[str, list]:
    models = [
        m for app in ("planner", "strategies", "tracking") for m in apps.get_app_config(app).get_models()
    ]
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in models}


def test_it_prints_the_sign_ins_and_they_work(made, client):
    assert made.splitlines() == [
        "The demo is there. Sign in with the password “demo” as:",
        "  manager@demo.example    manager of East China sales and 华东销售部",
        "  rep@demo.example        rep in East China sales and 华东销售部",
        "  viewer@demo.example     viewer in East China sales and 华东销售部",
        "  outsider@demo.example   manager of North China sales",
    ]
    for who in ("manager", "rep", "viewer", "outsider"):
        assert client.login(username=f"{who}@demo.example", password="demo")


def test_a_second_run_changes_nothing_and_prints_the_sign_ins_again(made):
    before = everything()
    assert demo() == made
    assert everything() == before


def test_a_second_run_leaves_alone_what_people_made_of_it(made):
    Task.objects.of_plan(push_of(ENGLISH)).update(description="Ours now")
    Plan.objects.filter(team__name=CHINESE.team).update(name="改过的计划")
    before = everything()
    demo()
    assert everything() == before


def test_a_second_run_with_another_password_makes_that_one_true(made):
    demo("--password", "tea-and-rice-7")
    assert all(user.check_password("tea-and-rice-7") for user in User.objects.all())


def test_the_password_that_everybody_knows_is_refused_without_debug(db, settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match=r"Choose one with --password\."):
        demo()
    assert not User.objects.exists()
    demo("--password", "tea-and-rice-7")
    assert User.objects.get(email="rep@demo.example").check_password("tea-and-rice-7")


def test_an_empty_password_is_refused(db):
    with pytest.raises(CommandError, match=r"^The password is empty\."):
        demo("--password", " ")


def test_the_words_of_both_languages_have_the_keys_of_the_figures():
    for words in (ENGLISH, CHINESE):
        assert list(words.cast) == [key for key, *_ in figures.CAST]
        assert list(words.metrics) == [key for key, *_ in figures.METRICS]
        for part, plan in (("QUARTER", words.quarter), ("PUSH", words.push)):
            for noun in ("bottlenecks", "goals", "strategies", "tasks"):
                keys = [row[0] for row in getattr(figures, f"{part}_{noun.upper()}")]
                assert list(getattr(plan, noun)) == keys, (words.language, part, noun)


@pytest.fixture(scope="class")
def made_once(django_db_setup, django_db_blocker) -> Iterator[None]:
    """One demo for all tests of a class: each of them takes back what it writes, the class the demo."""
    with django_db_blocker.unblock(), transaction.atomic():
        demo("--password", "demo")
        yield
        transaction.set_rollback(True)


@pytest.mark.usefixtures("made_once", "db")
class TestWhatItMakes:
    @BOTH
    def test_the_cast_is_in_both_teams_by_job_title(self, words):
        team = Team.objects.get(name=words.team)
        assert (team.language, team.time_zone, team.currency) == (words.language, "Asia/Shanghai", "CNY")
        assert (team.meeting_weekday, team.meeting_hour, team.digest_hour) == (1, 10, 8)
        seats = {m.job_title: (m.role, m.user and m.user.email) for m in Membership.objects.filter(team=team)}
        titles = [title for _name, title in words.cast.values()]
        assert [seats[title] for title in titles] == [
            ("manager", "manager@demo.example"),
            *[("rep", "rep@demo.example"), ("rep", None), ("rep", None), ("rep", None), ("rep", None)],
            ("viewer", "viewer@demo.example"),
        ]

    def test_the_outsider_manages_a_third_team_alone(self):
        member = Membership.objects.get(user__email="outsider@demo.example")
        assert (member.team.name, member.role) == ("North China sales", "manager")
        assert member.team.memberships.count() == 1
        plan = member.team.plans.get()
        [row] = standings(plan, plan.metrics.select_related("metric"))
        assert round(row.current) == 417_667
        assert Task.objects.of_plan(plan).count() == 1

    @BOTH
    def test_table_1_has_the_figures_of_the_method(self, words):
        plan = quarter_of(words)
        found = standings(plan, plan.metrics.select_related("metric"))
        names = [words.metrics[key].name for key in ("sales", "conversion", "repurchase", "acquisition")]
        assert [s.row.metric.name for s in found] == names
        assert [s.current for s in found] == [800_000, Decimal("0.08"), Decimal("0.15"), 500]
        assert [s.target for s in found] == [1_000_000, Decimal("0.12"), Decimal("0.20"), 400]
        assert [s.gap.gap for s in found] == [200_000, Decimal("0.04"), Decimal("0.05"), 100]
        assert [round(s.rate * 100, 1) for s in found] == [20, 50, Decimal("33.3"), 25]
        assert [round(s.gap.shortfall * 100, 1) for s in found] == [20, Decimal("33.3"), 25, 25]
        assert all(len(s.course) == 12 and not s.computed.missing and s.row.problems for s in found)

    @BOTH
    def test_the_parts_of_sales_add_up_to_the_whole_and_region_a_falls(self, words):
        sales = Reading.objects.filter(
            metric__team__name=words.team, metric__name=words.metrics["sales"].name
        )
        for dimension in ("region", "product_line"):
            parts = sales.filter(segment__dimension=dimension).values("month").annotate(all=Sum("value"))
            whole = dict(sales.of_whole().values_list("month", "value"))
            assert {part["month"]: part["all"] for part in parts} == whole
            assert len(whole) == 24

        def share(first: int, last: int) -> Decimal:
            months = sales.filter(month__year=2023, month__month__range=(first, last))
            of_a = months.filter(segment__name=words.segments["region_a"]).aggregate(n=Sum("value"))["n"]
            return of_a / months.of_whole().aggregate(n=Sum("value"))["n"]

        assert round(share(4, 6) / share(1, 3) - 1, 3) == Decimal("-0.150")

    @BOTH
    def test_every_reading_has_a_source_and_every_ratio_its_totals(self, words):
        readings = Reading.objects.filter(metric__team__name=words.team)
        assert set(readings.values_list("source", flat=True)) == {words.source}
        ratios = readings.filter(metric__aggregation="ratio")
        assert ratios.exists()
        assert not ratios.filter(denominator=None).exists()
        units = dict(Metric.objects.filter(team__name=words.team).values_list("name", "unit"))
        assert units[words.metrics["acquisition"].name] in ("CNY per customer", "元/个")

    @BOTH
    def test_the_bottlenecks_in_focus_are_two(self, words):
        found = [(b.in_focus, b.quadrant) for b in quarter_of(words).bottlenecks.all()]
        quadrant = Bottleneck.Quadrant
        assert found == [(True, quadrant.FIRST), (True, quadrant.FIRST), (False, quadrant.LATER)]

    @BOTH
    def test_table_2_breaks_the_core_goal_into_three(self, words):
        core = Goal.objects.get(plan=quarter_of(words), parent=None)
        assert (core.kind, core.baseline, core.target) == ("grow_percent", 800_000, 1_000_000)
        title = {key: title for key, (_name, title) in words.cast.items()}
        assert [(g.kind, g.target, g.owner.job_title, g.due) for g in core.parts.all()] == [
            ("grow_percent", 150, title["manager"], dt.date(2023, 9, 30)),
            ("reach", Decimal("0.2"), title["operations"], dt.date(2023, 9, 30)),
            ("share", Decimal("0.5"), title["lead"], dt.date(2023, 9, 30)),
        ]
        assert round(150 / core.parts.first().baseline - 1, 6) == Decimal("0.3")

    @BOTH
    def test_the_tasks_of_table_3_are_dated_as_in_the_method(self, words):
        title = {key: title for key, (_name, title) in words.cast.items()}
        tasks = Task.objects.of_plan(quarter_of(words)).order_by("strategy__order", "order")
        day = dt.date
        assert [(t.owner.job_title, t.start, t.due, t.status) for t in tasks] == [
            (title["manager"], day(2023, 7, 1), day(2023, 7, 7), "done"),
            (title["lead"], day(2023, 7, 8), day(2023, 7, 15), "in_progress"),
            (title["operations"], day(2023, 7, 10), day(2023, 7, 20), "not_started"),
            (title["operations"], day(2023, 7, 21), day(2023, 8, 5), "not_started"),
            (title["operations"], day(2023, 8, 6), day(2023, 8, 10), "not_started"),
        ]
        assert all(task.acceptance for task in tasks)

    @pytest.mark.parametrize(
        ("words", "notes", "aims"),
        [
            (ENGLISH, ["pain points listed", "survey to begin"], ["raise conversion", "raise repurchase"]),
            (CHINESE, ["痛点已梳理", "调研待启动"], ["提升转化率", "提升复购率"]),
        ],
        ids=["en", "zh"],
    )
    def test_the_last_word_on_each_strategy_is_that_of_table_3(self, words, notes, aims):
        strategies = list(Strategy.objects.filter(plan=quarter_of(words)))
        assert [s.aim for s in strategies] == aims
        last = [Progress.objects.filter(task__strategy=s).latest("pk") for s in strategies]
        assert [p.note for p in last] == notes
        assert last == [Progress.objects.filter(task__strategy=s).latest("at") for s in strategies]
        assert {p.at.year for p in last} == {2023}
        rows = [roll_up(list(s.tasks.with_latest_note()), dt.date(2023, 7, 10)) for s in strategies]
        assert [(row.status, row.note) for row in rows] == [
            ("in_progress", notes[0]),
            ("not_started", notes[1]),
        ]


@BOTH
@pytest.mark.parametrize(
    "today", [WEDNESDAY, dt.date(2024, 1, 1), dt.date(2024, 3, 31), dt.date(2028, 2, 29)]
)
def test_the_running_plan_has_something_to_say_on_any_day(users, words, today):
    build_team(words, users, today)
    plan = push_of(words)
    assert plan.start <= today <= plan.end
    assert plan.previous == quarter_of(words)
    tasks = Task.objects.of_plan(plan)
    assert sorted(task.days_late(today) for task in tasks.overdue(today)) == [1, 3]
    monday = today - dt.timedelta(days=today.weekday())
    due = tasks.due_between(today, monday + dt.timedelta(days=6))
    rep = Membership.objects.get(team=plan.team, user=users[figures.REP])
    assert due.filter(owner=rep).count() == tasks.overdue(today).filter(owner=rep).count() == 1
    assert [tasks.filter(status=s).count() for s in ("done", "cancelled")] == [3, 1]
    assert tasks.open().filter(owner=None).count() == 1
    assert tasks.count() == 11
    assert all(plan.start <= task.start <= task.due <= plan.end for task in tasks)
    strategies = Strategy.objects.filter(plan=plan)
    assert strategies.filter(state="paused").count() == 1
    assert strategies.filter(tasks=None).count() == 1


@BOTH
def test_the_running_plan_starts_a_little_better_than_2023(users, words):
    build_team(words, users, WEDNESDAY)
    plan = push_of(words)
    found = standings(plan, plan.metrics.select_related("metric"))
    assert [s.current for s in found] == [884_000, Decimal("0.09"), Decimal("0.16"), 460]
    assert [s.course[-1][0] for s in found] == [dt.date(2026, 9, 1)] * 4
    newest = Reading.objects.filter(metric__team=plan.team).latest("month")
    assert newest.month == dt.date(2026, 10, 1)


def test_the_running_plan_is_named_for_its_first_month(users):
    for words in (ENGLISH, CHINESE):
        build_team(words, users, dt.date(2027, 1, 31))
    assert push_of(ENGLISH).name == "Sales push · Dec 2026"
    assert push_of(CHINESE).name == "销售冲刺 · 2026 年 12 月"


def test_on_a_clock_set_back_the_history_keeps_its_figures(users):
    build_team(ENGLISH, users, dt.date(2023, 9, 10))
    plan = quarter_of(ENGLISH)
    assert next(s.current for s in standings(plan, plan.metrics.select_related("metric"))) == 800_000


def test_a_period_is_three_months_from_the_month_before():
    assert running_period(dt.date(2026, 1, 31)) == (dt.date(2025, 12, 1), dt.date(2026, 2, 28))


@pytest.mark.parametrize(("day", "due"), [(25, 27), (28, 29), (29, 29)])
def test_due_this_week_is_never_next_week(day, due):
    assert due_this_week(dt.date(2026, 11, day)) == dt.date(2026, 11, due)
