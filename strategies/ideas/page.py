"""What the library offers against the bottlenecks of a plan, and the page that shows it above the team's own ideas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from planner import words
from planner.models import Bottleneck, Plan
from planner.models.metrics import BottleneckKind
from planner.tables.page import TablePage
from planner.tables.table import Table
from planner.web.live import Piece
from strategies.ideas.library import library, suiting, takes_effect
from strategies.ideas.method import KnownIdea
from strategies.ideas.newcomers import Newcomers
from strategies.ideas.table import IdeasTable
from strategies.models import Strategy

# The sections that a page of the class OffersIdeas shows.
IDEAS = Piece(
    "ideas",
    frozenset({"planner.bottleneck", "planner.plan", "strategies.strategy", "strategies.idea"}),
    "strategies/ideas.html",
)
NEWCOMERS = Piece("newcomers", template="strategies/newcomers.html")


T = TypeVar("T", bound=Table)


@dataclass(frozen=True, slots=True)
class Offer:
    """An idea as it is offered: the strategy that the plan has from it, and whether its effect comes in time."""

    idea: KnownIdea
    strategy: Strategy | None
    is_in_time: bool

    @property
    def lag(self) -> str:
        return words.lag(self.idea.lag_days)

    @property
    def kind(self) -> Any:
        """For which kind of bottleneck it is."""
        return BottleneckKind(self.idea.kind).label if self.idea.kind else ""


class Offers:
    """The ideas against one bottleneck of a plan: that of the address, else the first in focus without a strategy."""

    def __init__(self, plan: Plan, params: Mapping[str, Any]) -> None:
        self.plan, self.params = plan, params

    @cached_property
    def _strategies(self) -> list[Strategy]:
        return list(Strategy.objects.filter(plan=self.plan))

    @cached_property
    def answers(self) -> Counter[int | None]:
        """How many strategies answer each bottleneck, by its id."""
        return Counter(strategy.bottleneck_id for strategy in self._strategies)

    @cached_property
    def bottlenecks(self) -> list[Bottleneck]:
        """Those in focus, and the one of the address."""
        asked = str(self.params.get("bottleneck", ""))
        every = Bottleneck.objects.filter(plan=self.plan)
        found = [each for each in every if each.in_focus or str(each.pk) == asked]
        for bottleneck in found:
            bottleneck.plan = self.plan
        return found

    @cached_property
    def chosen(self) -> Bottleneck | None:
        asked = str(self.params.get("bottleneck", ""))
        ranked = sorted(self.bottlenecks, key=lambda each: (str(each.pk) != asked, self.answers[each.pk] > 0))
        return next(iter(ranked), None)

    @property
    def choices(self) -> list[tuple[Bottleneck, int]]:
        """The bottlenecks, each with how many strategies answer it."""
        return [(bottleneck, self.answers[bottleneck.pk]) for bottleneck in self.bottlenecks]

    @cached_property
    def offers(self) -> list[Offer]:
        """Those against the chosen bottleneck; without one the whole library."""
        ideas = library(self.plan)
        by_idea = {strategy.idea: strategy for strategy in self._strategies if strategy.idea}
        return [
            Offer(idea, by_idea.get(idea.key), takes_effect(self.plan, idea.lag_days))
            for idea in (ideas if self.chosen is None else suiting(ideas, self.chosen))
        ]


class OffersIdeas(TablePage[T]):
    """A page with the sections of ideas and newcomers."""

    @cached_property
    def ideas(self) -> Offers:
        return Offers(self.plan, self.params)

    @cached_property
    def newcomers(self) -> Newcomers:
        return Newcomers(self.plan)


class IdeasPage(OffersIdeas[IdeasTable]):
    template = "strategies/ideas.html"
    around = (NEWCOMERS, IDEAS)
