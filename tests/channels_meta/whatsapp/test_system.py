"""The platform's own sentences: who a person was and who they are now (contract §3.1, §4, §99)."""

from __future__ import annotations

from typing import Any

import pytest

from channels_meta.whatsapp.parse import parse
from inbox import kinds
from inbox.port import Inbound, Key, KeysChanged, Unreadable
from tests.channels_meta.whatsapp.payloads import message, with_items

OLD, NEW = Key("phone", "5511955501234"), Key("phone", "5511955500000")
WAS, IS = Key("scoped", "BR.7hTq20LmZ"), Key("scoped", "BR.9kWx31QpA")
OLD_PARENT, NEW_PARENT = Key("parent", "BR.ENT.9xYw31"), Key("parent", "BR.ENT.1aBc22")


def read(system: object, contacts: list[Any] | None = None, **fields: Any) -> Any:
    item = message(**{"text": None, "type": "system", "system": system, **fields})
    (event,) = parse(with_items("messages", item, contacts=contacts or []))
    return event


NOBODY: dict[str, Any] = {"from": None}
# the system object, what is beside it, the keys before, the keys after
CHANGES: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[Key, ...], tuple[Key, ...]]] = {
    "a new number": (
        {"type": "user_changed_number", "wa_id": "5511955500000", "body": "Lia changed from … to …"},
        {},
        (OLD,),
        (NEW,),
    ),
    "a new number brings a new user id": (
        {"type": "user_changed_number", "wa_id": "5511955500000", "user_id": "BR.9kWx31QpA"},
        {"from_user_id": "BR.7hTq20LmZ"},
        (OLD, WAS),
        (NEW, IS),
    ),
    "a new number under its older name": (
        {"type": "customer_changed_number", "new_wa_id": "5511955500000", "customer": "5511955501234"},
        NOBODY,
        (OLD,),
        (NEW,),
    ),
    "a new number, the old one named twice": (
        {"type": "customer_changed_number", "new_wa_id": "5511955500000", "customer": "5511955501234"},
        {},
        (OLD,),
        (NEW,),
    ),
    "a new number that hides at once": (
        {"type": "user_changed_number", "user_id": "BR.9kWx31QpA", "previous_user_id": "BR.7hTq20LmZ"},
        NOBODY,
        (WAS,),
        (IS,),
    ),
    "a new user id": (
        {"type": "user_changed_user_id", "user_id": "BR.9kWx31QpA", "previous_user_id": "BR.7hTq20LmZ"},
        NOBODY,
        (WAS,),
        (IS,),
    ),
    "a new user id of somebody whose phone is known": (
        {"type": "user_changed_user_id", "user_id": "BR.9kWx31QpA", "previous_user_id": "BR.7hTq20LmZ"},
        {},
        (OLD, WAS),
        (IS,),
    ),
    "the old id is the sender's": (
        {"type": "user_changed_user_id", "user_id": "BR.9kWx31QpA"},
        {"from": None, "from_user_id": "BR.7hTq20LmZ"},
        (WAS,),
        (IS,),
    ),
    "both ids stand in the sentence alone": (
        {"type": "user_changed_user_id", "body": "User Lia changed from BR.7hTq20LmZ to BR.9kWx31QpA"},
        NOBODY,
        (WAS,),
        (IS,),
    ),
    "the sentence ends with a full stop": (
        {"type": "user_changed_user_id", "body": "Lia changed from BR.7hTq20LmZ, to BR.9kWx31QpA."},
        NOBODY,
        (WAS,),
        (IS,),
    ),
    "both numbers stand in the sentence alone": (
        {"type": "user_changed_number", "body": "Lia changed from 5511955501234 to +5511955500000"},
        NOBODY,
        (OLD,),
        (NEW,),
    ),
    "parents change too": (
        {
            "type": "user_changed_user_id",
            "user_id": "BR.9kWx31QpA",
            "parent_user_id": "BR.ENT.1aBc22",
            "previous_user_id": "BR.7hTq20LmZ",
            "previous_parent_user_id": "BR.ENT.9xYw31",
        },
        NOBODY,
        (WAS, OLD_PARENT),
        (IS, NEW_PARENT),
    ),
    "the parent stays": (
        {
            "type": "user_changed_user_id",
            "user_id": "BR.9kWx31QpA",
            "parent_user_id": "BR.ENT.9xYw31",
            "previous_user_id": "BR.7hTq20LmZ",
            "previous_parent_user_id": "BR.ENT.9xYw31",
        },
        NOBODY,
        (WAS,),
        (IS, OLD_PARENT),
    ),
    "the sender is already who they are now": (
        {"type": "user_changed_user_id", "user_id": "BR.9kWx31QpA", "previous_user_id": "BR.7hTq20LmZ"},
        {"from": None, "from_user_id": "BR.9kWx31QpA"},
        (WAS,),
        (IS,),
    ),
}


