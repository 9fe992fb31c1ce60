"""Who may do what: one matrix of capability and role, asked by pages, the API, sockets and exports alike.

A view says `@requires(Capability.X)`; an action that may be reached by several ways asks `member.can(Capability.X)`.
Which conversations a member sees is another question: `Conversation.objects.visible_to(member)`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase

from workspaces.roles import Role

if TYPE_CHECKING:
    from workspaces.middleware import WorkspaceRequest

Rest = ParamSpec("Rest")


class Capability(StrEnum):
    """Named object.verb, as the API's scopes and the audit log write them."""

    CONVERSATIONS_READ = "conversations.read"
    CONVERSATIONS_REPLY = "conversations.reply"
    CONVERSATIONS_ASSIGN = "conversations.assign"  # to others; to oneself comes with replying
    CONTACTS_READ = "contacts.read"
    CONTACTS_EDIT = "contacts.edit"
    CONTACTS_EXPORT = "contacts.export"
    MEMBERS_READ = "members.read"
    MEMBERS_MANAGE = "members.manage"
    TEAMS_MANAGE = "teams.manage"
    HOURS_MANAGE = "hours.manage"
    CHANNELS_READ = "channels.read"
    CHANNELS_MANAGE = "channels.manage"
    WORKSPACE_MANAGE = "workspace.manage"
    SECURITY_MANAGE = "security.manage"
    API_KEYS_MANAGE = "api_keys.manage"
    AUDIT_READ = "audit.read"
    AUDIT_EXPORT = "audit.export"
    OWNERSHIP_TRANSFER = "ownership.transfer"


EVERYBODY = frozenset(Role)
LEADS = frozenset({Role.OWNER, Role.ADMIN, Role.SUPERVISOR})
ADMINS = frozenset({Role.OWNER, Role.ADMIN})
OWNER = frozenset({Role.OWNER})

MATRIX: Mapping[Capability, frozenset[Role]] = {
    Capability.CONVERSATIONS_READ: EVERYBODY,
    Capability.CONVERSATIONS_REPLY: EVERYBODY,
    Capability.CONVERSATIONS_ASSIGN: EVERYBODY,
    Capability.CONTACTS_READ: EVERYBODY,
    Capability.CONTACTS_EDIT: EVERYBODY,
    Capability.CONTACTS_EXPORT: LEADS,
    Capability.MEMBERS_READ: EVERYBODY,
    Capability.MEMBERS_MANAGE: ADMINS,
    Capability.TEAMS_MANAGE: LEADS,
    Capability.HOURS_MANAGE: LEADS,
    Capability.CHANNELS_READ: EVERYBODY,
    Capability.CHANNELS_MANAGE: ADMINS,
    Capability.WORKSPACE_MANAGE: ADMINS,
    Capability.SECURITY_MANAGE: ADMINS,
    Capability.API_KEYS_MANAGE: ADMINS,
    Capability.AUDIT_READ: ADMINS,
    Capability.AUDIT_EXPORT: ADMINS,
    Capability.OWNERSHIP_TRANSFER: OWNER,
}


def allows(role: str, capability: Capability) -> bool:
    return role in MATRIX[capability]


def requires(
    capability: Capability, **by_method: Capability
) -> Callable[
    [Callable[Concatenate[WorkspaceRequest, Rest], HttpResponseBase]],
    Callable[Concatenate[WorkspaceRequest, Rest], HttpResponseBase],
]:
    """A view for members whose role has the capability; to the others it is 403. `POST=…` names another one for a
    method."""

    def decorate(
        view: Callable[Concatenate[WorkspaceRequest, Rest], HttpResponseBase],
    ) -> Callable[Concatenate[WorkspaceRequest, Rest], HttpResponseBase]:
        @wraps(view)
        def guarded(request: WorkspaceRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
            if not request.member.can(by_method.get(str(request.method), capability)):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.needs = lambda method: by_method.get(method, capability)  # type: ignore[attr-defined]
        return guarded

    return decorate


__all__ = ["MATRIX", "Capability", "allows", "requires"]
