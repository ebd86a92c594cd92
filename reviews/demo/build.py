"""Makes a team of the demo: people, metrics, readings and the two plans, through planner/changes.py."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.utils import translation

from planner import changes, people
from planner.arithmetic.periods import add_months, month_start
from planner.diagnose.bottlenecks.bottlenecks import add_bottleneck
from planner.diagnose.gap_history import refresh_day
from planner.models import (
    Bottleneck,
    Goal,
    Membership,
    Metric,
    Plan,
    PlanMetric,
    Reading,
    Segment,
    SourceCheck,
    Team,
    User,
)
from planner.plans import standard_metrics
from planner.stages import TaskSpec
from reviews.demo import figures
from reviews.demo.means import Means, add_leave, add_means
from reviews.demo.words import PlanWords, Words
from reviews.reviews import add_review
from strategies.goals.goals import Step, add_goal, add_sub_goal, write_actions
from strategies.models import Strategy
from strategies.strategies import add_strategy
from tracking.models import Progress, Status
from tracking.tasks import add_task, report_progress

ZONE = "Asia/Shanghai"
END_OF_WORK = dt.time(17, 30, tzinfo=zoneinfo.ZoneInfo(ZONE))
SIX_PLACES = Decimal("0.000001")


def new_team(name: str, language: str) -> Team:
    return people.create_team(
        name,
        language=language,
        time_zone=ZONE,
        country="CN",
        currency="CNY",
        meeting_weekday=1,
        meeting_hour=10,
        digest_hour=8,
    )


def build_team(words: Words, users: dict[str, User], today: dt.date | None = None) -> Team:
    """One of the two teams, whole. `users` are the accounts by address; `today` is by default the team's."""
    with translation.override(words.language):
        team = new_team(words.team, words.language)
        Builder(team, words, users, today or team.today()).build()
    return team


def running_period(today: dt.date) -> tuple[dt.date, dt.date]:
    """Three months, of which the first is over."""
    start = add_months(today, -1)
    return start, add_months(start, 3) - dt.timedelta(days=1)


def due_this_week(today: dt.date) -> dt.date:
    sunday = today + dt.timedelta(days=7 - today.isoweekday())
    return min(today + dt.timedelta(days=2), sunday)


