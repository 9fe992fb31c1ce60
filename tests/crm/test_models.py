"""How a contact is shown, whatever is known of them."""

from __future__ import annotations

import pytest
from django.utils import translation

from crm.models import Contact, Identity, IdentityKey
from workspaces.models import Workspace

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "phone", "shown"),
    [
        ("Lia Prado", "+5511987654321", "Lia Prado"),
        ("Lia Prado", None, "Lia Prado"),
        ("", "+5511987654321", "+55 11 98765-4321"),
        ("", "+5491155551234", "+54 9 11 5555-1234"),
        ("", "+525512345678", "+52 55 1234 5678"),
        ("", "+59899123456", "+598 99 123 456"),
        ("", "+5", "+5"),  # no number anybody could write nicely
    ],
)
def test_a_contact_is_shown_by_name_or_number(inside: Workspace, name: str, phone: str | None, shown: str) -> None:
    contact = Contact(name=name, phone=phone)
    assert (contact.display_name, str(contact)) == (shown, shown)


@pytest.mark.parametrize(("language", "word"), [("es", "Cliente"), ("pt-br", "Cliente"), ("en", "Customer")])
def test_one_of_whom_nothing_is_known_has_a_number_of_ours(inside: Workspace, language: str, word: str) -> None:
    contact = Contact.objects.create()
    with translation.override(language):
        assert contact.display_name == f"{word} {contact.pk}"
    assert (contact.initials, contact.phone_display) == ("?", "")


def test_a_colour_stays_with_a_contact(inside: Workspace) -> None:
    contacts = [Contact.objects.create() for _ in range(13)]
    assert [contact.hue for contact in contacts] == [Contact.objects.get(pk=one.pk).hue for one in contacts]
    assert {contact.hue for contact in contacts} == set(range(12))


@pytest.fixture
def key(inside: Workspace) -> IdentityKey:
    contact = Contact.objects.create(name="Lia")
    identity = Identity.objects.create(contact=contact, scope="pigeon:1", reply_kind="ring", reply_value="77")
    return IdentityKey.objects.create(identity=identity, scope="pigeon:1", kind="ring", value="77")


def test_an_identity_and_a_key_name_themselves(key: IdentityKey) -> None:
    assert (str(key.identity), str(key)) == ("pigeon:1 77", "ring:77")


def test_what_belongs_to_a_contact_goes_with_them(key: IdentityKey) -> None:
    key.identity.contact.delete()
    assert not Identity.objects.exists()
    assert not IdentityKey.objects.exists()
