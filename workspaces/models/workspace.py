from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from workspaces.names import hue, initials
from workspaces.permissions import Capability, allows
from workspaces.roles import Role
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
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Membership(WorkspaceModel):
    """What a user is in one workspace."""

    user = models.ForeignKey("workspaces.User", models.CASCADE, related_name="+", db_index=True)
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.AGENT)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "user"], name="membership_once_per_workspace"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return str(self.user)

    def can(self, capability: Capability) -> bool:
        return self.is_active and allows(self.role, capability)

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
