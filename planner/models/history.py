"""The base of every recorded model, and the log of changes (written by planner/changes.py alone)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from planner.models.people import User


class Refusal(ValidationError):
    """A change that the log refuses to write, with a sentence for the person who asked for it."""


class CannotUndo(Refusal):
    """A change that cannot be undone, because the object has changed again since or is gone."""


class ChangedMeanwhile(Refusal):
    """What somebody removes is no longer what they were shown: `changes` says who changed what since.

    `shown` is what the same request carries when they remove it all the same.
    """

    def __init__(self, sentence: str, shown: int, changes: Sequence[Change] = ()) -> None:
        super().__init__(sentence)
        self.shown, self.changes = shown, changes


R = TypeVar("R", bound="Recorded")


class PresentManager(models.Manager[R]):
    """Leaves removed objects out, so that lists, drop-downs and sums do not have them."""

    def get_queryset(self) -> models.QuerySet[R]:
        return super().get_queryset().filter(removed_at=None)


class Recorded(models.Model):
    """An object whose changes are all recorded, and whose removal can be undone.

    Removing sets `removed_at`; forward links still reach a removed object, so history keeps its names.
    """

    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True, editable=False)

    objects: ClassVar[PresentManager[Self]] = PresentManager()
    with_removed: ClassVar[models.Manager[Self]] = models.Manager()
    # Fields that follow from another one, each with that; only the other one's changes are recorded.
    derived: ClassVar[dict[str, str]] = {}

    class Meta:
        abstract = True
        base_manager_name = "with_removed"
        default_manager_name = "objects"

    def home(self) -> tuple[int, int | None]:
        """The ids of its team and, where it belongs to one, its plan: it may only link to objects in these."""
        raise NotImplementedError(f"{type(self).__name__} must say where it belongs.")

    def on_removed(self, by: User | None) -> None:
        """Further changes when it is removed, or its addition is undone; may raise CannotUndo."""

    def on_restored(self, by: User | None) -> None:
        """Further changes when it is restored; may raise CannotUndo."""

    def as_copy(self, move: Callable[[dt.date], dt.date]) -> Any:
        """An unsaved copy for a duplicated plan, its dates moved by `move`; None where it is not copied."""
        values = {field.attname: field.value_from_object(self) for field in self.recorded_fields()}
        for field in self.recorded_fields():
            if type(field) is models.DateField and values[field.attname] is not None:
                values[field.attname] = move(values[field.attname])
        return type(self)(**values)

    @classmethod
    def recorded_fields(cls) -> list[models.Field[Any, Any]]:
        """The fields whose changes are recorded: all but id, version, removal and what follows from others."""
        own = {"id", "version", "removed_at", *cls.derived}
        return [field for field in cls._meta.concrete_fields if field.name not in own]


def next_order(objects: Any) -> int:
    """The `order` after the last of these objects (a queryset or a related manager)."""
    return (objects.aggregate(last=models.Max("order"))["last"] or 0) + 1


class Change(models.Model):
    """One entry of the history: who changed which field of which object, its old and new value, and why.

    The changes of one transaction share a revision of their team: undo takes back a revision, and an open page asks
    for what is newer than one. Revisions only grow, and become visible in the order of their commits.
    """

    class Action(models.TextChoices):
        ADD = "add", _("added")
        SET = "set", _("changed")
        REMOVE = "remove", _("removed")
        RESTORE = "restore", _("restored")

    team = models.ForeignKey("planner.Team", models.CASCADE, related_name="changes")
    plan = models.ForeignKey("planner.Plan", models.CASCADE, related_name="changes", null=True)
    revision = models.PositiveBigIntegerField()
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    by_name = models.CharField(max_length=150, blank=True)
    action = models.CharField(max_length=8, choices=Action)
    model = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    label = models.CharField(max_length=200, blank=True)
    field = models.CharField(max_length=60, blank=True)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    why = models.CharField(max_length=500, blank=True)
    undoes = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering = ["-revision", "pk"]
        indexes = [
            models.Index(fields=["team", "revision"], name="change_by_team"),
            models.Index(fields=["plan", "revision"], name="change_by_plan"),
            models.Index(fields=["model", "object_id"], name="change_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.revision}: {self.action} {self.model} {self.object_id} {self.field}".strip()
