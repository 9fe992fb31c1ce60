from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import workspaces.tenancy
from workspaces.rls import EnableRLS

ROLES = [("owner", "Owner"), ("admin", "Admin"), ("supervisor", "Supervisor"), ("agent", "Agent")]
VISIBILITIES = [
    ("all", "Every conversation"),
    ("team", "Their teams', their own, and those of no team that nobody has taken"),
    ("own", "Their own, and those of their teams that nobody has taken"),
]


def pk() -> tuple[str, Any]:
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def workspace() -> tuple[str, Any]:
    return (
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
    )


def reference(to: str, related_name: str = "+", **options: Any) -> Any:
    return workspaces.tenancy.WorkspaceForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.CASCADE,
        related_name=related_name,
        to=f"workspaces.{to}",
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("workspaces", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Team",
            fields=[
                pk(),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                workspace(),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("workspace", "name"), name="team_named_once")],
            },
        ),
        migrations.CreateModel(
            name="TeamMembership",
            fields=[
                pk(),
                ("team", reference("team", "memberships")),
                ("member", reference("membership", "team_memberships")),
                workspace(),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("workspace", "team", "member"), name="team_member_once")
                ],
                "indexes": [models.Index(fields=["workspace", "member"], name="teams_of_member")],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                pk(),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                ("role", models.CharField(choices=ROLES, default="agent", max_length=12, verbose_name="role")),
                ("token_hash", models.CharField(blank=True, max_length=64)),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("invited_by", reference("membership")),
                workspace(),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("accepted_at__isnull", True), ("revoked_at__isnull", True)),
                        fields=("workspace", "email"),
                        name="invitation_pending_once",
                    )
                ],
                "indexes": [
                    models.Index(fields=["token_hash"], name="invitation_by_token"),
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="invitation_due"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvitationTeam",
            fields=[
                pk(),
                ("invitation", reference("invitation", "places")),
                ("team", reference("team")),
                workspace(),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("workspace", "invitation", "team"), name="invitation_team_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="BusinessHours",
            fields=[
                pk(),
                ("week", models.JSONField(default=list)),
                ("team", reference("team", null=True)),
                workspace(),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "team"), name="hours_once_a_team", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Holiday",
            fields=[
                pk(),
                ("date", models.DateField(verbose_name="date")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("is_yearly", models.BooleanField(default=False, verbose_name="every year")),
                ("opens_at", models.TimeField(blank=True, null=True)),
                ("closes_at", models.TimeField(blank=True, null=True)),
                ("team", reference("team", null=True)),
                workspace(),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "team", "date"), name="holiday_once", nulls_distinct=False
                    )
                ],
            },
        ),
        # defaults of the database: processes of the version before go on inserting while this one is rolled out
        migrations.AddField(
            model_name="membership",
            name="availability",
            field=models.CharField(
                choices=[("online", "Online"), ("away", "Away"), ("busy", "Busy")],
                db_default="online",
                default="online",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="membership", name="is_present", field=models.BooleanField(db_default=False, default=False)
        ),
        migrations.AddField(model_name="membership", name="seen_at", field=models.DateTimeField(null=True)),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(condition=models.Q(("is_present", True)), fields=["seen_at"], name="membership_present"),
        ),
        migrations.AddField(
            model_name="workspace",
            name="currency",
            field=models.CharField(db_default="ARS", default="ARS", max_length=3),
        ),
        migrations.AddField(
            model_name="workspace",
            name="agent_visibility",
            field=models.CharField(choices=VISIBILITIES, db_default="all", default="all", max_length=4),
        ),
        migrations.AddField(
            model_name="workspace",
            name="supervisor_visibility",
            field=models.CharField(choices=VISIBILITIES, db_default="all", default="all", max_length=4),
        ),
        EnableRLS("Team"),
        EnableRLS("TeamMembership"),
        # whoever opens a link knows no workspace, nor does the clock that has it mailed
        EnableRLS("Invitation", across=True),
        EnableRLS("InvitationTeam"),
        EnableRLS("BusinessHours"),
        EnableRLS("Holiday"),
    ]
