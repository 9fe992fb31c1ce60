from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from workspaces.tenancy import WorkspaceForeignKey, WorkspaceModel


class BusinessHours(WorkspaceModel):
    """When a team answers; the row without a team is the workspace's default. What it means: `workspaces/hours.py`.

    week: seven lists from Monday on, each of [opens, closes] pairs in minutes after midnight, rising; a break is the
    gap between two of them."""

    team = WorkspaceForeignKey("workspaces.Team", models.CASCADE, null=True, related_name="+")
    week = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "team"], name="hours_once_a_team", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return f"hours of {self.team_id or 'everybody'}"


class Holiday(WorkspaceModel):
    """A day that is unlike its weekday: closed, or open from `opens_at` to `closes_at` only. Without a team it is
    everybody's; a team's own day wins over it."""

    team = WorkspaceForeignKey("workspaces.Team", models.CASCADE, null=True, related_name="+")
    date = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=80)
    is_yearly = models.BooleanField(_("every year"), default=False)
    opens_at = models.TimeField(null=True, blank=True)
    closes_at = models.TimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "team", "date"], name="holiday_once", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"
