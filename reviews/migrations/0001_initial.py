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
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('removed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='removed at')),
                ('kind', models.CharField(choices=[('month', 'Monthly'), ('quarter', 'Quarterly')], default='month', max_length=7, verbose_name='review type')),
                ('start', models.DateField(verbose_name='first month')),
                ('effect', models.TextField(blank=True, max_length=3000, verbose_name='effect of the strategies')),
                ('worked', models.TextField(blank=True, max_length=3000, verbose_name='what worked')),
                ('improve', models.TextField(blank=True, max_length=3000, verbose_name='to improve')),
                ('adjustments', models.TextField(blank=True, max_length=3000, verbose_name='next adjustments')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to='planner.plan', verbose_name='plan')),
            ],
            options={
                'verbose_name': 'review',
                'verbose_name_plural': 'reviews',
                'ordering': ['start', 'kind', 'pk'],
                'abstract': False,
                'base_manager_name': 'with_removed',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('plan', 'kind', 'start'), name='one_review_per_period', violation_error_message='This period already has a review. Edit that one instead.'), models.CheckConstraint(condition=models.Q(('start__day', 1)), name='review_begins_with_a_month', violation_error_message='Enter a month as its first day, such as 2026-10-01.')],
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('with_removed', django.db.models.manager.Manager()),
            ],
        ),
    ]
