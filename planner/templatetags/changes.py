"""One change of the history in words."""

from __future__ import annotations

from typing import Any

from django import template
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _

from planner.models import Change

register = template.Library()


@register.simple_tag
def change_text(change: Change) -> str:
    """The field by its name, and its value before and after."""
    model = apps.get_model(change.model)
    try:
        field = model._meta.get_field(change.field)
    except FieldDoesNotExist:
        return ""
    params = {
        "field": field.verbose_name,
        "old": _display(field, change.old),
        "new": _display(field, change.new),
    }
    if field.is_relation:
        return _("%(field)s changed") % params
    return _("%(field)s: %(old)s → %(new)s") % params


def _display(field: Any, value: Any) -> str:
    if value in (None, ""):
        return "–"
    return str(dict(field.flatchoices).get(value, value))
