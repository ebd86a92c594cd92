"""Duplicates a plan: its content in a new plan, with links inside it pointing to the copies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import models

from planner import changes
from planner.arithmetic.shifts import Shift
from planner.models import Plan, Recorded, User


def copy_plan(plan: Plan, *, by: User, name: str, start: dt.date, end: dt.date) -> Plan:
    """Duplicate a plan into another period, in one transaction.

    Each model decides by `as_copy` what is reset or left out (tasks are not started, reviews not copied); dates move
    into the new period, see `Shift`. Links to objects that are left out or removed are empty in the copy.
    """
    with changes.recording(plan.team, by=by) as log:
        new = Plan(team=plan.team, name=name, scenario=plan.scenario, start=start, end=end)
        log.save(new)
        Copier(log, plan, new).copy(changes.parts_of(plan))
    return new


class Copier:
    """Copies one plan, and keeps the copy of each original."""

    def __init__(self, log: changes.Recording, plan: Plan, new: Plan) -> None:
        self.log = log
        is_workday = plan.team.calendar.is_workday
        self.move = Shift((plan.start, plan.end), (new.start, new.end), is_workday)
        self.copies: dict[tuple[str, int], Recorded] = {key_of(plan): new}

    def copy(self, parts: Iterable[Recorded]) -> None:
        """Copy each object after those that it links to; links in a circle are set when all are copied."""
        waiting = {key_of(part): part for part in parts}
        unset: list[tuple[Recorded, Recorded]] = []
        while waiting:
            ready = [part for part in waiting.values() if not self._awaited(part, waiting)]
            circle = not ready
            for part in ready or self._openable(waiting)[:1]:
                del waiting[key_of(part)]
                new = part.as_copy(self.move)
                if new is None:
                    continue
                self._link(new, part)
                self.log.save(new)
                self.copies[key_of(part)] = new
                if circle:
                    unset.append((new, part))
        for new, part in unset:
            self._link(new, part)
            self.log.save(new)

    def _awaited(
        self, part: Recorded, waiting: dict[tuple[str, int], Recorded]
    ) -> list[models.ForeignKey[Any, Any]]:
        """The links of a part to others that are still to be copied."""
        return [field for field, key in links_of(part) if key in waiting and key != key_of(part)]

    def _openable(self, waiting: dict[tuple[str, int], Recorded]) -> list[Recorded]:
        """Those of a circle that can be copied without their links to it."""
        parts = waiting.values()
        return [part for part in parts if all(field.null for field in self._awaited(part, waiting))]

    def _link(self, new: Recorded, part: Recorded) -> None:
        """Link the copy to the copies of the objects that the original links to."""
        for field, key in links_of(part):
            if key in self.copies:
                setattr(new, field.name, self.copies[key])
            elif field.null and self._stays_behind(getattr(part, field.name)):
                setattr(new, field.name, None)

    def _stays_behind(self, target: Recorded) -> bool:
        """Whether `target` is a part of the plan that was not copied, or was removed, such as a former member."""
        return target.removed_at is not None or target.home()[1] is not None


def key_of(obj: Recorded) -> tuple[str, int]:
    return obj._meta.label_lower, obj.pk


def links_of(obj: Recorded) -> list[tuple[models.ForeignKey[Any, Any], tuple[str, int]]]:
    """The links of an object to recorded objects that are set, with the key of each target."""
    links = []
    for field in obj.recorded_fields():
        value = field.value_from_object(obj)
        if isinstance(field, models.ForeignKey) and value is not None:
            model: Any = field.related_model
            if issubclass(model, Recorded):
                links.append((field, (model._meta.label_lower, value)))
    return links
