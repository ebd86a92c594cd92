"""The pools of a plan as a table, each with its allocations beneath."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from planner import access, stages, words
from planner.arithmetic import formats
from planner.arithmetic.collation import finds_name
from planner.models import Change, Plan
from planner.stages import StrategyTask
from planner.tables import cells
from planner.tables.columns import Adder, Cell, Column, Row
from planner.tables.kinds import RowKind
from planner.tables.markup import EMPTY
from planner.tables.shows import ALL, Lookups, Shows
from planner.tables.table import Table
from strategies.models import PAUSED, Allocation, Pool, Strategy
from strategies.resources import amounts
from strategies.resources.forms import AddAllocationForm, AddDaysForm, AddPoolForm, AllocationForm, PoolForm
from strategies.resources.people import Workforce, workforces
from strategies.resources.pools import Holding, Share, holdings
from strategies.resources.sentences import allocation_notice, pool_notice

# A strategy's rank follows from all others; the capacity of people from their leave, and names from other names.
SHOWN: dict[str, Lookups | None] = dict.fromkeys(
    ("strategies.strategy", "planner.membership", "planner.leave", "planner.plan"), ALL
)


# What a pool shows where its allocations have their limits, persons and dates.
STATE = Column("minimum", gettext_lazy("Allocated"))
# The fields of an allocation that decide whether it fits.
FITTING = {"amount", "member", "start", "end"}


class PoolKind(RowKind):
    """A pool, the head of its allocations."""

    name = "pool"
    form = PoolForm
    add_form = AddPoolForm
    edits = {"name": ("name",), "amount": ("amount",)}
    spans = {"minimum": 4}
    rights = access.Rights(access.may_edit_strategy)
    shows = {
        **SHOWN,
        "strategies.pool": ("pk",),
        "strategies.allocation": ("allocations",),
        "strategies.spending": ALL,
    }

    def objects(self, plan: Plan) -> QuerySet[Pool]:
        return Pool.objects.filter(plan=plan).select_related("plan__team")

    def with_removed(self, plan: Plan) -> QuerySet[Pool]:
        return Pool.with_removed.filter(plan=plan)

    def notice(self, obj: Any, fields: Collection[str]) -> str:
        return pool_notice(obj.plan, obj) if "amount" in fields else ""


class AllocationKind(RowKind):
    """What a strategy gets of a budget or of hours set aside."""

    name = "allocation"
    beneath = "pool"
    form = AllocationForm
    add_form = AddAllocationForm
    edits = {"amount": ("amount", "reason"), "minimum": ("minimum",), "maximum": ("maximum",)}
    rights = access.Rights(access.may_edit_strategy)
    shows = {
        **SHOWN,
        "strategies.allocation": ("pk",),
        "strategies.pool": ("pool",),
        "strategies.spending": ALL,
    }

    def objects(self, plan: Plan) -> QuerySet[Allocation]:
        present = self.with_removed(plan).filter(
            removed_at=None, pool__removed_at=None, strategy__removed_at=None
        )
        return present.select_related("pool__plan__team", "strategy", "member")

    def with_removed(self, plan: Plan) -> QuerySet[Allocation]:
        return Allocation.with_removed.filter(pool__plan=plan).exclude(pool__kind=Pool.Kind.PEOPLE)

    def notice(self, obj: Any, fields: Collection[str]) -> str:
        return "" if fields and not FITTING.intersection(fields) else allocation_notice(obj)


class DaysKind(AllocationKind):
    """What a strategy gets of people's days, of one person from when to when or of anyone: the ceiling of its tasks."""

    name = "days"
    add_form = AddDaysForm
    edits = {"amount": ("amount",), "who": ("member",), "dates": ("dates",)}

    @property
    def shows(self) -> Shows:  # type: ignore[override]
        """Its tasks besides: what they need stands beneath the days."""
        return {**AllocationKind.shows, **dict.fromkeys(stages.task_shows(), ALL)}

    def with_removed(self, plan: Plan) -> QuerySet[Allocation]:
        return Allocation.with_removed.filter(pool__plan=plan, pool__kind=Pool.Kind.PEOPLE)


def kind_of(pool: Pool) -> str:
    """Which kind of row the allocations of a pool are."""
    return DaysKind.name if pool.kind == Pool.Kind.PEOPLE else AllocationKind.name


