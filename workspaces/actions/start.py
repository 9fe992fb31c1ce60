"""Starting a workspace."""

from __future__ import annotations

from django.db import transaction

from workspaces import audit, tenancy
from workspaces.models import Membership, Role, User, Workspace


@transaction.atomic
def start_workspace(workspace: Workspace, *, by: User) -> Membership:
    """Saves a new workspace; who started it owns it. IntegrityError if its slug was taken meanwhile."""
    workspace.save(force_insert=True)
    with tenancy.enter(workspace):
        owner = Membership.objects.create(user=by, role=Role.OWNER)
        audit.record("workspace.started", f"workspace:{workspace.pk}", by=owner, slug=workspace.slug)
    return owner
