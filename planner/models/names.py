"""What a metric and a segment have in common: a name that files and people find them by (Decision 18)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from planner.arithmetic.names import LONGEST_KEY, name_key
from planner.models.history import Recorded

if TYPE_CHECKING:
    _TextField = models.CharField[str, str]
else:
    _TextField = models.CharField


class NameKeyField(_TextField):
    """The `name_key` of the object's name, which the database compares by."""

    def deconstruct(self) -> Any:
        """For migrations it is a plain text."""
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.CharField", args, options

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        setattr(model_instance, self.attname, name_key(getattr(model_instance, "name")))  # noqa: B009
        return str(getattr(model_instance, self.attname))


class Named(Recorded):
    """An object with a name that no other one of its team has, and that still answers to its earlier ones in files."""

    name: Any
    name_key = NameKeyField(max_length=LONGEST_KEY, default="", editable=False)
    old_names = models.JSONField(_("earlier names"), default=list, blank=True, editable=False)

    derived: ClassVar[dict[str, str]] = {"name_key": "name"}

    class Meta(Recorded.Meta):
        abstract = True

    def clean(self) -> None:
        self.name_key = name_key(self.name)
        if self.name and not self.name_key:
            raise ValidationError({"name": _("Enter a name that can be seen.")})

    def save(self, *args: Any, **options: Any) -> None:
        fields = options.get("update_fields")
        if fields is not None and "name" in fields:
            options["update_fields"] = [*fields, "name_key"]
        super().save(*args, **options)

    def rename(self, name: str) -> None:
        """Give it another name, unsaved; the one that it had becomes one of its earlier names."""
        if name_key(name) != name_key(self.name):
            self.answer_to(self.name)
        self.name = name

    def answer_to(self, *names: str) -> None:
        """Add to its earlier names, unsaved."""
        by_key = {name_key(name): name for name in (*self.old_names, *names)}
        self.old_names = list(by_key.values())


N = TypeVar("N", bound=Named)


def by_name(objects: Iterable[N]) -> dict[str, N]:
    """Objects by the keys of the names that they answer to.

    Where several answer to one, a present object comes before an archived one, and a name before an earlier name.
    """
    objects = list(objects)
    result: dict[str, N] = {}
    for is_archived in (False, True):
        group = [named for named in objects if (named.removed_at is not None) == is_archived]
        for named in group:
            result.setdefault(named.name_key, named)
        for named in group:
            for name in named.old_names:
                result.setdefault(name_key(name), named)
    return result
