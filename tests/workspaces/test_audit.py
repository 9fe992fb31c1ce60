from __future__ import annotations

import pytest
from django.db import InternalError, transaction
from django.db.utils import DatabaseError

from workspaces import audit
from workspaces.models import AuditEntry, Membership, Workspace

pytestmark = pytest.mark.django_db


def test_an_entry_says_who_did_what_to_what(ana: Membership, inside: Workspace) -> None:
    audit.record("channel.connected", "channel:5", by=ana, kind="phone")
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.actor_name, entry.verb, entry.data) == (
        ana,
        "Ana Beltrán",
        "channel.connected",
        {"kind": "phone"},
    )


def test_nobody_rewrites_the_past(ana: Membership, inside: Workspace) -> None:
    audit.record("channel.connected", "channel:5")
    for change in (lambda: AuditEntry.objects.update(verb="x"), lambda: AuditEntry.objects.all().delete()):
        with pytest.raises((InternalError, DatabaseError), match="append-only"), transaction.atomic():
            change()
