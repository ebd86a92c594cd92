"""Give metrics and segments the keys of their names, and metrics of the method the key that says which they are.

Where several names of a team have one key, the first spelling stays. A later segment is merged into it, if no month
has a value in both; otherwise it stays beside it as "EAST (2)", as a later metric does, so that no value is lost
and a person can merge them. Those that are archived may share a key.
"""

from django.db import migrations
from django.utils import timezone

from planner.arithmetic.names import name_key

LONGEST_NAME = 80
# As they were called until now, in both languages.
STANDARD = {
    "sales": ("Total sales", "销售总额"),
    "orders": ("Order count", "订单量"),
    "leads": ("Leads", "线索数"),
    "conversion": ("Customer conversion rate", "客户转化率"),
    "order_value": ("Average order value", "客单价"),
    "repurchase": ("Repurchase rate", "老客复购率"),
    "customers": ("Customers", "客户数"),
    "new_customers": ("New customers", "新客户数"),
    "acquisition": ("New-customer acquisition cost", "新客获取成本"),
    "per_head": ("Output per head", "人均产出"),
}


def fill(apps, schema_editor):
    _fill_segments(apps)
    _fill_metrics(apps.get_model("planner", "Metric"))


def _fill_segments(apps):
    segments = list(apps.get_model("planner", "Segment").objects.order_by("team", "pk"))
    taken = {(segment.team_id, segment.dimension, name_key(segment.name)) for segment in segments}
    first_ones = {}
    for segment in segments:
        segment.name_key = name_key(segment.name)
        place = (segment.team_id, segment.dimension)
        first = first_ones.setdefault((*place, segment.name_key), segment)
        if first is not segment and _have_a_month_in_common(apps, first, segment):
            _set_apart(segment, place, taken)
        elif first is not segment:
            _merge(apps, first, segment)
        segment.save()


def _have_a_month_in_common(apps, first, later):
    readings = apps.get_model("planner", "Reading").objects
    places = set(readings.filter(segment=first.pk).values_list("metric", "month"))
    return any(place in places for place in readings.filter(segment=later.pk).values_list("metric", "month"))


def _merge(apps, first, later):
    for name in ("Reading", "Goal", "Bottleneck"):
        apps.get_model("planner", name).objects.filter(segment=later.pk).update(segment=first.pk)
    later.removed_at = timezone.now()
    first.old_names = [*first.old_names, later.name]
    first.save()


def _set_apart(named, place, taken):
    """Give it the name with the first number that is free among `taken`: a place in the team, and a key."""
    number, name = 1, named.name
    while (*place, named.name_key) in taken:
        number += 1
        ending = f" ({number})"
        named.name = name[: LONGEST_NAME - len(ending)] + ending
        named.name_key = name_key(named.name)
    taken.add((*place, named.name_key))


def _fill_metrics(Metric):
    standard = {name_key(name): key for key, names in STANDARD.items() for name in names}
    metrics = list(Metric.objects.order_by("team", "pk"))
    taken = {(metric.team_id, name_key(metric.name)) for metric in metrics}
    names, keys = set(), set()
    for metric in metrics:
        metric.name_key = name_key(metric.name)
        metric.key = standard.get(metric.name_key, "")
        if metric.removed_at is None:
            if (metric.team_id, metric.name_key) in names:
                _set_apart(metric, (metric.team_id,), taken)
            names.add((metric.team_id, metric.name_key))
            if (metric.team_id, metric.key) in keys:
                metric.key = ""
            keys.add((metric.team_id, metric.key))
        metric.save()


class Migration(migrations.Migration):
    dependencies = [("planner", "0009_names_have_keys")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
