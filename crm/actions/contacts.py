"""Contacts as people and programs write them (a platform's own go through `identify`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from crm import phones
from crm.models import Contact
from workspaces import audit, locks, tenancy
from workspaces.models import Membership

WRITTEN = ("name", "phone", "email", "is_blocked")


class PhoneTaken(Exception):
    """Another contact has this number, in whichever of its forms."""

    def __init__(self, contact: Contact) -> None:
        super().__init__(contact.pk)
        self.contact = contact


class PhoneUnreadable(ValueError):
    """What was given is no telephone number."""


def create(values: Mapping[str, Any], *, by: Membership) -> Contact:
    return _write(Contact(), values, by)


def update(contact: Contact, values: Mapping[str, Any], *, by: Membership) -> Contact:
    """Changes the values that are given, and leaves the others."""
    return _write(contact, values, by)


def _write(contact: Contact, values: Mapping[str, Any], by: Membership) -> Contact:
    phone = _readable(values.get("phone"))
    with transaction.atomic():
        # who writes for the first time meanwhile waits, and is then found by this number
        locks.lock("people", str(tenancy.current_id()))
        if phone is not None:
            _refuse_taken(contact, phone)
        if contact.pk is not None:
            contact = Contact.objects.select_for_update().get(pk=contact.pk)
        is_new, before = contact.pk is None, {name: getattr(contact, name) for name in WRITTEN}
        for name, value in {**values, **({"phone": phone} if "phone" in values else {})}.items():
            setattr(contact, name, value)
        changed = [name for name in WRITTEN if getattr(contact, name) != before[name]]
        if is_new or changed:
            contact.save()
            verb = "contact.created" if is_new else "contact.updated"
            audit.record(verb, f"contact:{contact.pk}", by=by, fields=changed)
    return contact


def _readable(number: str | None) -> str | None:
    """The number as it is stored: + and digits. Without a + it is read as one of the workspace's country."""
    if not number:
        return None
    try:
        return f"+{phones.typed(number, tenancy.current().country)}"
    except ValueError as error:
        raise PhoneUnreadable(number) from error


def _refuse_taken(contact: Contact, phone: str) -> None:
    twin = of_phone(phone).exclude(pk=contact.pk).order_by("id").first()
    if twin is not None:
        raise PhoneTaken(twin)


def of_phone(phone: str) -> QuerySet[Contact]:
    """Whoever has this number, whichever of its forms was stored."""
    return Contact.objects.filter(phone__in=[f"+{form}" for form in phones.variants(phones.digits_of(phone))])
