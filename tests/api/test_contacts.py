"""Contacts and identities through the API."""

from __future__ import annotations

from typing import Any

import pytest

from crm.models import Contact, Identity
from inbox.actions.receive import receive
from inbox.models import Channel, Conversation
from inbox.port import Key, Person
from tests.api.conftest import Program, code_of
from tests.inbox.events import says
from workspaces import tenancy
from workspaces.models import AuditEntry, Workspace

pytestmark = pytest.mark.django_db


def made(api: Program, **values: Any) -> dict[str, Any]:
    response = api.post("contacts", values)
    assert response.status_code == 201, response.content
    return dict(response.json())  # type: ignore[attr-defined]


def test_a_contact_is_made_and_read_again(api: Program) -> None:
    contact = made(api, name="Lia Prado", phone="+55 11 95550-1234", email="lia@example.com")
    assert contact["phone"] == "+5511955501234"
    assert (contact["is_blocked"], contact["last_seen_at"]) == (False, None)
    assert api.get(f"contacts/{contact['id']}").json() == contact  # type: ignore[attr-defined]


def test_a_number_without_its_country_is_read_as_the_workspaces(api: Program, theirs: Program) -> None:
    assert made(api, phone="011 4321-5678")["phone"] == "+541143215678"
    assert made(theirs, phone="11 95550-1234")["phone"] == "+5511955501234"


@pytest.mark.parametrize("phone", ["12345678901234567890", "abcd", "+++++", "+1 2"])
def test_what_is_no_number_is_refused(api: Program, phone: str) -> None:
    response = api.post("contacts", {"phone": phone})
    assert (response.status_code, code_of(response)) == (422, "phone_unreadable")


@pytest.mark.parametrize("again", ["+5511987651234", "+551187651234", "+55 11 9 8765-1234"])
def test_a_number_belongs_to_one_contact_in_any_of_its_forms(api: Program, again: str) -> None:
    first = made(api, phone="+55 11 98765-1234")
    response = api.post("contacts", {"phone": again})
    assert (response.status_code, code_of(response)) == (409, "phone_taken")
    assert response.json()["contact_id"] == first["id"]  # type: ignore[attr-defined]


def test_another_workspace_may_know_the_same_number(api: Program, theirs: Program) -> None:
    made(api, phone="+5511955501234")
    made(theirs, phone="+5511955501234")


def test_only_what_is_sent_changes(api: Program) -> None:
    contact = made(api, name="Lia", phone="+5511955501234", email="lia@example.com")
    changed = api.ask("PATCH", f"contacts/{contact['id']}", {"name": "Lia Prado"}).json()  # type: ignore[attr-defined]
    assert changed == {**contact, "name": "Lia Prado"}
    assert api.ask("PATCH", f"contacts/{contact['id']}", {}).json() == changed  # type: ignore[attr-defined]


def test_a_number_can_be_kept_changed_and_taken_away(api: Program) -> None:
    contact, path = made(api, phone="+5511955501234"), "contacts/"
    for phone, stored in (("+55 11 95550 1234", "+5511955501234"), ("+5511955509999", "+5511955509999"), (None, None)):
        response = api.ask("PATCH", f"{path}{contact['id']}", {"phone": phone})
        assert response.json()["phone"] == stored  # type: ignore[attr-defined]


def test_taking_anothers_number_is_refused_and_nothing_changes(api: Program) -> None:
    made(api, phone="+5511955501234")
    second = made(api, name="Rui", phone="+5511955509999")
    response = api.ask("PATCH", f"contacts/{second['id']}", {"name": "X", "phone": "+5511955501234"})
    assert code_of(response) == "phone_taken"
    assert api.get(f"contacts/{second['id']}").json() == second  # type: ignore[attr-defined]


def test_writes_are_in_the_audit_log_without_what_was_written(api: Program, calzado: Workspace) -> None:
    contact = made(api, name="Lia Prado")
    api.ask("PATCH", f"contacts/{contact['id']}", {"is_blocked": True})
    api.ask("PATCH", f"contacts/{contact['id']}", {"is_blocked": True})
    with tenancy.enter(calzado):
        entries = AuditEntry.objects.filter(subject=f"contact:{contact['id']}").order_by("id")
        assert [(entry.verb, entry.data, entry.actor_name) for entry in entries] == [
            ("contact.created", {"fields": ["name"]}, "Ana Beltrán"),
            ("contact.updated", {"fields": ["is_blocked"]}, "Ana Beltrán"),
        ]


def test_a_blocked_contact_is_not_written_to(api: Program, lia: Conversation) -> None:
    api.ask("PATCH", f"contacts/{lia.contact_id}", {"is_blocked": True})
    assert code_of(api.post(f"conversations/{lia.pk}/messages", {"text": "Oi"})) == "contact_blocked"


def test_who_writes_first_from_a_known_number_is_that_contact(api: Program, ventas: Channel) -> None:
    contact = made(api, name="Dona Lia", phone="+551187651234")
    with tenancy.enter(ventas.workspace):
        receive(ventas, [says("Oi", by=Person((Key("phone", "5511987651234"),), "Lia"))])
        assert Identity.objects.get().contact_id == contact["id"]
        assert Contact.objects.get().name == "Dona Lia"


class TestSearch:
    @pytest.fixture(autouse=True)
    def _people(self, api: Program) -> None:
        made(api, name="Lia Prado", phone="+5511987650123", email="lia@example.com")
        made(api, name="Rui Alves", phone="+5511955509999", email="RUI@example.com", is_blocked=True)
        made(api, name="100% Lã_")

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("q=prado", ["Lia Prado"]),
            ("q=0123", ["Lia Prado"]),
            ("q=98765-0123", ["Lia Prado"]),
            ("q=example.com", ["Rui Alves", "Lia Prado"]),
            ("q=%25", ["100% Lã_"]),
            ("q=_", ["100% Lã_"]),
            ("q=%27%3B%20--", []),
            ("phone=%2B551187650123", ["Lia Prado"]),
            ("phone=5511987650123", ["Lia Prado"]),
            ("email=rui@EXAMPLE.com", ["Rui Alves"]),
            ("is_blocked=true", ["Rui Alves"]),
            ("is_blocked=false&q=example", ["Lia Prado"]),
            ("q=nobody", []),
        ],
    )
    def test_finds(self, api: Program, query: str, names: list[str]) -> None:
        assert [row["name"] for row in api.results(f"contacts?{query}")] == names


class TestIdentities:
    def test_an_identity_shows_its_keys(self, api: Program, lia: Conversation) -> None:
        told = api.get(f"identities/{lia.identity_id}").json()  # type: ignore[attr-defined]
        assert told["contact_id"] == lia.contact_id
        assert {(key["kind"], key["value"]) for key in told["keys"]} == {
            ("phone", "5511955501234"),
            ("scoped", "BR.lia"),
        }

    def test_they_are_found_by_contact_and_by_any_key(self, api: Program, lia: Conversation) -> None:
        for path in (
            f"identities?contact_id={lia.contact_id}",
            "identities?key=BR.lia",
            "identities?key=5511955501234",
            f"contacts/{lia.contact_id}/identities",
        ):
            assert [row["id"] for row in api.results(path)] == [lia.identity_id]
        assert api.results("identities?key=BR.nobody") == []
