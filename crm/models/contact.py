from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext as _

from crm import phones
from workspaces.names import hue, initials
from workspaces.tenancy import WorkspaceModel


class Contact(WorkspaceModel):
    """A customer: one person, whichever channels they write on. Every way to reach them may be unknown."""

    name = models.CharField(max_length=255, blank=True)
    phone = models.CharField(max_length=20, null=True, blank=True)
    email = models.EmailField(blank=True)
    is_blocked = models.BooleanField(default=False)
    last_seen_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [
            # receive: the contact of a number, whichever of its variants is stored
            models.Index(fields=["workspace", "phone"], name="contact_phone", condition=models.Q(phone__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        return self.name or self.phone_display or _("Customer %(number)s") % {"number": self.pk}

    @property
    def phone_display(self) -> str:
        return phones.international(self.phone) if self.phone else ""

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def hue(self) -> int:
        return hue(self.pk)
