"""What is worked on: plans for the pages, teams for the jobs. The database makes the rows, so that it takes seconds."""

import datetime as dt

from django.db import connection, models
from django.test import Client
from django.utils import timezone

from planner.arithmetic.periods import full_months_before
from planner.models import Goal, Membership, Metric, Plan, PlanMetric, Reading, Role, Segment, Team, User
from strategies.models import ServedGoal, Strategy
from tracking.models import Progress, Task

TEAMS = 500
NAMES = ("Mary Lin", "Rick Zhao", "Vera Qian", "Otto Sun", "Nora Li", "Paul Zhou", "Ines Wu", "Karl Zheng")


def make_plans() -> tuple[int, int, Task, str]:
    """The ids of two plans of 1,000 and 10,000 tasks, a task of the first, and the session of their manager."""
    team = Team.objects.create(name="East")
    user = User.objects.create_user("bench@example.com", name=NAMES[0], last_team=team)
    Membership.objects.create(team=team, name=NAMES[0], user=user, role=Role.MANAGER)
    Membership.objects.bulk_create(Membership(team=team, name=name, role=Role.REP) for name in NAMES[1:])
    small, large = _plan(team, 1_000, first=0), _plan(team, 10_000, first=1_000)
    task = Task.objects.filter(strategy__plan=small, strategy__order=9).order_by("order")[1]
    client = Client()
    client.force_login(user)
    return small, large, task, client.cookies["sessionid"].value


