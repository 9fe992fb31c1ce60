import uuid

import django.db.models.deletion
from django.db import migrations, models

import workspaces.crypto
import workspaces.tenancy
from workspaces.rls import EnableRLS


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("crm", "0001_initial"),
        ("workspaces", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Channel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=120)),
                ("account_key", models.CharField(max_length=120)),
                ("business_key", models.CharField(blank=True, max_length=120)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("connected", "Connected"),
                            ("needs_reconnect", "Needs to be reconnected"),
                            ("disconnected", "Disconnected"),
                        ],
                        default="connected",
                        max_length=20,
                    ),
                ),
                ("state_reason", models.CharField(blank=True, max_length=255)),
                ("secrets", workspaces.crypto.EncryptedSecretsField(default=dict)),
                ("config", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        default=workspaces.tenancy.current_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ChannelNews",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("topic", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("raw", models.JSONField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "channel",
                    workspaces.tenancy.WorkspaceForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="news",
                        to="inbox.channel",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        default=workspaces.tenancy.current_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ChannelRoute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("account_key", models.CharField(max_length=120)),
                ("business_key", models.CharField(blank=True, max_length=120)),
                (
                    "channel",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="routes",
                        to="inbox.channel",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="workspaces.workspace"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Conversation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(default="direct", max_length=20)),
                ("subject", models.CharField(blank=True, max_length=255)),
                ("status", models.CharField(default="open", max_length=10)),
                ("clock", models.BigIntegerField(default=0)),
                ("inbound_count", models.PositiveIntegerField(default=0)),
                ("last_inbound_at", models.DateTimeField(null=True)),
                ("window_from", models.DateTimeField(null=True)),
                ("waiting_since", models.DateTimeField(null=True)),
                ("last_message_at", models.DateTimeField()),
                ("preview_text", models.CharField(blank=True, max_length=160)),
                ("preview_kind", models.CharField(blank=True, max_length=20)),
                ("preview_author", models.CharField(blank=True, max_length=20)),
                ("preview_state", models.PositiveSmallIntegerField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "assignee",
                    workspaces.tenancy.WorkspaceForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="workspaces.membership",
                    ),
                ),
                (
                    "channel",
                    workspaces.tenancy.WorkspaceForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="conversations",
                        to="inbox.channel",
                    ),
                ),
                (
                    "contact",
                    workspaces.tenancy.WorkspaceForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="conversations",
                        to="crm.contact",
                    ),
                ),
                (
                    "identity",
                    workspaces.tenancy.WorkspaceForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="conversations",
                        to="crm.identity",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        default=workspaces.tenancy.current_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EarlyChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("target", models.CharField(max_length=255)),
                ("what", models.CharField(max_length=10)),
                ("at", models.DateTimeField()),
                ("data", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "channel",
                    workspaces.tenancy.WorkspaceForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inbox.channel",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        default=workspaces.tenancy.current_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client_id", models.UUIDField(default=uuid.uuid4)),
                ("external_id", models.CharField(blank=True, max_length=255)),
                (
                    "direction",
                    models.CharField(choices=[("in", "In"), ("out", "Out"), ("event", "Event")], max_length=5),
                ),
                ("source", models.CharField(blank=True, max_length=12)),
                ("kind", models.CharField(max_length=20)),
                ("text", models.TextField(blank=True)),
                ("content", models.JSONField(default=dict)),
                ("raw", models.JSONField(null=True)),
                ("reactions", models.JSONField(default=list)),
                ("reply_to_external_id", models.CharField(blank=True, max_length=255)),
                ("at", models.DateTimeField()),
                ("seq", models.BigIntegerField()),
                ("rev", models.BigIntegerField()),
                (
                    "state",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Queued"),
                            (1, "Sending"),
                            (2, "Unknown"),
                            (3, "Accepted"),
                            (4, "Sent"),
                            (5, "Failed"),
                            (6, "Delivered"),
                            (7, "Read"),
                            (8, "Played"),
                            (9, "Cancelled"),
                        ],
                        null=True,
                    ),
                ),
                ("failure", models.JSONField(null=True)),
                ("edited_at", models.DateTimeField(null=True)),
                ("deleted_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "author",
                    workspaces.tenancy.WorkspaceForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="workspaces.membership",
                    ),
                ),
                (
                    "channel",
                    workspaces.tenancy.WorkspaceForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inbox.channel",
                    ),
                ),
                (
                    "conversation",
                    workspaces.tenancy.WorkspaceForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="inbox.conversation",
                    ),
                ),
                (
                    "reply_to",
                    workspaces.tenancy.WorkspaceForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="inbox.message",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        default=workspaces.tenancy.current_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("part", models.PositiveSmallIntegerField(default=0)),
                ("attempt", models.UUIDField(default=uuid.uuid4)),
                ("external_id", models.CharField(blank=True, max_length=255)),
                (
                    "state",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Queued"),
                            (1, "Sending"),
                            (2, "Unknown"),
                            (3, "Accepted"),
                            (4, "Sent"),
                            (5, "Failed"),
                            (6, "Delivered"),
                            (7, "Read"),
                            (8, "Played"),
                            (9, "Cancelled"),
                        ],
                        default=0,
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("run_at", models.DateTimeField()),
                ("lease_until", models.DateTimeField(null=True)),
                ("failure", models.JSONField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "channel",
                    workspaces.tenancy.WorkspaceForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inbox.channel",
                    ),
                ),
                (
                    "conversation",
                    workspaces.tenancy.WorkspaceForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inbox.conversation",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        default=workspaces.tenancy.current_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
                (
                    "message",
                    workspaces.tenancy.WorkspaceForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="inbox.message",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("kind", models.CharField(max_length=20)),
                ("external_id", models.CharField(blank=True, max_length=255)),
                ("url", models.TextField(blank=True)),
                ("mime_type", models.CharField(blank=True, max_length=120)),
                ("filename", models.CharField(blank=True, max_length=255)),
                ("sha256", models.CharField(blank=True, max_length=88)),
                ("is_voice", models.BooleanField(default=False)),
                ("state", models.CharField(choices=[("pending", "Pending")], default="pending", max_length=10)),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        default=workspaces.tenancy.current_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
                (
                    "message",
                    workspaces.tenancy.WorkspaceForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="inbox.message",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ReadMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("inbound_count", models.PositiveIntegerField()),
                (
                    "conversation",
                    workspaces.tenancy.WorkspaceForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="read_marks",
                        to="inbox.conversation",
                    ),
                ),
                (
                    "member",
                    workspaces.tenancy.WorkspaceForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.membership",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        default=workspaces.tenancy.current_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("external_id", models.CharField(max_length=255)),
                ("participant", models.CharField(blank=True, max_length=255)),
                ("status", models.CharField(max_length=12)),
                ("at", models.DateTimeField()),
                ("attempt", models.CharField(blank=True, max_length=64)),
                ("failure", models.JSONField(null=True)),
                ("pricing", models.JSONField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "channel",
                    workspaces.tenancy.WorkspaceForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inbox.channel",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        default=workspaces.tenancy.current_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.UniqueConstraint(
                fields=("workspace", "kind", "account_key"), name="channel_account_once"
            ),
        ),
        migrations.AddIndex(
            model_name="channelnews",
            index=models.Index(fields=["workspace", "channel", "-id"], name="channel_news_newest"),
        ),
        migrations.AddIndex(
            model_name="channelroute",
            index=models.Index(
                condition=models.Q(("business_key", ""), _negated=True),
                fields=["kind", "business_key"],
                name="route_business",
            ),
        ),
        migrations.AddConstraint(
            model_name="channelroute",
            constraint=models.UniqueConstraint(fields=("kind", "account_key"), name="route_account_once"),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(fields=["workspace", "status", "-last_message_at", "-id"], name="conversation_list"),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("assignee__isnull", False)),
                fields=["workspace", "assignee", "status", "-last_message_at", "-id"],
                name="conversation_mine",
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("assignee__isnull", True)),
                fields=["workspace", "status", "-last_message_at", "-id"],
                name="conversation_unassigned",
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(fields=["workspace", "identity", "channel", "-id"], name="conversation_of_identity"),
        ),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "open")),
                fields=("workspace", "channel", "identity", "kind", "subject"),
                name="conversation_open_once",
            ),
        ),
        migrations.AddIndex(
            model_name="earlychange",
            index=models.Index(fields=["workspace", "channel", "target"], name="early_change_target"),
        ),
        migrations.AddIndex(
            model_name="earlychange",
            index=models.Index(fields=["created_at"], name="early_change_age"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["workspace", "conversation", "-at", "-seq"], name="message_thread"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["workspace", "conversation", "rev"], name="message_changed"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_id", ""), _negated=True),
                fields=("workspace", "channel", "external_id"),
                name="message_external_id_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                fields=("workspace", "conversation", "client_id"), name="message_client_id_once"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state__in", (0, 1))),
                fields=["workspace", "conversation", "id"],
                name="delivery_queue",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(condition=models.Q(("state", 0)), fields=["run_at"], name="delivery_due"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(condition=models.Q(("state", 1)), fields=["lease_until"], name="delivery_leased"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_id", ""), _negated=True),
                fields=("workspace", "channel", "external_id"),
                name="delivery_external_id_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("workspace", "attempt"), name="delivery_attempt_once"),
        ),
        migrations.AddConstraint(
            model_name="readmark",
            constraint=models.UniqueConstraint(fields=("workspace", "member", "conversation"), name="read_mark_once"),
        ),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(fields=["created_at"], name="receipt_age"),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(
                fields=("workspace", "channel", "external_id", "status", "participant"), name="receipt_once"
            ),
        ),
        EnableRLS("Channel", across=True),
        EnableRLS("ChannelNews"),
        EnableRLS("Conversation"),
        EnableRLS("ReadMark"),
        EnableRLS("Message"),
        EnableRLS("Attachment"),
        EnableRLS("Delivery", across=True),
        EnableRLS("Receipt"),
        EnableRLS("EarlyChange"),
    ]
