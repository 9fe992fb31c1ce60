from workspaces.models.api import ApiKey, ApiReply
from workspaces.models.audit import AuditEntry
from workspaces.models.avatar import Avatar
from workspaces.models.event import EventRow
from workspaces.models.hours import BusinessHours, Holiday
from workspaces.models.invitation import Invitation, InvitationTeam
from workspaces.models.team import Team, TeamMembership
from workspaces.models.user import User
from workspaces.models.workspace import Membership, Workspace
from workspaces.roles import Availability, Role, Visibility

__all__ = [
    "ApiKey",
    "ApiReply",
    "AuditEntry",
    "Availability",
    "Avatar",
    "BusinessHours",
    "EventRow",
    "Holiday",
    "Invitation",
    "InvitationTeam",
    "Membership",
    "Role",
    "Team",
    "TeamMembership",
    "User",
    "Visibility",
    "Workspace",
]
