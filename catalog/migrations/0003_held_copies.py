from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0002_filters_and_orders'),
    ]

    operations = [
        migrations.AddField(
            model_name='offer',
            name='held',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False, help_text='Of these, for purchases not yet paid.', verbose_name='held'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(('held__lte', models.F('on_hand'))), name='held_copies_are_on_hand'),
        ),
    ]
