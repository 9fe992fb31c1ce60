from workspaces.models.audit import AuditEntry
from workspaces.models.avatar import Avatar
from workspaces.models.event import EventRow
from workspaces.models.user import User
from workspaces.models.workspace import Membership, Workspace
from workspaces.roles import Role

__all__ = ["AuditEntry", "Avatar", "EventRow", "Membership", "Role", "User", "Workspace"]
