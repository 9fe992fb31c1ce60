"""What a key can be made for: the capabilities that an operation asks for, in words for who makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from workspaces.permissions import Capability

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

SCOPES: dict[Capability, _StrPromise] = {
    Capability.CONVERSATIONS_READ: _("Read conversations and messages"),
    Capability.CONVERSATIONS_REPLY: _("Send messages, close conversations and mark them as read"),
    Capability.CONVERSATIONS_ASSIGN: _("Assign conversations"),
    Capability.CONTACTS_READ: _("Read contacts"),
    Capability.CONTACTS_EDIT: _("Create and change contacts"),
    Capability.MEMBERS_READ: _("Read the workspace, its members and its teams"),
    Capability.CHANNELS_READ: _("Read channels"),
}
