"""The only way to write the content of plans: revision, comparison, save and history in one transaction.

    with changes.recording(plan.team, plan=plan, by=user) as log:
        task = log.take(plan_tasks, pk)     # read under the team's lock
        task.due = due
        log.save(task)

The team's revision is raised first: its row lock serialises the writers of a team on PostgreSQL, as the write lock
does on SQLite. Everything in the block is saved, or nothing.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, TypeVar

from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.arithmetic.formats import machine
from planner.models import Change, Membership, Plan, Recorded, Team, User
from planner.models.history import CannotUndo, ChangedMeanwhile, Refusal

R = TypeVar("R", bound=models.Model)

# How many changes of others are listed before something is removed.
MOST_SHOWN = 10


class PlanClosed(Refusal):
    """The plan is closed, so nothing in it can be changed."""

    def __init__(self) -> None:
        super().__init__(_("This plan is closed: you can view it but not change it."))


@contextmanager
def recording(team: Team, *, by: User | None, plan: Plan | None = None, why: str = "") -> Iterator[Recording]:
    """Open a transaction that writes plan content of `team`, and write its history when it ends.

    All changes in the block share one new revision of the team; a block without changes leaves the revision as it was.
    Raises PlanClosed when `plan` is closed.
    """
    with transaction.atomic():
        Team.objects.filter(pk=team.pk).update(revision=F("revision") + 1)
        revision = Team.objects.values_list("revision", flat=True).get(pk=team.pk)
        if plan is not None and Plan.objects.filter(pk=plan.pk, state=Plan.State.CLOSED).exists():
            raise PlanClosed
        log = Recording(team, plan, by, why, revision)
        yield log
        if log.changes:
            Change.objects.bulk_create(log.changes)
        else:
            # A recording within this one keeps its revision.
            Team.objects.filter(pk=team.pk, revision=revision).update(revision=F("revision") - 1)
            log.revision -= 1
    team.revision = log.revision


class Recording:
    """The open block of `recording`: the changes so far, and the methods that write."""

    def __init__(self, team: Team, plan: Plan | None, by: User | None, why: str, revision: int) -> None:
        self.team, self.plan, self.by, self.why, self.revision = team, plan, by, why, revision
        self.undoes: int | None = None
        self.changes: list[Change] = []
        # The objects that they are about, by the label of the model and the id.
        self.objects: dict[tuple[str, int], Recorded] = {}
        # The objects as they were when taken, under the lock: `save` compares with them.
        self._taken: dict[models.Model, Any] = {}

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A part of the block that may fail by itself: with its error go what it wrote and noted, nothing else."""
        noted, objects = len(self.changes), dict(self.objects)
        try:
            with transaction.atomic():
                yield
        except BaseException:
            del self.changes[noted:]
            self.objects = objects
            raise

    def take(self, queryset: models.QuerySet[R], pk: Any) -> R:
        """The current object, read under the team's lock; Http404 where the queryset does not have it."""
        obj = queryset.filter(pk=pk).first()
        if obj is None:
            raise Http404
        self._taken[obj] = copy.copy(obj)
        return obj

    def save(self, obj: Recorded) -> list[str]:
        """Check and save an object, new or changed; returns the names of the fields that differ.

        Raises ValidationError by field, with a constraint's own sentence where one is broken.
        """
        if obj.pk is None:
            self._check(obj, None)
            obj.save(force_insert=True)
            self._note(obj, Change.Action.ADD)
            return [field.name for field in obj.recorded_fields()]
        before = self._taken.pop(obj, None) or type(obj).with_removed.get(pk=obj.pk)
        changed_fields = [
            f for f in obj.recorded_fields() if f.value_from_object(before) != f.value_from_object(obj)
        ]
        if not changed_fields:
            return []
        self._check(obj, {field.name for field in changed_fields})
        obj.version = before.version + 1
        obj.save(update_fields=[*(field.name for field in changed_fields), "version"])
        for field in changed_fields:
            old, new = (_to_json(field.value_from_object(version)) for version in (before, obj))
            self._note(obj, Change.Action.SET, field.name, old, new)
        return [field.name for field in changed_fields]

    def remove(self, obj: Recorded, *, shown: int | None = None, besides: Iterable[Recorded] = ()) -> None:
        """Remove an object with its parts; undo restores all of them.

        `shown` is the revision in which somebody saw it. Raises ChangedMeanwhile where somebody else has changed it,
        one of its parts or what it showed `besides` since then.
        """
        now, parts = timezone.now(), (*parts_of(obj), obj)
        if shown is not None:
            self.require_unchanged(obj, (*parts, *besides), shown)
        for part in parts:
            part.removed_at = now
            part.save(update_fields=["removed_at"])
            part.on_removed(self.by)
            self._note(part, Change.Action.REMOVE)

    def require_unchanged(
        self, obj: Recorded, parts: Iterable[Recorded], shown: int, also: Q | None = None
    ) -> None:
        """Raise ChangedMeanwhile where somebody else changed one of these, or did what `also` finds, since `shown`."""
        ids: dict[str, set[int]] = {}
        for part in parts:
            ids.setdefault(part._meta.label_lower, set()).add(part.pk)
        about = also or Q(pk=None)
        for model, pks in ids.items():
            about |= Q(model=model, object_id__in=pks)
        later = Change.objects.filter(about, team=self.team, revision__gt=shown)
        later = later.exclude(by=self.by) if self.by else later
        if changed := list(later[:MOST_SHOWN]):
            sentence = _("“%(name)s” has changed since you opened this page.") % {"name": obj}
            raise ChangedMeanwhile(sentence, self.revision - 1, changed)

    def restore(self, obj: Recorded) -> None:
        """Restore a removed object. Raises CannotUndo where something has taken its place meanwhile."""
        obj.removed_at = None
        with _undoable():
            obj.validate_constraints()
        obj.save(update_fields=["removed_at"])
        obj.on_restored(self.by)
        self._note(obj, Change.Action.RESTORE)

    def _note(self, obj: Recorded, action: str, field: str = "", old: Any = None, new: Any = None) -> None:
        self.objects[obj._meta.label_lower, obj.pk] = obj
        self.changes.append(
            Change(
                team=self.team,
                plan_id=obj.home()[1],
                revision=self.revision,
                by=self.by,
                by_name=str(self.by or "")[:150],
                action=action,
                model=obj._meta.label_lower,
                object_id=obj.pk,
                label=str(obj)[:200],
                field=field,
                old=old,
                new=new,
                why=self.why[:500],
                undoes=self.undoes,
            )
        )

    def _check(self, obj: Recorded, changed: set[str] | None) -> None:
        """Check the model's own rules; for an existing object, only those that a changed field can break."""
        fields = obj.recorded_fields()
        untouched = set() if changed is None else {f.name for f in fields} - changed
        errors: dict[str, list[ValidationError]] = {}
        try:
            obj.clean_fields(exclude=untouched)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if not errors:
            for step in (
                obj.clean,
                lambda: self._check_home(obj, changed),
                lambda: _check_constraints(obj, changed),
            ):
                try:
                    step()
                except ValidationError as error:
                    errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def _check_home(self, obj: Recorded, changed: set[str] | None) -> None:
        """Check that an object only links to objects of its own team and plan, whatever forms let through."""
        team_id, plan_id = obj.home()
        if team_id != self.team.pk or (self.plan is not None and plan_id not in (None, self.plan.pk)):
            raise ValidationError(_("This belongs to another team."))
        for field in obj.recorded_fields():
            if not isinstance(field, models.ForeignKey) or (
                changed is not None and field.name not in changed
            ):
                continue
            target = getattr(obj, field.name)
            if not isinstance(target, Recorded) or (isinstance(target, Plan) and target.pk == plan_id):
                continue
            its_team, its_plan = target.home()
            if its_team != team_id or (its_plan not in (None, plan_id) and not isinstance(target, Plan)):
                raise ValidationError({field.name: _("This belongs to another team or plan.")})


