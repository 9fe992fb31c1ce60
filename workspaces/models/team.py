from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from workspaces.names import hue, initials
from workspaces.tenancy import WorkspaceForeignKey, WorkspaceModel


class Team(WorkspaceModel):
    """Some members under one name: conversations are passed to it, and it has hours of its own."""

    name = models.CharField(_("name"), max_length=60)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "name"], name="team_named_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def hue(self) -> int:
        return hue(self.pk)


class TeamMembership(WorkspaceModel):
    team = WorkspaceForeignKey(Team, models.CASCADE, related_name="memberships")
    member = WorkspaceForeignKey("workspaces.Membership", models.CASCADE, related_name="team_memberships")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "team", "member"], name="team_member_once"),
        ]
        indexes: ClassVar = [
            # the teams of a member: which conversations they see
            models.Index(fields=["workspace", "member"], name="teams_of_member"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} in {self.team_id}"
