"""An index on the number by which the search index counts a subject's books."""

from django.db import migrations, models

import catalog.models.works


class Migration(migrations.Migration):
    dependencies = [("catalog", "0011_search")]

    operations = [
        migrations.AddIndex(
            model_name="subject",
            index=models.Index(catalog.models.works.ShortNumber("id"), name="subject_by_short_number"),
        ),
    ]
