import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

# A queue's rows die young: its statistics and its index follow closely, and a row's second version finds room beside
# the first. Bodies are only ever added and, in order, dropped.
TUNE = """
ALTER TABLE channels_meta_webhookpart SET (
    fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.05,
    autovacuum_vacuum_cost_delay = 1
);
ALTER TABLE channels_meta_webhookbody SET (autovacuum_vacuum_insert_scale_factor = 0.05);
"""
UNTUNE = """
ALTER TABLE channels_meta_webhookbody RESET (autovacuum_vacuum_insert_scale_factor);
ALTER TABLE channels_meta_webhookpart RESET (
    fillfactor, autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor, autovacuum_vacuum_cost_delay
);
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("inbox", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="WebhookBody",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("received_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("platform", models.CharField(max_length=20)),
                ("app", models.CharField(blank=True, db_default="", max_length=40)),
                ("body", models.BinaryField()),
                ("size", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="WebhookPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("received_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("platform", models.CharField(max_length=20)),
                ("account_key", models.CharField(blank=True, max_length=120)),
                ("lane", models.CharField(choices=[("chat", "Chat"), ("status", "Status")], max_length=6)),
                ("payload", models.BinaryField(null=True)),
                (
                    "state",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "Pending"), (1, "Done"), (2, "Dead"), (3, "Unrouted")], db_default=0
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(db_default=0)),
                ("error", models.TextField(blank=True, db_default="")),
                (
                    "body",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="parts",
                        to="channels_meta.webhookbody",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", 0)),
                        fields=["platform", "account_key", "lane", "id"],
                        name="webhook_part_pending",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", (2, 3))),
                        fields=["platform", "account_key", "id"],
                        name="webhook_part_kept",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", (2, 3))), fields=["body"], name="webhook_part_kept_body"
                    ),
                ],
            },
        ),
        migrations.RunSQL(TUNE, UNTUNE),
    ]
