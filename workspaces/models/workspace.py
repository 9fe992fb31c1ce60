from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from workspaces.names import hue, initials
from workspaces.permissions import Capability, allows
from workspaces.roles import Availability, Role, Visibility, rank
from workspaces.tenancy import WorkspaceModel


class Workspace(models.Model):
    """A company. Everything of one carries its id and is seen from inside its scope only."""

    class Business(models.TextChoices):
        SHOP = "shop", _("Shop")
        FOOD = "food", _("Food and restaurants")
        BEAUTY = "beauty", _("Beauty and care")
        HEALTH = "health", _("Health")
        EDUCATION = "education", _("Education")
        SERVICES = "services", _("Services")
        PROPERTY = "property", _("Real estate")
        VEHICLES = "vehicles", _("Cars and motorcycles")
        TRAVEL = "travel", _("Travel and events")
        OTHER = "other", _("Something else")

    name = models.CharField(max_length=120)
    slug = models.SlugField(
        max_length=60, unique=True, validators=[RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*\Z", _("Use a-z, 0-9 and -."))]
    )
    language = models.CharField(max_length=8, default="es")
    country = models.CharField(max_length=2, default="AR")
    time_zone = models.CharField(max_length=64, default="America/Argentina/Buenos_Aires")
    currency = models.CharField(max_length=3, default="ARS", db_default="ARS")
    business = models.CharField(
        max_length=12, choices=Business.choices, default=Business.SHOP, db_default=Business.SHOP
    )
    require_second_factor = models.BooleanField(default=False, db_default=False)
    agent_visibility = models.CharField(
        max_length=4, choices=Visibility.choices, default=Visibility.ALL, db_default=Visibility.ALL
    )
    supervisor_visibility = models.CharField(
        max_length=4, choices=Visibility.choices, default=Visibility.ALL, db_default=Visibility.ALL
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    def visibility_of(self, role: str) -> str:
        """Which conversations this role sees here."""
        chosen = {Role.AGENT: self.agent_visibility, Role.SUPERVISOR: self.supervisor_visibility}
        return chosen.get(Role(role), Visibility.ALL)


class Membership(WorkspaceModel):
    """What a user is in one workspace. One who leaves stays as an inactive row: what they wrote keeps its author."""

    user = models.ForeignKey("workspaces.User", models.CASCADE, related_name="+", db_index=True)
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.AGENT)
    is_active = models.BooleanField(default=True)
    availability = models.CharField(
        max_length=8, choices=Availability.choices, default=Availability.ONLINE, db_default=Availability.ONLINE
    )
    is_present = models.BooleanField(
        default=False, db_default=False
    )  # a heartbeat came lately (workspaces/presence.py)
    seen_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "user"], name="membership_once_per_workspace"),
        ]
        indexes: ClassVar = [
            # the clock: whose heartbeat stopped
            models.Index(fields=["seen_at"], name="membership_present", condition=Q(is_present=True)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return str(self.user)

    def can(self, capability: Capability) -> bool:
        return self.is_active and allows(self.role, capability)

    def may_grant(self, role: str) -> bool:
        """Nobody invites or promotes above their own role."""
        return self.can(Capability.MEMBERS_MANAGE) and rank(role) <= rank(self.role)

    def may_manage(self, other: Membership) -> bool:
        return self.may_grant(other.role)

    @property
    def status(self) -> str:
        """online, away, busy, or offline."""
        return self.availability if self.is_present else "offline"

    @property
    def short_name(self) -> str:
        return self.user.get_short_name()

    @property
    def avatar(self) -> str:
        return self.user.avatar

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def hue(self) -> int:
        return hue(self.user_id)
