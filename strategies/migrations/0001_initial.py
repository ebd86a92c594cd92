import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('planner', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Strategy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('removed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='removed at')),
                ('order', models.PositiveIntegerField(default=0, verbose_name='position')),
                ('title', models.CharField(max_length=120, verbose_name='strategy')),
                ('description', models.TextField(blank=True, max_length=2000, verbose_name='description')),
                ('aim', models.CharField(blank=True, max_length=120, verbose_name='goal description')),
                ('resources', models.TextField(blank=True, max_length=1000, verbose_name='resource support')),
                ('risk', models.TextField(blank=True, max_length=1000, verbose_name='risk warning')),
                ('resources_score', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='resources')),
                ('capability_score', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='capability')),
                ('time_score', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='time')),
                ('feasibility_note', models.TextField(blank=True, max_length=1000, verbose_name='feasibility')),
                ('importance', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='importance')),
                ('urgency', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='urgency')),
                ('effect_lag_days', models.PositiveSmallIntegerField(default=30, verbose_name='effect lag in days')),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('active', 'Active'), ('paused', 'Paused'), ('dropped', 'Dropped'), ('standardised', 'Standardised')], default='active', max_length=12, verbose_name='status')),
                ('bottleneck', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='strategies', to='planner.bottleneck', verbose_name='bottleneck')),
                ('fallback', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='strategies.strategy')),
                ('goal', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='strategies', to='planner.goal', verbose_name='goal')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='strategies', to='planner.membership', verbose_name='owner')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='strategies', to='planner.plan', verbose_name='plan')),
            ],
            options={
                'verbose_name': 'strategy',
                'verbose_name_plural': 'strategies',
                'ordering': ['order', 'pk'],
                'abstract': False,
                'base_manager_name': 'with_removed',
                'default_manager_name': 'objects',
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('with_removed', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='KeyAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('removed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='removed at')),
                ('order', models.PositiveIntegerField(default=0, verbose_name='position')),
                ('text', models.CharField(max_length=200, verbose_name='key action')),
                ('goal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='key_actions', to='planner.goal', verbose_name='goal')),
                ('strategy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='key_actions', to='strategies.strategy', verbose_name='strategy')),
            ],
            options={
                'verbose_name': 'key action',
                'verbose_name_plural': 'key actions',
                'ordering': ['order', 'pk'],
                'abstract': False,
                'base_manager_name': 'with_removed',
                'default_manager_name': 'objects',
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('with_removed', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddConstraint(
            model_name='strategy',
            constraint=models.CheckConstraint(condition=models.Q(('resources_score__isnull', True), ('resources_score__range', (1, 5)), _connector='OR'), name='strategy_resources_score_from_1_to_5', violation_error_message='Scores are whole numbers from 1 to 5.'),
        ),
        migrations.AddConstraint(
            model_name='strategy',
            constraint=models.CheckConstraint(condition=models.Q(('capability_score__isnull', True), ('capability_score__range', (1, 5)), _connector='OR'), name='strategy_capability_score_from_1_to_5', violation_error_message='Scores are whole numbers from 1 to 5.'),
        ),
        migrations.AddConstraint(
            model_name='strategy',
            constraint=models.CheckConstraint(condition=models.Q(('time_score__isnull', True), ('time_score__range', (1, 5)), _connector='OR'), name='strategy_time_score_from_1_to_5', violation_error_message='Scores are whole numbers from 1 to 5.'),
        ),
        migrations.AddConstraint(
            model_name='strategy',
            constraint=models.CheckConstraint(condition=models.Q(('importance__isnull', True), ('importance__range', (1, 5)), _connector='OR'), name='strategy_importance_from_1_to_5', violation_error_message='Scores are whole numbers from 1 to 5.'),
        ),
        migrations.AddConstraint(
            model_name='strategy',
            constraint=models.CheckConstraint(condition=models.Q(('urgency__isnull', True), ('urgency__range', (1, 5)), _connector='OR'), name='strategy_urgency_from_1_to_5', violation_error_message='Scores are whole numbers from 1 to 5.'),
        ),
    ]
