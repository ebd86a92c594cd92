"""A strategy serves several goals: the one that it named becomes the first."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def link_goals(apps: Any, schema_editor: Any) -> None:
    strategies = apps.get_model("strategies", "Strategy").with_removed
    links = apps.get_model("strategies", "ServedGoal").with_removed
    named = strategies.exclude(goal=None).order_by("pk").values_list("pk", "goal", "goal__removed_at")
    links.bulk_create(
        links.model(strategy_id=strategy, goal_id=goal, removed_at=gone) for strategy, goal, gone in named
    )


def name_goals(apps: Any, schema_editor: Any) -> None:
    strategies = apps.get_model("strategies", "Strategy").with_removed
    links = apps.get_model("strategies", "ServedGoal").with_removed
    for strategy, goal in links.filter(removed_at=None).order_by("-pk").values_list("strategy", "goal"):
        strategies.filter(pk=strategy).update(goal=goal)


class Migration(migrations.Migration):
    dependencies = [("strategies", "0002_strategize")]

    operations = [migrations.RunPython(link_goals, name_goals)]
