"""Contacts are found by any part of what one remembers of them, in one's own workspace only."""

from __future__ import annotations

import pytest
from django.db import connection

from crm.models import Contact
from crm.search import contact_ids
from workspaces import tenancy
from workspaces.models import Workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def mariana(inside: Workspace) -> Contact:
    return Contact.objects.create(name="Mariana Müller Peña", phone="+5511987654321", email="mari@correo.example")


@pytest.mark.parametrize(
    "words",
    [
        *("mariana", "MARI", "muller", "müller", "peña", "pena", "ana m", "correo.example"),
        *("98765", "+55 11 98765-4321", "(11) 9 8765", "4321"),
    ],
)
def test_any_part_finds_her(mariana: Contact, words: str) -> None:
    assert contact_ids(words) == [mariana.pk]


@pytest.mark.parametrize("words", ["", "  ", "\x00", "zzz", "%", "_", "\\", "12", "' OR 1=1 --", "99999999"])
def test_what_is_no_part_of_her_finds_nobody(mariana: Contact, words: str) -> None:
    assert contact_ids(words) == []


def test_signs_of_the_pattern_are_letters(inside: Workspace) -> None:
    percent = Contact.objects.create(name="100% algodón_")
    Contact.objects.create(name="1000 algodones")
    assert contact_ids("100%") == [percent.pk]
    assert contact_ids("algodón_") == [percent.pk]


def test_each_workspace_finds_its_own(calzado: Workspace, otra: Workspace) -> None:
    found = {}
    for workspace in (calzado, otra):
        with tenancy.enter(workspace):
            Contact.objects.create(name="Mariana", phone="+5511987654321")
    for workspace in (calzado, otra):
        with tenancy.enter(workspace):
            found[workspace.slug] = (contact_ids("mariana"), contact_ids("98765"), list(Contact.objects.all()))
    for by_name, by_number, own in found.values():
        assert by_name == by_number == [contact.pk for contact in own]
        assert len(own) == 1


def test_whoever_was_seen_last_comes_first_and_the_answer_is_bounded(inside: Workspace) -> None:
    rows = [Contact.objects.create(name=f"Lia {n}") for n in range(5)]
    assert contact_ids("lia", most=3) == [row.pk for row in rows[::-1]][:3]


def test_the_index_is_used_whatever_the_workspace_holds(inside: Workspace) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'crm_contact' AND indexdef LIKE '%gin%'")
        found = " ".join(row[0] for row in cursor.fetchall())
    assert "plaza_fold" in found
    assert "phone gin_trgm_ops" in found


def test_outside_every_workspace_nobody_is_looked_for(db: None) -> None:
    with pytest.raises(tenancy.NoWorkspace):
        contact_ids("mariana")
