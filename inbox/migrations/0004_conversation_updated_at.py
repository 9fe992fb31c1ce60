import django.db.models.functions.datetime
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # an index made beside the writers

    dependencies = [
        ("inbox", "0003_notes"),
    ]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="updated_at",
            field=models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
        ),
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(fields=["workspace", "updated_at", "id"], name="conversation_updated"),
        ),
    ]
