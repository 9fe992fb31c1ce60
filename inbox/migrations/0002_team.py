import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

import workspaces.tenancy
from workspaces.rls import AddReference


class Migration(migrations.Migration):
    atomic = False  # the conversations of a running Plaza are many: nothing here may lock them for long

    dependencies = [
        ("crm", "0001_initial"),
        ("inbox", "0001_initial"),
        ("workspaces", "0002_teams"),
    ]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="team",
            field=workspaces.tenancy.WorkspaceForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="workspaces.team",
            ),
        ),
        AddReference("Conversation", "team"),
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("team__isnull", False)),
                fields=["workspace", "team", "status", "-last_message_at", "-id"],
                name="conversation_of_team",
            ),
        ),
    ]
