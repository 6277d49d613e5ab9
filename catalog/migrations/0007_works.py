"""What it takes to know editions of one work: their identifiers, the title they meet at, merges and splits.

work_main(): the title without what stands behind a colon, a semicolon, a bracket or "or,".
work_key(): the same, folded and without a leading article. The articles are those of several languages at once, but not
the single vowels of Italian and Portuguese: "I, Robot" is no plural.
"""

import catalog.models.folding
import django.contrib.postgres.indexes
import django.db.models.deletion
import uuid6
from django.conf import settings
from django.db import migrations, models


FORWARD = r"""
CREATE FUNCTION work_main(title text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN coalesce(nullif(regexp_replace(title, '\s*([:;(\[]|,?\s+or,\s).*$', '', 'i'), ''), title);

CREATE FUNCTION work_key(title text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(
    fold_text(work_main(title)),
    '^(the|a|an|der|die|das|den|ein|eine|le|la|les|l|un|une|el|los|las|una|il|lo|gli|uno|os|um|uma|de|het|een) (?=.)', '');
"""

BACKWARD = "DROP FUNCTION work_key(text); DROP FUNCTION work_main(text);"


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0006_onix'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.CreateModel(
            name='LikelyDuplicate',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='last changed')),
                ('reason', models.CharField(max_length=500, verbose_name='why')),
                ('stated', models.BooleanField(default=False, verbose_name='stated by a source')),
                ('different', models.BooleanField(default=False, verbose_name='not the same')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
            ],
            options={
                'verbose_name': 'likely duplicate',
                'verbose_name_plural': 'likely duplicates',
                'ordering': ['-stated', '-id'],
            },
        ),
        migrations.CreateModel(
            name='MergedBook',
            fields=[
                ('old_id', models.UUIDField(primary_key=True, serialize=False, verbose_name='former id')),
            ],
            options={
                'verbose_name': 'former id of a book',
                'verbose_name_plural': 'former ids of books',
            },
        ),
        migrations.CreateModel(
            name='WorkChange',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='last changed')),
                ('kind', models.CharField(choices=[('merge', 'Merge'), ('split', 'Split')], max_length=10, verbose_name='what')),
                ('title', models.CharField(max_length=2000, verbose_name='title')),
                ('other_titles', models.JSONField(default=list, verbose_name='other books')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('moved', models.JSONField(default=dict, verbose_name='what moved')),
                ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='undone')),
            ],
            options={
                'verbose_name': 'merge or split',
                'verbose_name_plural': 'merges and splits',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='WorkIdentifier',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('scheme', models.CharField(help_text='ONIX code list 16', max_length=50, verbose_name='scheme')),
                ('value', models.CharField(max_length=500, verbose_name='value')),
            ],
            options={
                'verbose_name': 'work identifier',
                'verbose_name_plural': 'work identifiers',
                'ordering': ['scheme', 'value'],
            },
        ),
        migrations.AddField(
            model_name='sourcerecord',
            name='tells_book',
            field=models.BooleanField(db_default=True, default=True, help_text='No: its edition joined a book that others tell of, and it speaks for the edition only.', verbose_name='tells of the book'),
        ),
        migrations.AddIndex(
            model_name='book',
            index=django.contrib.postgres.indexes.HashIndex(catalog.models.folding.WorkKey('title'), name='book_by_work_key'),
        ),
        migrations.AddField(
            model_name='likelyduplicate',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by'),
        ),
        migrations.AddField(
            model_name='likelyduplicate',
            name='first',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.book', verbose_name='book'),
        ),
        migrations.AddField(
            model_name='likelyduplicate',
            name='second',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.book', verbose_name='may be the same as'),
        ),
        migrations.AddField(
            model_name='mergedbook',
            name='book',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='former_ids', to='catalog.book', verbose_name='book'),
        ),
        migrations.AddField(
            model_name='workchange',
            name='book',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='work_changes', to='catalog.book', verbose_name='book'),
        ),
        migrations.AddField(
            model_name='workchange',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='workchange',
            name='undone_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='undone by'),
        ),
        migrations.AddField(
            model_name='workidentifier',
            name='book',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='identifiers', to='catalog.book', verbose_name='book'),
        ),
        migrations.AddIndex(
            model_name='likelyduplicate',
            index=models.Index(fields=['different', '-stated', '-id'], name='likely_duplicates_to_decide'),
        ),
        migrations.AddConstraint(
            model_name='likelyduplicate',
            constraint=models.UniqueConstraint(fields=('first', 'second'), name='one_likely_duplicate_per_pair'),
        ),
        migrations.AddConstraint(
            model_name='likelyduplicate',
            constraint=models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='likely_duplicates_are_in_order'),
        ),
        migrations.AddConstraint(
            model_name='workchange',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['merge', 'split'])), name='work_change_is_known'),
        ),
        migrations.AddConstraint(
            model_name='workidentifier',
            constraint=models.UniqueConstraint(fields=('scheme', 'value'), name='one_book_per_work_identifier'),
        ),
    ]
