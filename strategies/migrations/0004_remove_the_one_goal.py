"""The goals that a strategy serves are rows of their own by now."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("strategies", "0003_goals_are_several")]

    operations = [migrations.RemoveField(model_name="strategy", name="goal")]
