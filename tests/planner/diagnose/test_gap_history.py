"""The kept gaps: the database calculates as arithmetic/gaps.py does, on the right days, and tells what widened."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from planner.arithmetic import gaps
from planner.arithmetic.periods import add_months, full_months_before
from planner.diagnose.gap_history import courses, refresh_gaps
from planner.diagnose.notices import widened
from planner.diagnose.standings import standings
from planner.models import GapPoint, Membership, Metric, Notice, Plan, PlanMetric, Reading, Segment, Team
from planner.notices.kinds import Recipient

NOON = dt.datetime(2026, 11, 25, 4, tzinfo=dt.UTC)  # noon in Shanghai
DAY = dt.date(2026, 11, 25)
SIX = Decimal("0.000001")


@pytest.fixture
def whole(team) -> Segment:
    return Segment.objects.get_or_create(team=team, dimension="whole", name="")[0]


def metric_in(plan: Plan, name: str = "Sales", **fields) -> PlanMetric:
    of_row = {
        key: fields.pop(key) for key in ("target", "target_period", "override", "as_of") if key in fields
    }
    return PlanMetric.objects.create(
        plan=plan, metric=Metric.objects.create(team=plan.team, name=name, **fields), **of_row
    )


def read(row: PlanMetric, whole: Segment, month: int, value: object, *pair: object, year: int = 2026) -> None:
    Reading.objects.update_or_create(
        metric=row.metric, segment=whole, month=dt.date(year, month, 1),
        defaults={"value": value, "numerator": pair[0] if pair else None, "denominator": pair[1] if pair else None},
    )  # fmt: skip


def point_of(row: PlanMetric, day: dt.date = DAY) -> GapPoint:
    return GapPoint.objects.get(plan_metric=row, day=day)


def test_the_demonstrated_gap(plan, whole):
    """Target 1,000,000, actual 800,000: gap 200,000, 20 % of the target, 25 % of what there is."""
    row = metric_in(plan, target=12_000_000, target_period="year")
    for month, value in ((8, 700_000), (9, 800_000), (10, 900_000), (11, 5)):
        read(row, whole, month, value)
    assert refresh_gaps(NOON) == 1

    point = point_of(row)
    assert (point.current, point.target, point.gap) == (800_000, 1_000_000, 200_000)
    assert (point.shortfall, point.uplift) == (Decimal("0.2"), Decimal("0.25"))


def test_the_database_reckons_as_the_module_does(plan, whole):
    """Every rule over time, direction and period, months missing, pairs missing, zeros and negatives."""
    chance = random.Random(20_261_125)
    months = full_months_before(DAY)
    rows = []
    for number in range(240):
        row = metric_in(
            plan,
            f"m{number}",
            aggregation=chance.choice(Metric.Aggregation.values),
            direction=chance.choice(Metric.Direction.values),
            target=chance.choice([None, 0, Decimal(chance.randint(-(10**9), 10**11)) / 10**4]),
            target_period=chance.choice(PlanMetric.TargetPeriod.values),
            override=chance.choice([None, None, None, Decimal(chance.randint(-999, 9999)) / 8]),
        )
        for month in (*months, add_months(months[0], -1), add_months(months[-1], 1)):
            if chance.random() < 0.75:
                value = Decimal(chance.randint(-(10**8), 10**10)) / 10 ** chance.randint(0, 6)
                pair = (chance.randint(-5, 900), chance.randint(0, 9)) if chance.random() < 0.8 else ()
                read(row, whole, month.month, value, *pair)
        rows.append(row)
    refresh_gaps(NOON)

    seen = set()
    for row in rows:
        found, stored = _expected(row, months), point_of(row)
        for name in ("current", "target", "gap", "shortfall", "uplift"):
            kept, exact = getattr(stored, name), getattr(found, name)
            assert (kept is None) == (exact is None), (row.metric.name, name, kept, exact)
            if exact is not None:
                assert abs(kept - exact) <= max(SIX, abs(exact) * Decimal("1e-14")), (row.metric.name, name)
        seen.add((row.metric.aggregation, row.override is None, stored.gap is None, stored.uplift is None))
    assert len(seen) > 12, "the cases were as different as they are meant to be"


def _expected(row: PlanMetric, months: tuple[dt.date, ...]):
    found = list(
        Reading.objects.filter(metric=row.metric, month__in=months).values_list(
            "month", "value", "numerator", "denominator"
        )
    )
    now = gaps.current_value([gaps.Point(*each) for each in found], months, row.metric.aggregation)
    # What was typed counts until the readings know a month that was not over when it was typed.
    newer = [month for month, *_ in found if month >= dt.date(2026, 10, 1)]
    value = row.override if row.override is not None and not newer else now.value
    target = gaps.scale_target(
        None if row.target is None else Decimal(row.target), row.target_period, row.metric.aggregation
    )
    gap = gaps.measure_gap(value, target, row.metric.direction)

    class Expected:
        current, shortfall, uplift = value, gap.shortfall, gap.uplift

    Expected.target, Expected.gap = target, gap.gap
    return Expected


def test_in_its_first_month_a_plan_has_the_gap_of_table_1(team, whole):
    plan = Plan.objects.create(team=team, name="Q4", start=dt.date(2026, 11, 1), end=dt.date(2026, 12, 31))
    row = metric_in(plan, target=500)
    for month in (8, 9, 10):
        read(row, whole, month, month * 30)
    refresh_gaps(NOON)

    (standing,) = standings(plan, [row])
    assert point_of(row).gap == standing.gap.gap == 230


def test_a_typed_value_stands_until_the_readings_know_more(plan, whole):
    row = metric_in(plan, target=100, override=40)
    read(row, whole, 9, 90)
    refresh_gaps(NOON)
    assert point_of(row).current == 40, "September was over when it was typed, as of 1 October"
    read(row, whole, 10, 70)
    refresh_gaps(NOON)
    assert point_of(row).current == 80


def test_twice_writes_nothing_and_a_correction_changes_today_alone(plan, whole):
    row = metric_in(plan, target=100)
    read(row, whole, 10, 70)
    yesterday = NOON - dt.timedelta(days=1)
    assert refresh_gaps(yesterday) == 1
    assert refresh_gaps(NOON) == 1
    assert refresh_gaps(NOON) == refresh_gaps(NOON + dt.timedelta(hours=2)) == 0
    read(row, whole, 10, 60)
    assert refresh_gaps(NOON) == 1

    assert point_of(row).gap == 40
    assert point_of(row, yesterday.date()).gap == 30


def test_each_team_has_its_own_day(plan, other_team):
    """At 17:00 in UTC it is the 26th in Shanghai and the 25th in London."""
    there = Plan.objects.create(team=other_team, name="x", start=plan.start, end=plan.end)
    rows = metric_in(plan), metric_in(there)
    refresh_gaps(dt.datetime(2026, 11, 25, 17, tzinfo=dt.UTC))

    assert [row.gap_points.get().day.day for row in rows] == [26, 25]


@pytest.mark.parametrize(
    ("end", "months"),
    [
        (dt.date(2026, 12, 31), [8, 9, 10]),
        (dt.date(2026, 11, 24), [8, 9, 10]),
        (dt.date(2026, 10, 31), [8, 9, 10]),
        (dt.date(2026, 10, 30), [7, 8, 9]),
        (dt.date(2026, 10, 26), [7, 8, 9]),
        (dt.date(2026, 10, 25), None),
    ],
)
def test_a_plan_that_is_over_is_looked_at_as_of_its_end_and_then_no_more(plan, whole, end, months):
    Plan.objects.update(start=dt.date(2026, 4, 1), end=end)
    row = metric_in(plan, target=100)
    for month in range(1, 12):
        read(row, whole, month, 3**month)
    assert refresh_gaps(NOON) == (0 if months is None else 1)
    if months:
        assert round(point_of(row).current, 5) == round(Decimal(sum(3**m for m in months)) / 3, 5)


def test_what_is_removed_draft_or_closed_is_left_alone(plan, whole):
    for change in ({"state": "draft"}, {"state": "closed"}, {"removed_at": NOON}):
        other = Plan.objects.create(team=plan.team, name="x", start=plan.start, end=plan.end, **change)
        metric_in(other, next(iter(change)) + str(change)[-9:])
    row = metric_in(plan, "gone")
    PlanMetric.objects.filter(pk=row.pk).update(removed_at=NOON)
    row = metric_in(plan, "of a metric that is gone")
    Metric.objects.filter(pk=row.metric_id).update(removed_at=NOON)

    assert refresh_gaps(NOON) == 0


def test_a_segment_is_not_the_whole(plan, whole):
    row = metric_in(plan, target=100)
    for name in ("East", "West"):
        segment = Segment.objects.create(team=plan.team, dimension="region", name=name)
        Reading.objects.create(metric=row.metric, segment=segment, month=dt.date(2026, 10, 1), value=5)
    assert refresh_gaps(NOON) == 1

    assert point_of(row).current is None


def test_an_absurd_figure_does_not_stop_the_others(plan, whole):
    most = Decimal(10) ** 14 - 1
    rows = [
        metric_in(plan, "a", target=-most),
        metric_in(plan, "b", target=SIX, aggregation="ratio"),
        metric_in(plan, "c", target=100),
    ]
    read(rows[0], whole, 10, SIX)
    read(rows[1], whole, 10, 1, most, SIX)
    read(rows[2], whole, 10, 60)
    assert refresh_gaps(NOON) == 3
    assert point_of(rows[2]).gap == 40


def test_the_number_of_statements_does_not_grow(plan, whole):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            refresh_gaps(NOON)
        return len(queries)

    metric_in(plan, "m")
    few = asked()
    for number in range(30):
        metric_in(plan, f"m{number}")
    for number in range(5):
        team = Team.objects.create(name=f"Team {number}", time_zone="Asia/Shanghai")
        metric_in(Plan.objects.create(team=team, name="x", start=plan.start, end=plan.end))

    assert asked() == few


def on(day: int, month: int = 11) -> dt.datetime:
    return dt.datetime(2026, month, day, 4, tzinfo=dt.UTC)


def told(user, at: dt.datetime):
    seats = tuple(Membership.objects.filter(user=user).select_related("team"))
    return widened(Recipient(user, seats, at.date(), str(at.date()), at))


def told_and_written_down(user, at: dt.datetime):
    said = told(user, at)
    if said is not None:
        Notice.objects.create(
            user=user, kind="gap", about=str(at.date()), day=at.date(), state="sent",
            message_id=f"<{at}>", decided_at=at, try_at=at, ended_at=timezone.now(),
        )  # fmt: skip
    return said


def test_managers_are_told_once_of_a_gap_that_widened(plan, whole, manager, rep):
    row = metric_in(plan, target=1000, unit="orders", kind="count")
    for day, value in ((20, 800), (21, 780), (22, 749)):
        read(row, whole, 10, value)
        refresh_gaps(on(day))
        assert told_and_written_down(rep, on(day)) is None
        said = told_and_written_down(manager, on(day))
        assert (said is not None) == (day == 22)

    (line,) = said.context["lines"]
    assert said.subject == "1 gap has widened"
    assert (line.title, line.grew) == ("Sales", "Shortfall rate up from 20% to 25%")
    assert line.context == "Gap 251 orders · Q4"
    assert line.url.endswith(f"/plans/{plan.pk}/diagnose/#metric-{row.pk}")
    refresh_gaps(on(23))
    assert told_and_written_down(manager, on(23)) is None, "as wide as when they were told"
    read(row, whole, 10, 690)
    refresh_gaps(on(24))
    assert told_and_written_down(manager, on(24)) is not None, "wider again, by the threshold"


def test_a_widening_stays_one_when_the_figure_moves_on_the_same_day(plan, whole, manager):
    row = metric_in(plan, target=1000)
    for day, value in ((20, 800), (21, 700), (21, 695)):
        read(row, whole, 10, value)
        refresh_gaps(on(day))

    assert told(manager, on(21)).context["lines"][0].grew == "Shortfall rate up from 20% to 31%"


def test_a_widening_found_after_the_mail_of_the_day_is_told_the_next_day(plan, whole, manager):
    row, other = metric_in(plan, "A", target=1000), metric_in(plan, "B", target=1000)
    read(row, whole, 10, 800)
    read(other, whole, 10, 800)
    refresh_gaps(on(20))
    read(row, whole, 10, 700)
    refresh_gaps(on(21))
    at = on(21) + dt.timedelta(minutes=1)
    assert [line.title for line in told_and_written_down(manager, at).context["lines"]] == ["A"]
    read(other, whole, 10, 700)
    refresh_gaps(on(21) + dt.timedelta(hours=5))

    assert [line.title for line in told(manager, on(22)).context["lines"]] == ["B"]


def test_what_closed_again_or_is_over_is_not_told(plan, whole, manager):
    row = metric_in(plan, target=1000)
    for day, value in ((20, 800), (21, 700)):
        read(row, whole, 10, value)
        refresh_gaps(on(day))
    assert told(manager, on(22)) is not None
    Plan.objects.update(state="closed")
    assert told(manager, on(22)) is None
    Plan.objects.update(state="active")
    read(row, whole, 10, 790)
    refresh_gaps(on(22))
    assert told(manager, on(22)) is None


def test_another_target_is_no_widening_and_the_threshold_is_the_teams(plan, team, whole, manager):
    row = metric_in(plan, target=1000)
    read(row, whole, 10, 800)
    refresh_gaps(on(20))
    PlanMetric.objects.update(target=1500)
    refresh_gaps(on(21))
    assert told(manager, on(21)) is None
    Team.objects.filter(pk=team.pk).update(gap_threshold=Decimal("0.2"))
    read(row, whole, 10, 600)
    refresh_gaps(on(22))
    assert told(manager, on(22)) is None
    Team.objects.filter(pk=team.pk).update(gap_threshold=Decimal("0.1"))
    refresh_gaps(on(22))
    assert told(manager, on(22)) is not None


def test_less_is_better_widens_upwards(plan, whole, manager):
    row = metric_in(plan, target=100, direction="lower", kind="cost")
    for day, value in ((20, 110), (21, 120)):
        read(row, whole, 10, value)
        refresh_gaps(on(day))
    assert told(manager, on(21)) is not None


def test_the_course_is_a_point_a_week(plan, whole):
    row = metric_in(plan, target=100)
    for weeks in range(30):
        read(row, whole, 10, weeks)
        day = DAY - dt.timedelta(weeks=29 - weeks)
        GapPoint.objects.create(plan_metric=row, day=day, gap=100 - weeks, at=NOON)
        GapPoint.objects.create(plan_metric=row, day=day + dt.timedelta(days=1), gap=1, at=NOON)

    found = courses([row.pk], DAY)[row.pk]
    assert [point.gap for point in found] == list(range(96, 70, -1))


def test_table_1_shows_the_course_of_the_gap(plan, whole, client, manager):
    row = metric_in(plan, target=100)
    today = plan.team.today()
    for weeks, gap in ((2, 10), (1, 20), (0, 30)):
        GapPoint.objects.create(plan_metric=row, day=today - dt.timedelta(weeks=weeks), gap=gap, at=NOON)
    client.force_login(manager)

    assert "Gap by week" in client.get(f"/plans/{plan.pk}/diagnose/").content.decode()