def _plan(team: Team, count: int, *, first: int) -> int:
    """Strategies of two and of three tasks in turn: 20 hold 50. Below, `i` is the number of a row in its plan."""
    start, end = team.today() - dt.timedelta(days=50), team.today() + dt.timedelta(days=40)
    plan = Plan.objects.create(team=team, name=f"Quarter with {count} tasks", start=start, end=end)
    Goal.objects.bulk_create(Goal(plan=plan, order=n, name=f"Repurchase of {n} %") for n in range(8))
    goal, before, i = Goal.objects.filter(plan=plan)[0].pk, first * 2 // 5, f"(n - {first * 2 // 5 + 1})"
    _series(
        Strategy, count * 2 // 5, first=before, plan=f"{plan.pk}", owner=f"CASE WHEN {i} % 7 > 0 THEN 1 + {i} % 8 END",
        title=f"'Strategy ' || {i} || ': win back customers who left'", order=i,
        aim=f"CASE {i} % 4 WHEN 3 THEN '' ELSE 'raise repurchase' END",
        resources=f"'budget ' || ({i} % 90) || ',000 CNY (finance approves)'",
        risk=f"CASE WHEN {i} % 3 > 0 THEN 'engineering is short of people: may slip' ELSE '' END",
        state=f"CASE {i} % 17 WHEN 16 THEN 'paused' ELSE 'active' END",
    )  # fmt: skip
    served = f"{goal} + (2 * n - {before + 1}) % 8"
    _series(ServedGoal, count // 5, first=before // 2, strategy="2 * n", goal=served)
    i = f"(n - {first + 1})"
    at, begins = f"(CASE WHEN {i} % 5 < 2 THEN {i} % 5 ELSE {i} % 5 - 2 END)", f"{i} * 7 % 60"
    done_when = f"'A summary of ' || ({at} + 1) || ' pages and ' || (10 + {i} % 90) || ' names'"
    status = "WHEN 0 THEN 'not_started' WHEN 2 THEN 'done' ELSE 'in_progress'"
    _series(
        Task, count, first=first, strategy=f"{before + 1} + {i} / 5 * 2 + CASE WHEN {i} % 5 < 2 THEN 0 ELSE 1 END",
        order=at, description=f"'Call ' || (10 + {i} % 90) || ' customers of last year'",
        acceptance=f"CASE WHEN {i} % 5 > 0 THEN {done_when} ELSE '' END",
        owner=f"CASE WHEN {i} % 9 > 0 THEN 1 + {i} % 8 END",
        start=f"CASE WHEN {i} % 8 > 0 THEN {_days_from(start, begins)} END",
        due=_days_from(start, f"{begins} + 5 + {i} % 25"),
        resources=f"CASE {i} % 2 WHEN 1 THEN 'a list of addresses and 2 days of the agency' ELSE '' END",
        risk="'half of the numbers may be out of date'",
        status=f"CASE {i} % 20 WHEN 19 THEN 'cancelled' ELSE CASE {i} % 4 {status} END END",
        percent=f"CASE WHEN {i} % 20 = 19 OR {i} % 4 = 0 THEN 0 WHEN {i} % 4 = 2 THEN 100 ELSE {i} * 5 % 95 END",
        cancel_reason=f"CASE {i} % 20 WHEN 19 THEN 'the agency did it' ELSE '' END",
    )  # fmt: skip
    i = f"(n - {first // 2 + 1})"
    _series(
        Progress, count // 2, first=first // 2, task=f"{first + 1} + {i} / 3 * 6 + 1 + {i} % 3",
        status="'in_progress'", percent="0", note=f"'1' || ({i} % 9) || ' of them answered'",
    )  # fmt: skip
    return plan.pk


def make_teams(targets: int, tasks: int, now: dt.datetime) -> None:
    """500 teams; the rows of one lie beside each other, as they do where people make them."""
    start, end = _days_from(day := now.date(), "-30"), _days_from(day, "60")
    team = f"1 + (n - 1) / {targets // TEAMS}"
    _series(Team, TEAMS, name="'Team ' || n", time_zone="'UTC'", workdays="'[1,2,3,4,5,6,7]'")
    _series(Plan, TEAMS, team="n", name="'Plan ' || n", start=start, end=end)
    _series(Segment, TEAMS, team="n", dimension="'whole'")
    over_time = "CASE n % 4 WHEN 0 THEN 'sum' WHEN 1 THEN 'ratio' WHEN 2 THEN 'last' ELSE 'average' END"
    directions, name = "CASE n % 5 WHEN 0 THEN 'lower' ELSE 'higher' END", "'m' || n"
    _series(Metric, targets, team=team, name=name, name_key=name, aggregation=over_time, direction=directions)
    period = "CASE n % 8 WHEN 0 THEN 'year' WHEN 4 THEN 'quarter' ELSE 'month' END"
    _series(PlanMetric, targets, plan=team, metric="n", target="1000 + n % 900", target_period=period)
    for at, month in enumerate(full_months_before(day)):
        metric = f"(n - {at * targets})"
        _series(
            Reading, targets, first=at * targets, metric=metric, segment=team.replace("n", metric),
            month=_days_from(month, "0"), value=f"700 + n * {at + 3} % 400",
            numerator="n % 90 + 1", denominator="n % 70 + 100",
        )  # fmt: skip
    _series(Strategy, 4 * TEAMS, plan="1 + (n - 1) / 4", title="'Strategy ' || n")
    _series(
        Task, tasks, strategy=f"1 + (n - 1) / {tasks // (4 * TEAMS)}", description="'Call customers, list ' || n",
        due=_days_from(day, "n / 7 % 100 - 10"),
        status="CASE n % 4 WHEN 0 THEN 'done' WHEN 1 THEN 'in_progress' ELSE 'not_started' END",
        percent="CASE n % 4 WHEN 0 THEN 100 WHEN 1 THEN 40 ELSE 0 END",
    )  # fmt: skip


def _series(model: type[models.Model], count: int, *, first: int = 0, **columns: str) -> None:
    """Insert `count` rows whose ids are first + 1 …; each column is an expression of n, the id, or the default."""
    names, values, defaults = [], [], []
    for field in model._meta.concrete_fields:
        names.append(connection.ops.quote_name(str(field.column)))
        if field.primary_key or field.name in columns:
            values.append("n" if field.primary_key else columns[field.name].replace("%", "%%"))
            continue
        by_itself = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
        value = timezone.now() if by_itself else None if field.is_relation else field.get_default()
        values.append("%s")
        defaults.append(field.get_db_prep_save(value, connection))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) WITH RECURSIVE series(n) AS (SELECT {first + 1} "
            f"UNION ALL SELECT n + 1 FROM series WHERE n < {first + count}) SELECT {', '.join(values)} FROM series",
            defaults,
        )
        cursor.execute(f"ANALYZE {model._meta.db_table}")  # as PostgreSQL does by itself within a minute


def _days_from(day: dt.date, offset: str) -> str:
    on_postgres = connection.vendor == "postgresql"
    return f"DATE '{day}' + ({offset})" if on_postgres else f"date('{day}', ({offset}) || ' days')"
