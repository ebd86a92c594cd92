from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('planner', '0010_names_get_their_keys'),
    ]

    operations = [
        migrations.AlterField(
            model_name='import',
            name='plan',
            field=models.ForeignKey(blank=True, null=True, on_delete=models.deletion.SET_NULL, related_name='imports', to='planner.plan', verbose_name='plan'),
        ),
        migrations.AlterField(
            model_name='import',
            name='kind',
            field=models.CharField(choices=[('readings', 'Metric values'), ('orders', 'Order lines'), ('typed', 'Entered by hand'), ('edited', 'Edited by hand'), ('merged', 'Merged')], max_length=8, verbose_name='type'),
        ),
        migrations.AddConstraint(
            model_name='metric',
            constraint=models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('team', 'name_key'), name='one_metric_per_name', violation_error_message='The team already has a metric with this name.'),
        ),
        migrations.AddConstraint(
            model_name='metric',
            constraint=models.UniqueConstraint(condition=models.Q(('removed_at', None), models.Q(('key', ''), _negated=True)), fields=('team', 'key'), name='one_metric_per_key', violation_error_message='The team already has this metric, under another name.'),
        ),
        migrations.AddConstraint(
            model_name='segment',
            constraint=models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('team', 'dimension', 'name_key'), name='one_segment_per_name', violation_error_message='The team already has a segment with this name.'),
        ),
    ]
