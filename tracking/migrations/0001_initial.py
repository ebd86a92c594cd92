import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('planner', '0001_initial'),
        ('strategies', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('removed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='removed at')),
                ('order', models.PositiveIntegerField(default=0, verbose_name='position')),
                ('description', models.CharField(max_length=200, verbose_name='task')),
                ('start', models.DateField(blank=True, null=True, verbose_name='start')),
                ('due', models.DateField(blank=True, null=True, verbose_name='due date')),
                ('acceptance', models.CharField(blank=True, max_length=300, verbose_name='acceptance standard')),
                ('resources', models.TextField(blank=True, max_length=1000, verbose_name='resource support')),
                ('risk', models.TextField(blank=True, max_length=1000, verbose_name='risk warning')),
                ('status', models.CharField(choices=[('not_started', 'Not started'), ('in_progress', 'In progress'), ('done', 'Done'), ('cancelled', 'Cancelled')], default='not_started', max_length=11, verbose_name='status')),
                ('percent', models.PositiveSmallIntegerField(default=0, verbose_name='progress (%)')),
                ('cancel_reason', models.CharField(blank=True, max_length=300, verbose_name='reason for cancellation')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='tasks', to='planner.membership', verbose_name='owner')),
                ('strategy', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='strategies.strategy', verbose_name='strategy')),
            ],
            options={
                'verbose_name': 'task',
                'verbose_name_plural': 'tasks',
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
            name='Progress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('removed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='removed at')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('status', models.CharField(choices=[('not_started', 'Not started'), ('in_progress', 'In progress'), ('done', 'Done'), ('cancelled', 'Cancelled')], max_length=11, verbose_name='status')),
                ('percent', models.PositiveSmallIntegerField(verbose_name='progress (%)')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='update')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason for delay')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='planner.membership')),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='progress', to='tracking.task')),
            ],
            options={
                'verbose_name': 'progress update',
                'verbose_name_plural': 'progress updates',
                'ordering': ['-pk'],
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
            name='Alert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('due_soon', 'Due soon'), ('overdue', 'Overdue'), ('escalated', 'Long overdue')], max_length=9, verbose_name='type')),
                ('due', models.DateField(verbose_name='due date')),
                ('day', models.DateField(verbose_name='local date')),
                ('raised_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='raised at')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='planner.team')),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='alerts', to='tracking.task')),
            ],
            options={
                'ordering': ['-day', '-pk'],
            },
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(fields=['status', 'due'], name='task_by_status_and_due'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('start__isnull', True), ('due__isnull', True), ('due__gte', models.F('start')), _connector='OR'), name='task_due_after_start', violation_error_message='The due date is before the start date. Choose the start date or a later day.'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('percent__range', (0, 100))), name='percent_from_0_to_100', violation_error_message='Progress must be a whole number from 0 to 100.'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'done'), ('percent', 100)), models.Q(models.Q(('status', 'done'), _negated=True), ('percent__lt', 100)), _connector='OR'), name='done_is_100_per_cent', violation_error_message='Progress must be 100 for a finished task and below 100 for any other.'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'cancelled'), _negated=True), models.Q(('cancel_reason', ''), _negated=True), _connector='OR'), name='cancelled_says_why', violation_error_message='Enter a reason for cancelling the task.'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['not_started', 'in_progress', 'done', 'cancelled'])), name='known_status', violation_error_message='The status must be not started, in progress, done or cancelled.'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(fields=['team', 'kind', 'day'], name='alert_by_team'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.UniqueConstraint(fields=('task', 'kind', 'due'), name='one_alert_per_task_kind_and_due_date', violation_error_message='This alert already exists.'),
        ),
    ]
