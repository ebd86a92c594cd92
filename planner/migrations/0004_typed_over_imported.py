"""A typed value lies over the imported one; what was typed so far is found by its entries in the history."""

import datetime as dt
from decimal import Decimal

from django.db import migrations, models

NAMES = ("value", "numerator", "denominator")


def numbers(text):
    """The figures in the text of a reading, None where there is none."""
    return text and tuple(Decimal(number) if number else None for number in text.split("\t", 3)[:3])


def mark_typed(apps, schema_editor):
    """Mark the readings that were typed last, keep the imported ones beneath them, and sort the entries accordingly."""
    Import, Reading = apps.get_model("planner", "Import"), apps.get_model("planner", "Reading")
    layers = {}
    for entry in Import.objects.filter(kind="typed", removed_at=None).order_by("pk").iterator():
        for line in entry.before:
            *place, old, new = line
            typed, imported = layers.get(tuple(place), (None, None))
            if numbers(old) != numbers(typed):
                typed, imported = None, old
                line[3] = None
            if typed is None and old and (new is None or numbers(new) == numbers(old)):
                entry.kind, line[3] = "edited", old
                layers.pop(tuple(place), None)
            else:
                layers[tuple(place)] = (new, imported if new else None)
        entry.save(update_fields=["kind", "before"])
    for (metric, month, segment), (typed, imported) in layers.items():
        if typed is None:
            continue
        beneath = {f"imported_{name}": number for name, number in zip(NAMES, numbers(imported) or ())}
        if imported:
            beneath["imported_source"] = imported.split("\t", 3)[3]
        place = {"metric": metric, "month": dt.date.fromisoformat(month), "segment": segment}
        figures = dict(zip(NAMES, numbers(typed)))
        Reading.objects.filter(**place, **figures).update(is_typed=True, **beneath)


class Migration(migrations.Migration):

    dependencies = [
        ('planner', '0003_goal_direction'),
    ]

    operations = [
        migrations.AddField(
            model_name='reading',
            name='imported_denominator',
            field=models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True),
        ),
        migrations.AddField(
            model_name='reading',
            name='imported_numerator',
            field=models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True),
        ),
        migrations.AddField(
            model_name='reading',
            name='imported_source',
            field=models.CharField(blank=True, db_default='', default='', max_length=120),
        ),
        migrations.AddField(
            model_name='reading',
            name='imported_value',
            field=models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True),
        ),
        migrations.AddField(
            model_name='reading',
            name='is_typed',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name='import',
            name='kind',
            field=models.CharField(choices=[('readings', 'Metric values'), ('orders', 'Order lines'), ('typed', 'Entered by hand'), ('edited', 'Edited by hand')], max_length=8, verbose_name='type'),
        ),
        migrations.AddConstraint(
            model_name='reading',
            constraint=models.CheckConstraint(condition=models.Q(('is_typed', True), ('imported_value', None), _connector='OR'), name='imported_lies_beneath_typed', violation_error_message='Only a value entered by hand covers an imported one.'),
        ),
        migrations.RunPython(mark_typed, migrations.RunPython.noop, elidable=True),
    ]