class Builder:
    """The demo of one team while it is made: what the later parts need of the earlier, by key."""

    def __init__(self, team: Team, words: Words, users: dict[str, User], today: dt.date) -> None:
        self.team, self.words, self.users, self.today = team, words, users, today
        self.by = users[figures.MANAGER]
        self.cast: dict[str, Membership] = {}
        self.metrics: dict[str, Metric] = {}
        self.segments: dict[str, Segment] = {"": team.segments.get(dimension=Segment.Dimension.WHOLE)}
        self.updates: list[tuple[dt.date, Progress]] = []

    def build(self) -> None:
        with changes.recording(self.team, by=self.by) as log:
            self._people(log)
            self._metrics(log)
            quarter = self._plan(
                log, self.words.quarter, figures.QUARTER_START, figures.QUARTER_END, previous=None
            )
            push = self._plan(log, self.words.push, *running_period(self.today), previous=quarter)
        self._readings()
        with changes.recording(self.team, plan=quarter, by=self.by) as log:
            PlanBuilder(self, log, quarter, self.words.quarter, figures.QUARTER_MEANS).build(
                figures.QUARTER_BOTTLENECKS,
                figures.QUARTER_GOALS,
                figures.QUARTER_STRATEGIES,
                figures.QUARTER_TASKS,
                figures.QUARTER_REVIEWS,
            )
        with changes.recording(self.team, plan=push, by=self.by) as log:
            self._confirm_source(log, push)
            add_leave(log, self.cast, figures.LEAVES, self.today)
            PlanBuilder(self, log, push, self.words.push, figures.PUSH_MEANS).build(
                figures.PUSH_BOTTLENECKS,
                figures.PUSH_GOALS,
                figures.PUSH_STRATEGIES,
                [self._dated(row) for row in figures.PUSH_TASKS],
            )
        self._backdate()
        self._keep_gaps(push)

    def _people(self, log: changes.Recording) -> None:
        for key, role, address in figures.CAST:
            name, job_title = self.words.cast[key]
            user = self.users[address] if address else None
            days = figures.FIRST_DAYS.get(key)
            self.cast[key] = Membership(
                team=self.team,
                user=user,
                name=name,
                job_title=job_title,
                role=role,
                first_day=self._day(-days) if days else None,
                meeting_hours=figures.MEETING_HOURS.get(key, 0),
            )
            log.save(self.cast[key])

    def _metrics(self, log: changes.Recording) -> None:
        for key, dimension in figures.SEGMENTS:
            self.segments[key] = Segment.begin(self.team, dimension, self.words.segments[key])
        standard = standard_metrics(self.team)
        for key, kind, direction, aggregation, parts in figures.METRICS:
            numerator, denominator = (self.metrics[part] for part in parts) if parts else (None, None)
            self.metrics[key] = Metric(
                team=self.team,
                kind=kind,
                direction=direction,
                aggregation=aggregation,
                key=key if key in standard else "",
                numerator=numerator,
                denominator=denominator,
                bottleneck=standard[key].bottleneck if key in standard else "",
                **self.words.metrics[key]._asdict(),
            )
            log.save(self.metrics[key])

    def _plan(
        self, log: changes.Recording, words: PlanWords, start: dt.date, end: dt.date, previous: Plan | None
    ) -> Plan:
        plan = Plan(
            team=self.team,
            name=words.name(start),
            scenario=Plan.Scenario.TARGET,
            start=start,
            end=end,
            previous=previous,
        )
        log.save(plan)
        return plan

    def _readings(self) -> None:
        this_month = month_start(self.today)
        months = {
            add_months(this_month, n - len(figures.RECENT)): row for n, row in enumerate(figures.RECENT)
        }
        # The history last: where the two overlap (on a clock set back), its exact figures stand.
        months |= {add_months(figures.FIRST_MONTH, n): row for n, row in enumerate(figures.HISTORY)}
        Reading.objects.bulk_create(
            reading for month, row in months.items() for reading in self._readings_of(month, row)
        )

    def _confirm_source(self, log: changes.Recording, plan: Plan) -> None:
        """The manager has confirmed last week that the source is complete."""
        at = dt.datetime.combine(self._day(-7), END_OF_WORK)
        log.save(SourceCheck(team=self.team, plan=plan, source=self.words.source, by=self.by, at=at))

    def _readings_of(self, month: dt.date, row: tuple[int, ...]) -> Iterator[Reading]:
        value = dict(zip(figures.COLUMNS, row, strict=True))
        for part in ("region", "line"):
            value[f"{part}_b"] = value["sales"] - value[f"{part}_a"]
        for key, _kind, _direction, _aggregation, parts in figures.METRICS:
            if parts is None:
                yield self._reading(key, "", month, Decimal(value[key]))
                continue
            numerator, denominator = (Decimal(value[part]) for part in parts)
            share = (numerator / denominator).quantize(SIX_PLACES)
            yield self._reading(key, "", month, share, numerator=numerator, denominator=denominator)
        for segment, _dimension in figures.SEGMENTS:
            yield self._reading("sales", segment, month, Decimal(value[segment]))

    def _reading(
        self, metric: str, segment: str, month: dt.date, value: Decimal, **totals: Decimal
    ) -> Reading:
        return Reading(
            metric=self.metrics[metric],
            segment=self.segments[segment],
            month=month,
            value=value,
            source=self.words.source,
            entered_by=self.by,
            **totals,
        )

    def _dated(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """A task of the running plan with dates in place of its days from today."""
        *others, start, due, status, percent, update_days = row
        last = due_this_week(self.today) if due == figures.THIS_WEEK else self._day(due)
        return *others, self._day(start), last, status, percent, tuple(self._day(n) for n in update_days)

    def _keep_gaps(self, plan: Plan) -> None:
        """The gaps of every day since the plan began, as the daily work would have kept them."""
        for back in range((self.today - plan.start).days, -1, -1):
            day = self._day(-back)
            moment = dt.datetime.combine(day, END_OF_WORK)
            refresh_day(day, [self.team.time_zone], moment, team=self.team.pk)

    def _day(self, offset: int) -> dt.date:
        return self.today + dt.timedelta(days=offset)

    def _backdate(self) -> None:
        """Move each update to its own day: saving set it to now."""
        for day, progress in self.updates:
            progress.at = dt.datetime.combine(day, END_OF_WORK)
        Progress.objects.bulk_update([progress for _day, progress in self.updates], ["at"])


class PlanBuilder:
    """The content of one plan while it is made."""

    def __init__(
        self, team: Builder, log: changes.Recording, plan: Plan, words: PlanWords, means: Means
    ) -> None:
        self.team, self.log, self.plan, self.words, self.means = team, log, plan, words, means
        self.bottlenecks: dict[str | None, Bottleneck | None] = {None: None}
        self.goals: dict[str, Goal] = {}
        self.strategies: dict[str, Strategy] = {}

    def build(
        self,
        bottlenecks: Iterable[Any],
        goals: Iterable[Any],
        strategies: Iterable[Any],
        tasks: Iterable[Any],
        reviews: Iterable[Any] = (),
    ) -> None:
        for order, row in enumerate(figures.STATUS, 1):
            self._row_of_status(order, *row)
        for row in bottlenecks:
            self._bottleneck(*row)
        for row in goals:
            self._goal(*row)
        for row in strategies:
            self._strategy(*row)
        self._key_actions()
        add_means(self, self.means)
        for row in tasks:
            self._task(*row)
        for key, kind, start in reviews:
            lists = self.words.reviews[key]._asdict()
            texts = {name: "\n".join(items) for name, items in lists.items()}
            add_review(self.log, self.plan, kind, start, **texts)

    def _row_of_status(self, order: int, metric: str, target: Decimal, basis: str) -> None:
        self.log.save(
            PlanMetric(
                plan=self.plan,
                metric=self.team.metrics[metric],
                order=order,
                target=target,
                target_period=PlanMetric.TargetPeriod.MONTH,
                basis=basis,
                problems=self.words.problems[metric],
            )
        )

    def _bottleneck(
        self,
        key: str,
        kind: str,
        metric: str | None,
        segment: str | None,
        impact: int,
        ease: int,
        in_focus: bool,
    ) -> None:
        self.bottlenecks[key] = add_bottleneck(
            self.log,
            self.plan,
            kind=kind,
            metric=self.team.metrics[metric] if metric else None,
            segment=None if segment is None else self.team.segments[segment],
            impact=impact,
            ease=ease,
            in_focus=in_focus,
            **self.words.bottlenecks[key]._asdict(),
        )

    def _goal(
        self,
        key: str,
        metric: str,
        segment: str | None,
        kind: str,
        baseline: Decimal,
        target: Decimal,
        owner: str,
        bottleneck: str | None,
    ) -> None:
        values: dict[str, Any] = {
            "name": self.words.goals[key].name,
            "unit": self.words.goals[key].unit,
            "metric": self.team.metrics[metric],
            "segment": self.team.segments[segment] if segment else None,
            "kind": kind,
            "baseline": baseline,
            "target": target,
            "owner": self.team.cast[owner],
            "bottleneck": self.bottlenecks[bottleneck],
        }
        core = self.goals.get("core")
        goal = add_sub_goal(self.log, core, **values) if core else add_goal(self.log, self.plan, **values)
        self.goals[key] = goal

    def _key_actions(self) -> None:
        for key, goal_words in self.words.goals.items():
            steps = [
                Step(text, self.strategies[strategy].pk if strategy else None)
                for text, strategy in goal_words.actions
            ]
            write_actions(self.log, self.goals[key], steps)

    def _strategy(
        self,
        key: str,
        goal: str,
        bottleneck: str | None,
        owner: str,
        feasibility: tuple[int, int, int],
        importance: int,
        urgency: int,
        state: str,
    ) -> None:
        resources, capability, time = feasibility
        self.strategies[key] = add_strategy(
            self.log,
            self.plan,
            goals=[self.goals[goal]],
            bottleneck=self.bottlenecks[bottleneck],
            owner=self.team.cast[owner],
            resources_score=resources,
            capability_score=capability,
            time_score=time,
            importance=importance,
            urgency=urgency,
            state=state,
            **self.words.strategies[key]._asdict(),
        )

    def _task(
        self,
        key: str,
        strategy: str,
        owner: str | None,
        start: dt.date,
        due: dt.date,
        status: str,
        percent: int,
        update_days: tuple[dt.date, ...],
    ) -> None:
        words = self.words.tasks[key]
        member = self.team.cast[owner] if owner else None
        effort = self.means.efforts.get(key)
        spec = TaskSpec(words.description, member, start, due, words.acceptance, effort)
        task = add_task(self.log, self.strategies[strategy], spec)
        if member is None:
            return  # without an owner there are no updates
        for number, (day, note) in enumerate(zip(update_days, words.notes, strict=True), 1):
            is_last = number == len(update_days)
            progress = report_progress(
                self.log,
                task,
                by=member,
                status=status if is_last else Status.IN_PROGRESS,
                percent=percent if is_last else percent // 2,
                note=note,
                reason=words.why if is_last else "",
            )
            self.team.updates.append((day, progress))
