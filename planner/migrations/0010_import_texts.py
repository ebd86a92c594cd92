"""What an import keeps of a reading becomes one text instead of a list of four."""

from django.db import migrations


def _joined(said):
    return "\t".join(text or "" for text in said) if isinstance(said, list) else said


def join(apps, schema_editor):
    for each in apps.get_model("planner", "Import").objects.iterator(100):
        each.before = [[*line[:3], *map(_joined, line[3:])] for line in each.before]
        each.save(update_fields=["before"])


class Migration(migrations.Migration):
    dependencies = [("planner", "0009_diagnosis")]

    operations = [migrations.RunPython(join, migrations.RunPython.noop)]
