"""Who an item is from or to: phones, business-scoped ids, parents, names (contract §3, §3.1, §99)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_meta.whatsapp.parse import parse
from channels_meta.whatsapp.people import (
    RANK,
    address_key,
    contact_keys,
    contacts_in,
    in_order,
    keys_of,
    parent_key,
    person_of,
    scoped_key,
)
from inbox.port import Inbound, Key, Unreadable
from tests.channels_meta.whatsapp.payloads import message, with_items

PHONE = Key("phone", "5511955501234")
SCOPED = Key("scoped", "BR.7hTq20LmZ")
PARENT = Key("parent", "BR.ENT.9xYw31")


class TestAddresses:
    @pytest.mark.parametrize(
        ("value", "key"),
        [
            ("5511955501234", PHONE),
            ("+5511955501234", PHONE),
            ("12345", Key("phone", "12345")),
            ("1" * 20, Key("phone", "1" * 20)),
            ("BR.7hTq20LmZ", SCOPED),  # seen where a phone should be
            ("BR.ENT.9xYw31", PARENT),
            ("1234", None),
            ("1" * 21, None),
            ("", None),
            ("+", None),
            ("++5511955501234", None),
            ("55 11 95550-1234", None),
            ("5511955501234\n", None),
            ("٥٥١١٩٥٥٥٠١٢٣٤", None),  # digits of another script are no phone number of the platform's
            ("br.7hTq20LmZ", None),
            ("liaprado", None),
        ],
    )
    def test_a_phone_or_a_scoped_id(self, value: str, key: Key | None) -> None:
        assert address_key(value) == key

    @pytest.mark.parametrize(
        ("value", "key"),
        [
            ("BR.7hTq20LmZ", SCOPED),
            ("US.1", Key("scoped", "US.1")),
            (f"BR.{'a' * 128}", Key("scoped", f"BR.{'a' * 128}")),
            ("BR.ENT.9xYw31", PARENT),
            ("BR.ENT", Key("scoped", "BR.ENT")),  # three letters like any other
            (f"BR.{'a' * 129}", None),
            ("BR.", None),
            ("BR.ENT.", None),
            ("B.7hTq20LmZ", None),
            ("BRA.7hTq20LmZ", None),
            ("br.7hTq20LmZ", None),
            ("BR.7hTq-20", None),
            ("BR.7hTq20LmZ ", None),
            ("BR.7hTq20LmZ\n", None),
            ("BR.çedilha", None),
            ("5511955501234", None),
            ("", None),
        ],
    )
    def test_only_what_looks_like_a_scoped_id_is_one(self, value: str, key: Key | None) -> None:
        assert scoped_key(value) == key

    def test_a_field_for_parents_makes_parents(self) -> None:
        assert parent_key("BR.ENT.9xYw31") == PARENT
        assert parent_key("BR.9xYw31") == Key("parent", "BR.9xYw31")
        assert parent_key("9xYw31") is None

    @given(st.text(max_size=30))
    def test_whatever_is_written_there(self, value: str) -> None:
        for key in (address_key(value), scoped_key(value), parent_key(value)):
            assert key is None or (key.kind in RANK and key.value.isascii() and key.value in value)


class TestOrder:
    def test_phones_lead_and_each_comes_once(self) -> None:
        other = Key("phone", "551155501234")
        assert in_order([SCOPED, None, PARENT, PHONE, SCOPED, other]) == (PHONE, other, SCOPED, PARENT)
        assert in_order([]) == ()

    @pytest.mark.parametrize(
        ("item", "keys"),
        [
            ({"from": "5511955501234"}, (PHONE,)),
            ({"from": 5511955501234}, (PHONE,)),
            ({"from_user_id": "BR.7hTq20LmZ", "from": "5511955501234"}, (PHONE, SCOPED)),
            ({"from_parent_user_id": "BR.ENT.9xYw31", "from_user_id": "BR.7hTq20LmZ"}, (SCOPED, PARENT)),
            ({"from": "BR.7hTq20LmZ", "from_user_id": "BR.7hTq20LmZ"}, (SCOPED,)),
            ({"from": None, "from_user_id": "not one"}, ()),
            ({"to": "5511955501234"}, ()),
            ({}, ()),
        ],
    )
    def test_the_keys_of_the_sending_side(self, item: dict[str, Any], keys: tuple[Key, ...]) -> None:
        assert keys_of(item, "from") == keys

    def test_the_keys_of_the_other_side(self) -> None:
        assert keys_of({"to": "5511955501234", "to_user_id": "BR.7hTq20LmZ", "from": "15550001234"}, "to") == (
            PHONE,
            SCOPED,
        )


class TestContacts:
    LIA = {
        "profile": {"name": "Lia Prado", "username": "liaprado"},
        "wa_id": "5511955501234",
        "user_id": "BR.7hTq20LmZ",
        "parent_user_id": "BR.ENT.9xYw31",
    }

    def test_one_is_found_by_each_of_its_keys(self) -> None:
        found = contacts_in({"contacts": [self.LIA]})
        assert set(found) == {PHONE, SCOPED, PARENT}
        assert all(contact is self.LIA for contact in found.values())
        assert contact_keys(self.LIA) == (PHONE, SCOPED, PARENT)

    def test_of_two_with_one_key_the_first_counts(self) -> None:
        second = {"profile": {"name": "Other"}, "wa_id": "5511955501234", "user_id": "BR.other"}
        found = contacts_in({"contacts": [self.LIA, second]})
        assert found[PHONE] is self.LIA
        assert found[Key("scoped", "BR.other")] is second

    @pytest.mark.parametrize("contacts", [None, {}, "x", [None, 3, []], [{}], [{"wa_id": "x"}]])
    def test_odd_lists_hold_nobody(self, contacts: object) -> None:
        assert contacts_in({"contacts": contacts}) == {}

    @pytest.mark.parametrize(
        ("contact", "name", "username"),
        [
            (LIA, "Lia Prado", "liaprado"),
            ({"wa_id": "5511955501234", "profile": {"username": "@liaprado"}}, "", "liaprado"),
            ({"wa_id": "5511955501234", "username": "@lia", "name": "Lia"}, "Lia", "lia"),
            ({"wa_id": "5511955501234", "profile": {"name": {"first": "Lia"}}}, "", ""),
            ({"wa_id": "5511955501234", "profile": "Lia"}, "", ""),
            ({"wa_id": "5511955501234"}, "", ""),
        ],
    )
    def test_names(self, contact: dict[str, Any], name: str, username: str) -> None:
        person = person_of((PHONE,), contacts_in({"contacts": [contact]}))
        assert (person.name, person.username) == (name, username)

    def test_who_is_not_among_them_has_only_their_own_keys(self) -> None:
        person = person_of((Key("phone", "5215500000001"),), contacts_in({"contacts": [self.LIA]}))
        assert person.keys == (Key("phone", "5215500000001"),)
        assert person.name == ""

    def test_a_contact_adds_the_keys_that_the_item_did_not_carry(self) -> None:
        """The history would split in two contacts when the phone is hidden one day (§3.1)."""
        person = person_of((PHONE,), contacts_in({"contacts": [self.LIA]}))
        assert person.keys == (PHONE, SCOPED, PARENT)


class TestSenders:
    def read(self, contacts: list[Any], **fields: Any) -> Any:
        (event,) = parse(with_items("messages", message(**fields), contacts=contacts))
        return event

    def test_contacts_are_paired_by_id_and_never_by_position(self) -> None:
        people = [("5511900000001", "Um"), ("5511900000002", "Dois"), ("5511900000003", "Três")]
        items = [message(id=f"wamid.{number}", **{"from": number}) for number, _ in people]
        contacts = [{"wa_id": number, "profile": {"name": name}} for number, name in reversed(people)]
        events = parse(with_items("messages", *items, contacts=contacts))
        assert [event.person.name for event in events if isinstance(event, Inbound)] == ["Um", "Dois", "Três"]

    @pytest.mark.parametrize(
        ("fields", "keys"),
        [
            ({}, (PHONE,)),
            ({"from_user_id": "BR.7hTq20LmZ"}, (PHONE, SCOPED)),
            ({"from": None, "from_user_id": "BR.7hTq20LmZ"}, (SCOPED,)),
            ({"from": "BR.7hTq20LmZ"}, (SCOPED,)),
            ({"from": "BR.ENT.9xYw31"}, (PARENT,)),
            ({"from": None, "from_parent_user_id": "BR.ENT.9xYw31"}, (PARENT,)),
            ({"from_user_id": "not a user id"}, (PHONE,)),
            ({"from": "Lia", "from_user_id": "BR.7hTq20LmZ"}, (SCOPED,)),
        ],
    )
    def test_a_phone_is_not_required(self, fields: dict[str, Any], keys: tuple[Key, ...]) -> None:
        assert self.read([], **fields).person.keys == keys

    @pytest.mark.parametrize("fields", [{"from": None}, {"from": ""}, {"from": "Lia"}, {"from": {"wa_id": "5511"}}])
    def test_nobody_at_all_is_told_and_kept(self, fields: dict[str, Any]) -> None:
        event = self.read([], **fields)
        assert isinstance(event, Unreadable)
        assert event.raw["id"] == "wamid.IN1"

    def test_a_user_id_that_is_none_stays_in_the_raw_item(self) -> None:
        event = self.read([], from_user_id="not a user id")
        assert event.raw["from_user_id"] == "not a user id"
