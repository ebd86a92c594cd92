"""What the next steps look at in one plan (strategies/steps.py)."""

from __future__ import annotations

from functools import cached_property

from django.db.models import Exists, OuterRef

from planner.models import Bottleneck, Goal, Membership, Plan, PlanMetric, Reading
from strategies.board.decisions import Lack, lacks_of
from strategies.models import Strategy, TargetAnswer
from strategies.resources.people import workforces
from strategies.resources.pools import Holding, holdings


class Facts:
    """What the steps look at in one plan; each is asked for once, and only if a step gets as far."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    @cached_property
    def goals(self) -> list[Goal]:
        return list(Goal.objects.filter(plan=self.plan, parent__removed_at=None))

    @property
    def core_goals(self) -> list[Goal]:
        return [goal for goal in self.goals if goal.parent_id is None]

    def parts(self, core: Goal) -> list[Goal]:
        return [goal for goal in self.goals if goal.parent_id == core.pk]

    @cached_property
    def goals_with_answer(self) -> set[int]:
        """The ids of the goals whose target has an answer that is not decided yet."""
        answers = TargetAnswer.objects.filter(goal__plan=self.plan, outcome=TargetAnswer.Outcome.OPEN)
        return set(answers.values_list("goal", flat=True))

    @cached_property
    def bottlenecks(self) -> list[Bottleneck]:
        """Those in focus."""
        return list(self.plan.bottlenecks.filter(in_focus=True))

    @cached_property
    def strategies(self) -> list[Strategy]:
        """Those that run, or may yet."""
        strategies = Strategy.objects.running().filter(plan=self.plan).select_related("owner")
        found = list(strategies.prefetch_related("served__goal"))
        for strategy in found:
            strategy.plan = self.plan
        return found

    @cached_property
    def proposed(self) -> list[Strategy]:
        return [strategy for strategy in self.strategies if strategy.state == Strategy.State.PROPOSED]

    @cached_property
    def lacks(self) -> dict[int, list[Lack]]:
        """What each of the proposed ones lacks before it can be approved, by its id."""
        return lacks_of(self.plan, self.proposed)

    @cached_property
    def holdings(self) -> list[Holding]:
        """What the plan's pools hold."""
        return holdings([self.plan], workforces([self.plan.team]))[self.plan.pk]

    @cached_property
    def rows(self) -> list[PlanMetric]:
        """The rows of Table 1."""
        return list(self.plan.metrics.select_related("metric"))

    @cached_property
    def rows_without_value(self) -> list[PlanMetric]:
        """Those for which nobody has entered or imported anything."""
        values = Reading.objects.of_whole().filter(metric=OuterRef("metric"))
        rows = self.plan.metrics.filter(~Exists(values), override=None)
        return list(rows.select_related("metric"))

    @cached_property
    def has_first_days(self) -> bool:
        """Whether it is known of any member since when they are in the team."""
        return Membership.objects.filter(team=self.plan.team_id, first_day__isnull=False).exists()
