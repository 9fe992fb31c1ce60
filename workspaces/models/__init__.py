from workspaces.models.api import ApiKey, ApiReply
from workspaces.models.audit import AuditEntry
from workspaces.models.event import EventRow
from workspaces.models.user import User
from workspaces.models.workspace import Membership, Workspace
from workspaces.roles import Role

__all__ = ["ApiKey", "ApiReply", "AuditEntry", "EventRow", "Membership", "Role", "User", "Workspace"]
