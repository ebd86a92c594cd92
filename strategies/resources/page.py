"""The page of the resources: the pools as bars, the table of allocations, splits, people, and what was spent."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from planner import stages, words
from planner.arithmetic import formats
from planner.tables.page import TablePage
from planner.web.live import Piece
from strategies.models import SILENT, Pool, Spending
from strategies.resources import amounts
from strategies.resources.forms import ReasonForm, SpendingForm
from strategies.resources.people import People, people_of
from strategies.resources.pools import Holding
from strategies.resources.sentences import Drawing, describe
from strategies.resources.splitting import Inversion, Suggestion, inversions, running, suggestion
from strategies.resources.table import AllocationsTable, PoolKind

# Where the line stands that ends a pool, in hundredths of its drawing: what lies past it is over.
END_OF_POOL = 84
# How many of the latest payments are listed.
MOST_SPENDINGS = 20


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar: where it begins, its width, its middle, and what stands in it."""

    x: str
    width: str
    middle: str
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A pool as a bar: its parts up to its end, and what lies past it."""

    holding: Holding
    size: str
    says: str
    allocated: str
    parts: list[Segment]
    over: Segment | None
    sum: str


class ResourcesPage(TablePage[AllocationsTable]):
    template = "strategies/resources/resources.html"

    @property
    def around(self) -> tuple[Piece, ...]:  # type: ignore[override]
        models = frozenset(PoolKind.shows)
        with_tasks = models | set(stages.task_shows())
        return (
            Piece("pools", models),
            Piece("splits", models),
            Piece("people", with_tasks),
            Piece("spending", models),
        )

    # Pools

    def bars(self) -> list[Bar]:
        return [_bar(holding) for holding in self.table.holdings]

    def legend(self) -> list[tuple[int, str]]:
        """The ranks of the strategies that hold something, with their names."""
        places = {
            share.place.rank: share.strategy.title
            for holding in self.table.holdings
            for share in holding.shares
            if share.place.rank is not None
        }
        return sorted(places.items())

    # People

    @cached_property
    def people(self) -> People:
        return people_of(self.plan, self.table.force, self.table.today)

    @property
    def without_effort(self) -> int:
        """How many open tasks of running strategies do not say how much work they are."""
        return sum(
            task.effort is None
            for strategy in self.table.strategies
            if strategy.state not in SILENT
            for task in self.table.open_tasks[strategy.pk]
        )

    @property
    def has_ended(self) -> bool:
        return self.plan.end < self.table.today

    def period(self) -> str:
        return formats.day_range(self.people.first, self.people.last, words.language())

    def windows(self) -> list[Drawing]:
        names = self.table.member_names
        return [describe(strain, names, self.table.force) for strain in self.people.strains]

    def lines(self) -> list[dict[str, Any]]:
        """The people as the page shows them, with the sum behind each capacity."""
        most = max((max(person.capacity.days, person.load) for person in self.people.persons), default=0)
        return [
            {
                "person": person,
                "name": words.called(person.member, self.table.member_names),
                "load": amounts.number(person.load),
                "days": amounts.number(person.capacity.days),
                "meetings": amounts.number(person.capacity.meetings),
                "free": amounts.number(person.free),
                "sum": amounts.sum_text(person.capacity),
                "week": amounts.days_text(person.capacity.a_week),
                "load_width": _hundredths(person.load, most),
                "days_width": _hundredths(person.capacity.days, most),
            }
            for person in self.people.persons
        ]

    def total(self) -> dict[str, str]:
        people = self.people
        return {
            "load": amounts.number(people.load),
            "days": amounts.number(people.total.days),
            "meetings": amounts.number(people.total.meetings),
            "free": amounts.number(people.free),
            "sum": amounts.sum_text(people.total),
            "others": amounts.days_text(people.other_load) if people.other_load else "",
        }

    # Splits

    @cached_property
    def suggestions(self) -> list[Suggestion]:
        strategies = running(self.plan)
        found = (suggestion(holding, strategies) for holding in self.table.holdings)
        return [each for each in found if each is not None]

    def splits(self) -> list[dict[str, Any]]:
        """The suggested splits as the page shows them, to the smallest unit."""
        return [self._split(each) for each in self.suggestions]

    def _split(self, suggested: Suggestion) -> dict[str, Any]:
        holding = suggested.holding
        pool, places = holding.pool, amounts.places_of(holding.pool)
        rows = [
            {
                "rank": part.place.rank,
                "strategy": part.place.strategy,
                "score": part.place.score,
                "floor": amounts.number(part.floor, places) if part.floor else "",
                "maximum": "" if part.maximum is None else amounts.number(part.maximum, places),
                "now": amounts.number(part.now, places),
                "amount": amounts.number(part.amount, places),
                "share": words.per_cent(holding.part(part.amount)),
            }
            for part in suggested.parts
        ]
        return {
            "pool": pool,
            "size": amounts.text(pool, holding.size),
            "rows": rows,
            "suggested": suggested,
            "score": suggested.score,
            "now": amounts.number(holding.allocated, places),
            "total": amounts.number(suggested.total, places),
            "left": amounts.text(pool, suggested.left) if suggested.left else "",
            "missing": amounts.text(pool, suggested.missing) if suggested.missing else "",
            "unit": amounts.text(pool, amounts.smallest(pool)),
            "inversions": [self._inversion(each) for each in inversions(holding)],
        }

    def _inversion(self, inversion: Inversion) -> dict[str, Any]:
        lower, higher = inversion.lower, inversion.higher
        pool = lower.allocation.pool
        params = {
            "low": lower.place.rank,
            "high": higher.place.rank,
            "lower": lower.strategy.title,
            "higher": higher.strategy.title,
            "more": amounts.text(pool, lower.amount),
            "less": amounts.text(pool, higher.amount),
        }
        return {
            "allocation": lower.allocation,
            "head": _("Rank %(low)d holds more than rank %(high)d:") % params,
            "text": _("%(lower)s has %(more)s, %(higher)s has %(less)s.") % params,
            "form": ReasonForm(auto_id=f"keep-{lower.allocation.pk}-%s"),
        }

    # Spending

    @cached_property
    def spendings(self) -> list[dict[str, Any]]:
        """What was spent, the latest first."""
        present = Spending.objects.filter(
            allocation__pool__plan=self.plan,
            allocation__removed_at=None,
            allocation__pool__removed_at=None,
            allocation__strategy__removed_at=None,
        ).select_related("allocation__pool__plan__team", "allocation__strategy")
        return [
            {"spending": each, "amount": amounts.text(each.allocation.pool, each.amount)}
            for each in present.order_by("-day", "-pk")[:MOST_SPENDINGS]
        ]

    @cached_property
    def spending_form(self) -> SpendingForm:
        return SpendingForm(plan=self.plan)

    def can_spend(self) -> bool:
        """Whether there is something of which to enter what was spent."""
        return any(holding.shares for holding in self.table.holdings if holding.pool.kind != Pool.Kind.PEOPLE)


def _bar(holding: Holding) -> Bar:
    pool = holding.pool
    parts, at = [], 0.0
    scale = END_OF_POOL / float(holding.size) if holding.size else 0
    for share in holding.shares:
        end = min(at + float(share.amount) * scale, END_OF_POOL)
        if end > at:
            text = str(share.place.rank or "–") if end - at > 2 else ""
            title = f"{share.strategy.title}: {amounts.text(pool, share.amount)}"
            parts.append(_segment(at, end, text, title))
        at = end
    over = None
    if holding.is_over:
        past = float(-holding.left) * scale if scale else 100
        over = _segment(END_OF_POOL, min(100, END_OF_POOL + past), "", "")
        says = _("over by %(amount)s") % {"amount": amounts.text(pool, -holding.left)}
    else:
        says = _("%(amount)s unallocated") % {"amount": amounts.text(pool, holding.left)}
    params = {
        "amount": amounts.text(pool, holding.allocated),
        "share": words.per_cent(holding.part(holding.allocated)),
    }
    return Bar(
        holding,
        amounts.text(pool, holding.size),
        says,
        _("%(amount)s allocated, %(share)s") % params,
        parts,
        over,
        amounts.sum_text(holding.capacity) if holding.capacity else "",
    )


def _segment(start: float, end: float, text: str, title: str) -> Segment:
    return Segment(f"{start:.2f}%", f"{end - start:.2f}%", f"{(start + end) / 2:.2f}%", text, title)


def _hundredths(value: Any, most: Any) -> str:
    return f"{float(value / most) * 100:.1f}" if most else "0"
