"""What a workspace is called, where it is, and who sees what in it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from workspaces import audit, rights, tenancy
from workspaces.models import Membership, Workspace
from workspaces.permissions import Capability
from workspaces.refusals import Refused

PROFILE = ("name", "slug", "language", "country", "time_zone", "currency")
VISIBILITY = ("agent_visibility", "supervisor_visibility")


def change_profile(values: dict[str, Any], *, by: Membership) -> Workspace:
    """Any of PROFILE. A new slug is a new address: pages open under the old one have to be opened again."""
    if not by.can(Capability.WORKSPACE_MANAGE):
        raise PermissionDenied
    return _change({name: values[name] for name in PROFILE if name in values}, "workspace.changed", by)


def change_visibility(values: dict[str, Any], *, by: Membership) -> Workspace:
    """Any of VISIBILITY. Open sockets look again at what they may hear."""
    if not by.can(Capability.SECURITY_MANAGE):
        raise PermissionDenied
    return _change({name: values[name] for name in VISIBILITY if name in values}, "visibility.changed", by)


def _change(values: dict[str, Any], verb: str, by: Membership) -> Workspace:
    with transaction.atomic():
        workspace = Workspace.objects.select_for_update().get(pk=tenancy.current_id())
        changed = {name: value for name, value in values.items() if getattr(workspace, name) != value}
        if not changed:
            return workspace
        old = {name: getattr(workspace, name) for name in changed}
        for name, value in changed.items():
            setattr(workspace, name, value)
        _save(workspace, list(changed))
        audit.record(verb, "workspace", by=by, old=old, new=changed)
        if changed.keys() & {"slug", *VISIBILITY}:
            rights.changed_for_all()
    return workspace


def _save(workspace: Workspace, fields: list[str]) -> None:
    try:
        with transaction.atomic():
            workspace.save(update_fields=fields)
    except IntegrityError as error:
        raise Refused("slug_taken", _("This address is taken. Choose another one.")) from error
