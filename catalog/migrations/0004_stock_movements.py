import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('catalog', '0003_held_copies'),
    ]

    operations = [
        migrations.CreateModel(
            name='StockMovement',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('quantity', models.IntegerField(verbose_name='copies')),
                ('on_hand', models.PositiveIntegerField(verbose_name='then on hand')),
                ('reason', models.CharField(choices=[('opening', 'First offered'), ('count', 'Counted'), ('import', 'Imported'), ('sale', 'Sold'), ('cancellation', 'Order cancelled'), ('return', 'Returned'), ('correction', 'Corrected')], max_length=12, verbose_name='reason')),
                ('reference', models.UUIDField(null=True, verbose_name='reference')),
                ('created_at', models.DateTimeField(verbose_name='when')),
                ('by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('offer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='movements', to='catalog.offer', verbose_name='offer')),
            ],
            options={
                'verbose_name': 'stock movement',
                'verbose_name_plural': 'stock movements',
                'ordering': ['-id'],
                'indexes': [
                    models.Index(models.F('offer'), models.OrderBy(models.F('id'), descending=True), name='movements_of_an_offer'),
                    models.Index(condition=models.Q(('by__isnull', False)), fields=['by'], name='movements_by_a_user'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('quantity', 0), _negated=True), name='a_movement_moves_copies'),
                    models.CheckConstraint(condition=models.Q(('reason__in', ['opening', 'count', 'import', 'sale', 'cancellation', 'return', 'correction'])), name='movement_reason_is_known'),
                ],
            },
        ),
    ]