def that_added(obj: Recorded) -> list[Change]:
    """All changes of the revision in which an object was added."""
    added = Change.objects.filter(model=obj._meta.label_lower, object_id=obj.pk, action=Change.Action.ADD)
    revision = added.values("team", "revision").get()
    return list(Change.objects.filter(team=revision["team"], revision=revision["revision"]))


def undo(
    team: Team,
    revision: int,
    *,
    by: User | None,
    plan: Plan | None = None,
    may: Callable[[Sequence[Change]], bool] = lambda changes: True,
) -> int:
    """Undo one revision as a whole; returns the new revision.

    `may` is asked under the lock whether the person may undo these changes; PermissionDenied where not.

    Raises CannotUndo where a field has been changed again since, so that no later change is lost, where a rule now
    forbids the old value, and for changes to members, which have rules of their own (planner/people.py).
    """
    with recording(team, by=by, plan=plan) as log:
        log.undoes = revision
        undone_changes = list(Change.objects.filter(team=team, revision=revision).order_by("-pk"))
        if not undone_changes or any(
            plan and change.plan_id not in (None, plan.pk) for change in undone_changes
        ):
            raise CannotUndo(_("Nothing to undo."))
        if not may(undone_changes):
            raise PermissionDenied
        if any(change.model == Membership._meta.label_lower for change in undone_changes):
            raise CannotUndo(_("Changes to members can't be undone here. Make them on the team page."))
        if Change.objects.filter(team=team, undoes=revision).exists():
            raise CannotUndo(_("This change has already been undone."))
        touched: dict[tuple[str, int], Recorded] = {}
        for change in undone_changes:
            _take_back(log, change, touched)
        with _undoable():
            for obj in touched.values():
                log.save(obj)
    return log.revision


