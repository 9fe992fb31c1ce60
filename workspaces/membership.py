"""Where a person belongs."""

from __future__ import annotations

from workspaces import tenancy
from workspaces.models import Membership, User, Workspace


def workspaces_of(user: User) -> list[Workspace]:
    """Their workspaces, by name."""
    with tenancy.across():
        mine = Membership.across_workspaces.filter(user=user, is_active=True)
        return [member.workspace for member in mine.select_related("workspace").order_by("workspace__name")]
