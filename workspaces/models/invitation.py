from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspaces.roles import Role
from workspaces.tenancy import WorkspaceForeignKey, WorkspaceModel

VALID = timedelta(days=7)


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """As it is stored: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


class Invitation(WorkspaceModel):
    """A link that makes whoever reads this mailbox a member. The row holds the work of mailing it: `due_at` is when the
    next attempt is due, and each attempt makes a new token, of which only the hash is kept."""

    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, default=Role.AGENT)
    token_hash = models.CharField(max_length=64, blank=True)
    invited_by = WorkspaceForeignKey("workspaces.Membership", models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "email"],
                name="invitation_pending_once",
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
            ),
        ]
        indexes: ClassVar = [
            # the link knows no workspace
            models.Index(fields=["token_hash"], name="invitation_by_token"),
            # the clock: which are to be mailed
            models.Index(fields=["due_at"], name="invitation_due", condition=Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.email} → {self.role}"

    @property
    def state(self) -> str:
        """accepted, revoked, expired or pending."""
        if self.accepted_at:
            return "accepted"
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at <= timezone.now() else "pending"


class InvitationTeam(WorkspaceModel):
    """A team that whoever accepts will belong to."""

    invitation = WorkspaceForeignKey(Invitation, models.CASCADE, related_name="places")
    team = WorkspaceForeignKey("workspaces.Team", models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "invitation", "team"], name="invitation_team_once"),
        ]

    def __str__(self) -> str:
        return f"{self.invitation_id} → {self.team_id}"
