"""Codes of the ground in words a person reads: roles, capabilities, verbs of the audit log."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from workspaces.permissions import Capability
from workspaces.roles import Role

ROLES: dict[str, str | Promise] = {
    Role.AGENT: _("Agent: answers customers"),
    Role.SUPERVISOR: _("Supervisor: also manages teams and hours, and exports contacts"),
    Role.ADMIN: _("Admin: also manages people, channels, security and the workspace"),
    Role.OWNER: _("Owner: also hands over the workspace"),
}

CAPABILITIES: dict[Capability, str | Promise] = {
    Capability.CONVERSATIONS_READ: _("Read conversations"),
    Capability.CONVERSATIONS_REPLY: _("Answer and close conversations"),
    Capability.CONVERSATIONS_ASSIGN: _("Assign conversations"),
    Capability.CONTACTS_READ: _("See contacts"),
    Capability.CONTACTS_EDIT: _("Edit contacts"),
    Capability.CONTACTS_EXPORT: _("Export contacts"),
    Capability.MEMBERS_READ: _("See who is in the workspace"),
    Capability.MEMBERS_MANAGE: _("Invite people, change roles, remove people"),
    Capability.TEAMS_MANAGE: _("Manage teams"),
    Capability.HOURS_MANAGE: _("Set hours and holidays"),
    Capability.CHANNELS_READ: _("See channels"),
    Capability.CHANNELS_MANAGE: _("Connect and change channels"),
    Capability.WORKSPACE_MANAGE: _("Change the workspace"),
    Capability.SECURITY_MANAGE: _("Change the security policy"),
    Capability.API_KEYS_MANAGE: _("Manage API keys"),
    Capability.AUDIT_READ: _("Read the audit log"),
    Capability.AUDIT_EXPORT: _("Export the audit log"),
    Capability.OWNERSHIP_TRANSFER: _("Hand over the workspace"),
}

# Other rooms name theirs through `settings.AUDIT_VERBS`; a verb without words is shown as it is stored.
VERBS: dict[str, str | Promise] = {
    "api_key.created": _("Made an API key"),
    "api_key.revoked": _("Revoked an API key"),
    "audit.exported": _("Exported the audit log"),
    "channel.connected": _("Connected a channel"),
    "holiday.added": _("Added a holiday"),
    "holiday.removed": _("Removed a holiday"),
    "hours.changed": _("Changed business hours"),
    "invitation.accepted": _("Accepted an invitation"),
    "invitation.created": _("Invited somebody"),
    "invitation.resent": _("Sent an invitation again"),
    "invitation.restored": _("Took a revocation back"),
    "invitation.revoked": _("Revoked an invitation"),
    "member.left": _("Left the workspace"),
    "member.removed": _("Removed somebody"),
    "member.role_changed": _("Changed a role"),
    "member.teams_changed": _("Changed somebody's teams"),
    "ownership.transferred": _("Handed over the workspace"),
    "team.created": _("Created a team"),
    "team.members_changed": _("Changed the members of a team"),
    "team.removed": _("Removed a team"),
    "team.renamed": _("Renamed a team"),
    "visibility.changed": _("Changed who sees which conversations"),
    "workspace.changed": _("Changed the workspace"),
}


def verbs() -> dict[str, str | Promise]:
    return {verb: words for path in settings.AUDIT_VERBS for verb, words in import_string(path).items()}


def details(data: dict[str, Any]) -> list[tuple[str, str]]:
    """What an entry holds, a line each; lists and mappings in a row."""
    return [(name, _flat(value)) for name, value in data.items() if value not in ("", None, [], {})]


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_flat(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(_flat, value))
    return str(value)
