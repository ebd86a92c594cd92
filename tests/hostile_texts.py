"""One text in the place of every text that people wrote, for what must not be taken for markup or a formula."""

from __future__ import annotations

from django.apps import apps
from django.db.models import CharField, TextField, Value
from django.db.models.functions import Cast, Concat

from planner.models import Change, Notice, Pulse, Team, User


def write_everywhere(text: str) -> None:
    """Every text that people wrote becomes this, in every object of every app; the rest keeps it unique."""
    for model in apps.get_models():
        if model._meta.app_label not in ("planner", "strategies", "tracking", "reviews"):
            continue
        texts = [
            field.name
            for field in model._meta.concrete_fields
            if isinstance(field, TextField | CharField)
            and not field.choices
            and not field.unique
            and (field.max_length or 100) >= 60
        ]
        if model is Team:
            texts = ["name"]  # its other texts are chosen from lists
        if model is User:
            texts = ["name"]
        if model not in (Change, Notice, Pulse):
            unique = Concat(Value(text), Cast("pk", CharField()))
            for name in texts:
                model._base_manager.exclude(**{name: ""}).update(**{name: unique})