@contextmanager
def _undoable() -> Iterator[None]:
    """Turn a ValidationError in the block into CannotUndo, with the same sentences."""
    try:
        yield
    except ValidationError as error:
        raise CannotUndo(error.messages) from error


def _take_back(log: Recording, change: Change, touched: dict[tuple[str, int], Recorded]) -> None:
    key = (change.model, change.object_id)
    obj = touched.get(key) or apps.get_model(change.model).with_removed.filter(pk=change.object_id).first()
    if obj is None:
        raise CannotUndo(_("“%(label)s” no longer exists.") % {"label": change.label})
    if change.action == Change.Action.SET:
        field: Any = obj._meta.get_field(change.field)
        if _to_json(field.value_from_object(obj)) != change.new:
            raise CannotUndo(
                _("“%(label)s” has been changed again since then, so this can't be undone.")
                % {"label": change.label}
            )
        setattr(obj, field.attname, _from_json(field, change.old))
        touched[key] = obj
    elif change.action == Change.Action.REMOVE:
        log.restore(obj)
    elif obj.removed_at is None:
        log.remove(obj)


def parts_of(obj: Recorded) -> list[Recorded]:
    """The objects that are removed with `obj`: all that would be deleted with it, each once, the deepest first."""
    return list(dict.fromkeys(_parts_beneath(obj)))


def _parts_beneath(obj: Recorded) -> Iterator[Recorded]:
    for relation in obj._meta.related_objects:
        model = relation.related_model
        if relation.on_delete is models.CASCADE and isinstance(model, type) and issubclass(model, Recorded):
            for part in model.objects.filter(**{relation.field.name: obj}):
                yield from _parts_beneath(part)
                yield part


def changes_of(obj: Recorded) -> models.QuerySet[Change]:
    """The history of an object with its parts, removed ones too, the last change first; one query."""
    about = Q(model=obj._meta.label_lower, object_id=obj.pk)
    for model, path in _models_beneath(type(obj)):
        parts = model.with_removed.filter(**{path: obj})
        about |= Q(model=model._meta.label_lower, object_id__in=parts.values("pk"))
    return Change.objects.filter(about).order_by("-revision", "pk")


def _models_beneath(model: type[models.Model], path: str = "") -> Iterator[tuple[type[Recorded], str]]:
    """The models whose objects are removed with one of `model`, each with the lookup that leads up to it."""
    for relation in model._meta.related_objects:
        part = relation.related_model
        if relation.on_delete is models.CASCADE and isinstance(part, type) and issubclass(part, Recorded):
            lookup = f"{relation.field.name}{path}"
            yield part, lookup
            if part is not model:
                yield from _models_beneath(part, f"__{lookup}")


def _check_constraints(obj: Recorded, changed: set[str] | None) -> None:
    errors: dict[str, list[ValidationError]] = {}
    for constraint in obj._meta.constraints:
        fields = {obj.derived.get(name, name) for name in _fields_of(constraint)}
        if changed is not None and not fields & changed:
            continue
        try:
            constraint.validate(type(obj), obj)
        except ValidationError as error:
            names = sorted((fields & changed) if changed else fields)
            # The sentence is shown at the field that broke the rule, where it is one field.
            error = ValidationError({names[0]: error.messages}) if len(names) == 1 else error
            errors = error.update_error_dict(errors)
    if errors:
        raise ValidationError(errors)


def _fields_of(constraint: models.BaseConstraint) -> set[str]:
    if isinstance(constraint, models.CheckConstraint):
        condition: Any = constraint.condition
        return set(condition.referenced_base_fields)
    return set(getattr(constraint, "fields", ()))


def _to_json(value: Any) -> Any:
    """A field's value as the history keeps it: exact decimals as text, dates in ISO form."""
    if isinstance(value, Decimal):
        return machine(value)
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return value


def _from_json(field: models.Field[Any, Any], value: Any) -> Any:
    if isinstance(field, models.ForeignKey):
        return value
    return field.to_python(value)


def errors_by_field(error: ValidationError) -> dict[str, list[str]]:
    """The sentences of a ValidationError by field name; NON_FIELD_ERRORS for those of the whole object."""
    if hasattr(error, "error_dict"):
        return {
            name: [message for item in errors for message in item.messages]
            for name, errors in error.error_dict.items()
        }
    return {NON_FIELD_ERRORS: error.messages}