class AllocationsTable(Table):
    """Pools with the allocations to strategies, in the order of the strategies' priority."""

    url_name = "resources"
    file_name = ""
    title = gettext_lazy("Allocations")
    heading = gettext_lazy("Resources")
    empty = gettext_lazy(
        "Add what the plan has to give: budgets by purpose, people's days, or hours set aside. "
        "Then allocate them to strategies."
    )
    columns = (
        Column("name", gettext_lazy("Pool and strategy"), sorts=False, css="first"),
        Column(
            "amount",
            pgettext_lazy("pool", "Amount"),
            numeric=True,
            sorts=False,
            prompt=gettext_lazy("Enter amount"),
        ),
        Column("minimum", gettext_lazy("Minimum"), numeric=True, sorts=False),
        Column("maximum", gettext_lazy("Maximum"), numeric=True, sorts=False),
        Column("who", gettext_lazy("Person"), sorts=False, prompt=gettext_lazy("Anyone")),
        Column("dates", gettext_lazy("Dates"), sorts=False, prompt=gettext_lazy("Set dates")),
        Column("spent", gettext_lazy("Spent"), numeric=True, sorts=False),
    )
    kinds = {"pool": PoolKind(), "allocation": AllocationKind(), "days": DaysKind()}
    offers = frozenset({"planner.membership", "strategies.strategy"})

    @cached_property
    def strategies(self) -> list[Strategy]:
        """What can be given something."""
        strategies = Strategy.objects.filter(plan=self.plan)
        return [strategy for strategy in strategies if strategy.state != Strategy.State.DROPPED]

    @cached_property
    def force(self) -> Workforce:
        return workforces([self.plan.team])[self.plan.team_id]

    @cached_property
    def holdings(self) -> list[Holding]:
        """Every pool of the plan with its allocations."""
        return holdings([self.plan], {self.plan.team_id: self.force})[self.plan.pk]

    @cached_property
    def open_tasks(self) -> dict[int, list[StrategyTask]]:
        """By a strategy's id, its open tasks."""
        strategies = list(Strategy.objects.filter(plan=self.plan))
        tasks = stages.tasks_of(strategies)
        return {pk: [task for task in own if task.is_open] for pk, own in tasks.items()}

    def needed(self, strategy: Strategy) -> Decimal:
        """The person-days of a strategy's open tasks."""
        return sum((task.effort or Decimal(0) for task in self.open_tasks[strategy.pk]), Decimal(0))

    @property
    def filters(self) -> list[dict[str, Any]]:
        return []

    def summary(self) -> str:
        count = ngettext("%(n)d pool", "%(n)d pools", len(self.holdings)) % {"n": len(self.holdings)}
        over = sum(holding.is_over for holding in self.holdings)
        over_text = ngettext("%(n)d over-allocated", "%(n)d over-allocated", over) % {"n": over}
        return f"{count} · {over_text}" if over else count

    def objects(self) -> list[Holding]:
        query = self.params.get("q", "").strip()
        return [
            holding
            for holding in self.holdings
            if finds_name(query, holding.pool.name, *(share.strategy.title for share in holding.shares))
        ]

    def rows_for(self, objects: Iterable[Holding]) -> list[Row]:
        rows = []
        for holding in objects:
            rows.append(self._pool_row(holding))
            rows += [self._allocation_row(holding, share) for share in holding.shares]
        return rows

    def rows_of(self, keys: list[str]) -> list[Row]:
        self.clear_filters()
        rows = {row.key: row for row in self.rows_for(self.holdings)}
        return [rows.get(key) or Row(key, None) for key in keys if self.split(key)]

    def keys_touched(self, changes: Sequence[Change], saved_key: str = "") -> list[str]:
        """Besides, what is gone: an allocation whose strategy or pool is removed, or whose pool is of another kind."""
        changed: dict[str, set[int]] = {"strategies.pool": set(), "strategies.allocation": set()}
        for change in changes:
            changed.get(change.model, set()).add(change.object_id)
        gone = Allocation.with_removed.filter(
            Q(pk__in=changed["strategies.allocation"]) | Q(pool__in=changed["strategies.pool"]),
            pool__plan=self.plan,
        )
        shown = {row.key for row in self.rows}
        keys = [
            *(kind.key(pk) for pk in gone.values_list("pk", flat=True) for kind in self._allocation_kinds),
            *(self.kinds["pool"].key(pk) for pk in changed["strategies.pool"]),
        ]
        touched = super().keys_touched(changes, saved_key)
        return list(dict.fromkeys([*touched, *(key for key in keys if key not in shown)]))

    @property
    def _allocation_kinds(self) -> list[RowKind]:
        return [self.kinds["allocation"], self.kinds["days"]]

    def _pool_row(self, holding: Holding) -> Row:
        kind, pool = self.kinds["pool"], holding.pool
        can_add = self.kinds["allocation"].may_add(self.member)
        adder = Adder(kind_of(pool), _("Allocation"), _("Allocate from %(name)s") % {"name": pool.name})
        contents = {
            "name": cells.lines(format_html("<b>{}</b>", pool.name), pool.get_kind_display()),
            "amount": self._size(holding),
            "minimum": Cell(STATE, self._state(holding), span=kind.spans["minimum"], css="words"),
            "spent": self._spent(pool, holding.spent, holding.last_spent),
        }
        return self.row(kind, pool, contents, css="group", adder=adder if can_add else None)

    def _size(self, holding: Holding) -> Any:
        """How much there is; a capacity opens to its sum."""
        shown = _figure(holding.pool, holding.size)
        if holding.capacity is None:
            return shown
        return cells.tip(cells.lines(shown, _("capacity of the plan")), [amounts.sum_text(holding.capacity)])

    def _state(self, holding: Holding) -> Any:
        """What is allocated, and what is left or too much."""
        pool = holding.pool
        params = {
            "amount": amounts.text(pool, holding.allocated),
            "share": words.per_cent(holding.part(holding.allocated)),
        }
        allocated = cells.small(_("%(amount)s allocated, %(share)s") % params)
        if holding.is_over:
            over = _("over by %(amount)s") % {"amount": amounts.text(pool, -holding.left)}
            return cells.joined([cells.chip("bad", over), allocated])
        return cells.joined(
            [_("%(amount)s unallocated") % {"amount": amounts.text(pool, holding.left)}, allocated]
        )

    def _allocation_row(self, holding: Holding, share: Share) -> Row:
        allocation, pool = share.allocation, holding.pool
        kind = self.kinds[kind_of(pool)]
        contents = {
            "name": self._strategy(share),
            "amount": self._amount(holding, share),
            "minimum": self._limit(pool, allocation.minimum),
            "maximum": self._limit(pool, allocation.maximum),
            "who": self.person(allocation.member),
            "dates": self._dates(allocation),
            "spent": self._spent(pool, share.spent, share.last_spent),
        }
        return self.row(kind, allocation, contents, css="sub given", group=self.kinds["pool"].key(pool.pk))

    def _strategy(self, share: Share) -> Any:
        """Its rank, its name, and its score as a product."""
        strategy, place = share.strategy, share.place
        numeral = format_html('<span class="rank">{}</span> {}', place.rank or "–", strategy.title)
        if strategy.state in PAUSED:
            return cells.lines(numeral, strategy.get_state_display())
        if place.score is None:
            return cells.lines(numeral, _("not scored"))
        product = f"{strategy.importance} × {strategy.urgency} = {place.score}"
        return cells.lines(numeral, _("importance × urgency: %(product)s") % {"product": product})

    def _amount(self, holding: Holding, share: Share) -> Any:
        if share.allocation.amount is None:
            return EMPTY
        pool, lines = holding.pool, [words.per_cent(holding.part(share.amount))]
        if pool.kind == Pool.Kind.PEOPLE and (needed := self.needed(share.strategy)):
            text = _("%(days)s needed") % {"days": amounts.number(needed)}
            lines.append(cells.toned("bad", text) if needed > share.amount else text)
        if share.allocation.reason:
            lines.append(share.allocation.reason)
        return cells.lines(_figure(pool, share.amount), cells.joined(lines))

    def _limit(self, pool: Pool, value: Any) -> Any:
        return EMPTY if value is None or pool.kind == Pool.Kind.PEOPLE else _figure(pool, value)

    def _dates(self, allocation: Allocation) -> Any:
        if allocation.start is None or allocation.end is None:
            return EMPTY
        return formats.day_range(allocation.start, allocation.end, words.language())

    def _spent(self, pool: Pool, amount: Any, day: Any) -> Any:
        if not amount:
            return EMPTY
        return cells.lines(_figure(pool, amount), words.day(day))


def _figure(pool: Pool, value: Any) -> Any:
    return cells.figure(formats.Figure(amounts.number(value), amounts.unit_of(pool)))
