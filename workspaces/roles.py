"""What a member is. What a role may do: `workspaces/permissions.py`."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    SUPERVISOR = "supervisor", _("Supervisor")
    AGENT = "agent", _("Agent")


RISING = (Role.AGENT, Role.SUPERVISOR, Role.ADMIN, Role.OWNER)


def rank(role: str) -> int:
    """How high a role stands; what is no role stands below all of them."""
    return RISING.index(Role(role)) if role in Role.values else -1


class Visibility(models.TextChoices):
    """Which conversations a role sees. Owners and admins see all of them."""

    ALL = "all", _("Every conversation")
    TEAM = "team", _("Their teams', their own, and those of no team that nobody has taken")
    OWN = "own", _("Their own, and those of their teams that nobody has taken")


class Availability(models.TextChoices):
    """What a member says of themselves; whether they are there at all is the heartbeat's to say."""

    ONLINE = "online", _("Online")
    AWAY = "away", _("Away")
    BUSY = "busy", _("Busy")
