"""One change of the history in words."""

from __future__ import annotations

from typing import Any

from django import template
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import JSONField
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner import words
from planner.models import Change

register = template.Library()


SENTENCES = {
    Change.Action.ADD: gettext_lazy("%(who)s added “%(what)s”"),
    Change.Action.SET: gettext_lazy("%(who)s changed “%(what)s”"),
    Change.Action.REMOVE: gettext_lazy("%(who)s removed “%(what)s”"),
    Change.Action.RESTORE: gettext_lazy("%(who)s restored “%(what)s”"),
}


@register.simple_tag
def change_sentence(change: Change) -> str:
    """Who did what: Zhou Yi added “Win-back calls”."""
    params = {"who": change.by_name or _("The system"), "what": change.label}
    return SENTENCES[Change.Action(change.action)] % params


@register.simple_tag
def change_text(change: Change) -> str:
    """The field by its name, and its value before and after."""
    model = apps.get_model(change.model)
    try:
        field = model._meta.get_field(change.field)
    except FieldDoesNotExist:
        return ""
    if field.is_relation or isinstance(field, JSONField):  # ids say nothing to people
        return _("%(field)s changed") % {"field": capfirst(field.verbose_name)}
    params = {
        "field": capfirst(field.verbose_name),
        "old": _display(field, change.old),
        "new": _display(field, change.new),
    }
    return _("%(field)s: %(old)s → %(new)s") % params


def _display(field: Any, value: Any) -> str:
    if value in (None, ""):
        return "–"
    if isinstance(value, list):
        return words.listed(map(str, value)) or "–"
    return str(dict(field.flatchoices).get(value, value))