class TestKeys:
    @pytest.mark.parametrize(("system", "beside", "before", "after"), CHANGES.values(), ids=CHANGES)
    def test_who_it_was_and_who_it_is(
        self, system: dict[str, Any], beside: dict[str, Any], before: tuple[Key, ...], after: tuple[Key, ...]
    ) -> None:
        event = read(system, **beside)
        assert isinstance(event, KeysChanged)
        assert (event.before.keys, event.after.keys) == (before, after)
        assert event.external_id == "wamid.IN1"
        assert event.text == system.get("body", "")

    def test_the_name_beside_it_stays_with_the_person(self) -> None:
        contact = {"wa_id": "5511955501234", "profile": {"name": "Lia", "username": "@lia"}}
        event = read({"type": "user_changed_number", "wa_id": "5511955500000"}, [contact])
        assert (event.before.name, event.before.username) == ("Lia", "lia")

    @pytest.mark.parametrize(
        "system",
        [
            {"type": "user_changed_number"},
            {"type": "user_changed_number", "body": "Lia changed their number"},
            {"type": "user_changed_number", "wa_id": "unknown"},
            {"type": "user_changed_user_id", "body": "from here to there"},
        ],
    )
    def test_a_change_that_does_not_say_to_what_is_a_line_in_the_chat(self, system: dict[str, Any]) -> None:
        event = read(system)
        assert isinstance(event, Inbound)
        assert (event.kind, event.content["change"]) == (kinds.SYSTEM, "keys")

    def test_an_id_too_long_to_be_one_spoils_only_itself(self) -> None:
        event = read({"type": "user_changed_number", "wa_id": "5511955500000"}, id="w" * 256)
        assert isinstance(event, Unreadable)


class TestSentences:
    @pytest.mark.parametrize(
        ("type_", "change"),
        [
            ("customer_identity_changed", "identity"),
            ("user_identity_changed", "identity"),
            ("group_created", "other"),
            ("", "other"),
        ],
    )
    def test_a_line_in_the_chat_that_opens_no_window(self, type_: str, change: str) -> None:
        event = read({"type": type_, "body": "Something about Lia"})
        assert (event.kind, event.text, event.opens_window) == (kinds.SYSTEM, "Something about Lia", False)
        assert event.content["change"] == change

    IDENTITY = {"acknowledged": True, "created_timestamp": 1795000000, "hash": "h1="}

    @pytest.mark.parametrize(
        ("identity", "shown"),
        [
            (IDENTITY, {"acknowledged": True, "created": "1795000000", "hash": "h1="}),
            ({"hash": "h1="}, {"acknowledged": False, "hash": "h1="}),
            ({"acknowledged": "true"}, {"acknowledged": False}),
            ({}, None),
            (None, None),
            ("h1=", None),
        ],
    )
    def test_a_changed_identity_says_what_is_known_of_it(self, identity: object, shown: dict[str, Any] | None) -> None:
        system = {"type": "customer_identity_changed", "body": "Lia has a new phone"}
        assert read({**system, "identity": identity}).content.get("identity") == shown
        assert read(system, identity=identity).content.get("identity") == shown

    @pytest.mark.parametrize("system", [None, {}, "x", []])
    def test_a_sentence_that_says_nothing(self, system: object) -> None:
        event = read(system)
        assert (event.kind, event.text, event.content) == (kinds.SYSTEM, "", {"change": "other"})


class TestIdUpdate:
    """The field was announced and withdrawn; should it come, it is applied (§99)."""

    def update(self, **fields: Any) -> Any:
        item = {
            "wa_id": "5511955501234",
            "detail": "user id changed",
            "user_id": {"previous": "BR.7hTq20LmZ", "current": "BR.9kWx31QpA"},
            "timestamp": 1795000000,
        }
        (event,) = parse(with_items("user_id_update", {**item, **fields}, field="user_id_update"))
        return event

    @pytest.mark.parametrize(
        ("fields", "before", "after"),
        [
            ({}, (OLD, WAS), (IS,)),
            ({"wa_id": None}, (WAS,), (IS,)),
            ({"user_id": {"current": "BR.9kWx31QpA"}}, (OLD,), (IS,)),
            (
                {"parent_user_id": {"previous": "BR.ENT.9xYw31", "current": "BR.ENT.1aBc22"}},
                (OLD, WAS, OLD_PARENT),
                (IS, NEW_PARENT),
            ),
        ],
    )
    def test_it_is_applied(self, fields: dict[str, Any], before: tuple[Key, ...], after: tuple[Key, ...]) -> None:
        event = self.update(**fields)
        assert isinstance(event, KeysChanged)
        assert (event.before.keys, event.after.keys) == (before, after)
        assert event.text == "user id changed"

    def test_twice_the_same_is_one(self) -> None:
        assert self.update().external_id == self.update(timestamp=1795000777).external_id
        assert self.update().external_id != self.update(user_id={"previous": "BR.other", "current": "BR.1"}).external_id

    @pytest.mark.parametrize(
        "fields",
        [
            {"wa_id": None, "user_id": {"current": "BR.9kWx31QpA"}},
            {"user_id": {"previous": "BR.7hTq20LmZ"}},
            {"user_id": "BR.9kWx31QpA"},
            {"user_id": {"previous": "x", "current": "y"}},
        ],
    )
    def test_without_both_it_is_unreadable(self, fields: dict[str, Any]) -> None:
        assert isinstance(self.update(**fields), Unreadable)
