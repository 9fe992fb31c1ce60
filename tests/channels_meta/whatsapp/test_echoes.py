"""What did not come through us: the phone's app, the platform's own agent, the imported past (contract §7, §99)."""

from __future__ import annotations

from typing import Any

import pytest

from channels_meta.whatsapp.parse import parse
from inbox import kinds
from inbox.port import Echo, Edited, Inbound, Key, News, Reaction, Receipt, Revoked, Unreadable
from tests.channels_meta.whatsapp.payloads import message, with_items

OURS, THEIRS = "15550001234", "5511955501234"
PHONE, SCOPED = Key("phone", THEIRS), Key("scoped", "BR.7hTq20LmZ")
LIA = {"wa_id": THEIRS, "user_id": "BR.7hTq20LmZ", "profile": {"name": "Lia", "username": "lia"}}


def echo(**fields: Any) -> dict[str, Any]:
    return message(**{"from": OURS, "to": THEIRS, "id": "wamid.E1", **fields})


def read(*items: Any, **more: Any) -> Any:
    (event,) = parse(with_items("message_echoes", *items, field="smb_message_echoes", **more))
    return event


class TestFromTheApp:
    def test_an_echo_is_ours_and_opens_no_window(self) -> None:
        event = read(echo())
        assert isinstance(event, Echo)
        assert (event.external_id, event.text, event.source, event.opens_window) == ("wamid.E1", "Oi", "app", False)
        assert event.person.keys == (PHONE,)
        assert not event.is_from_customer

    @pytest.mark.parametrize(
        ("type_", "part", "kind"),
        [
            ("image", {"id": "1"}, kinds.IMAGE),
            ("audio", {"id": "1", "voice": True}, kinds.AUDIO),
            ("document", {"id": "1", "filename": "a.pdf"}, kinds.DOCUMENT),
            ("location", {"latitude": 1, "longitude": 2}, kinds.LOCATION),
            ("contacts", [], kinds.CONTACTS),
            ("unsupported", None, kinds.UNSUPPORTED),
            ("poll", {}, kinds.OTHER),
        ],
    )
    def test_of_every_type(self, type_: str, part: object, kind: str) -> None:
        event = read(echo(text=None, type=type_, **{type_: part}))
        assert (type(event), event.kind) == (Echo, kind)

    @pytest.mark.parametrize(
        ("fields", "contacts", "keys"),
        [
            ({}, [], (PHONE,)),
            ({}, [LIA], (PHONE, SCOPED)),
            ({"to_user_id": "BR.7hTq20LmZ"}, [], (PHONE, SCOPED)),
            ({"to": None, "to_user_id": "BR.7hTq20LmZ"}, [], (SCOPED,)),
            ({"to": None, "to_user_id": "BR.7hTq20LmZ"}, [LIA], (PHONE, SCOPED)),
            ({"to": "BR.7hTq20LmZ"}, [], (SCOPED,)),
            ({"to": None, "to_parent_user_id": "BR.ENT.9xYw31"}, [], (Key("parent", "BR.ENT.9xYw31"),)),
            ({"to": None}, [LIA], (PHONE, SCOPED)),
        ],
    )
    def test_whom_it_went_to(self, fields: dict[str, Any], contacts: list[Any], keys: tuple[Key, ...]) -> None:
        event = read(echo(**fields), contacts=contacts)
        assert (type(event), event.person.keys) == (Echo, keys)

    @pytest.mark.parametrize("contacts", [[], [LIA, {"wa_id": "5215500000001"}], [{"profile": {"name": "Lia"}}]])
    def test_to_nobody_or_to_one_of_several_is_not_guessed(self, contacts: list[Any]) -> None:
        assert isinstance(read(echo(to=None), contacts=contacts), Unreadable)

    def test_the_name_of_the_addressee(self) -> None:
        person = read(echo(), contacts=[LIA]).person
        assert (person.name, person.username) == ("Lia", "lia")

    def test_an_edit_a_deletion_and_a_reaction_of_ours(self) -> None:
        inner = {"type": "text", "text": {"body": "corrigido"}}
        edit = read(echo(type="edit", edit={"original_message_id": "wamid.X", "message": inner}))
        revoke = read(echo(type="revoke", revoke={"original_message_id": "wamid.X"}))
        reaction = read(echo(type="reaction", reaction={"message_id": "wamid.X", "emoji": "👍"}))
        assert [type(event) for event in (edit, revoke, reaction)] == [Edited, Revoked, Reaction]
        assert all(event.from_us and event.target == "wamid.X" for event in (edit, revoke, reaction))
        assert edit.text == "corrigido"

    @pytest.mark.parametrize(("word", "attempt"), [("a1", "a1"), ("x" * 64, "x" * 64), ("x" * 65, ""), (None, "")])
    def test_our_attempt_comes_back_with_it(self, word: str | None, attempt: str) -> None:
        assert read(echo(biz_opaque_callback_data=word)).attempt == attempt

    def test_several_at_once_stand_or_fall_alone(self) -> None:
        body = with_items("message_echoes", echo(), echo(id=None), 3, echo(id="wamid.E2"), field="smb_message_echoes")
        assert [type(event).__name__ for event in parse(body)] == ["Unreadable", "Echo", "Unreadable", "Echo"]


class TestStandby:
    """The platform's agent answers: customers' messages come only here (§99)."""

    def read(self, key: str, *items: Any, **inner: Any) -> list[Any]:
        change = {"metadata": {"phone_number_id": "110000000000009"}, "standby": {key: [*items], **inner}}
        return parse({"entry": [{"id": "29", "changes": [{"field": "standby", "value": change}]}]})

    def test_a_customers_message_is_one_and_says_who_answers(self) -> None:
        (event,) = self.read("messages", message(), contacts=[LIA])
        assert isinstance(event, Inbound)
        assert (event.text, event.content, event.opens_window) == ("Oi", {"standby": True}, True)
        assert event.person.name == "Lia"

    @pytest.mark.parametrize(
        "item",
        [
            {
                "id": "wamid.E1",
                "timestamp": "1795000400",
                "message": {"to": THEIRS, "type": "text", "text": {"body": "Olá"}},
            },
            {
                "message": {
                    "id": "wamid.E1",
                    "timestamp": "1795000400",
                    "to": THEIRS,
                    "type": "text",
                    "text": {"body": "Olá"},
                }
            },
            {"id": "wamid.E1", "timestamp": "1795000400", "to": THEIRS, "type": "text", "text": {"body": "Olá"}},
        ],
        ids=["wrapped", "wrapped whole", "bare"],
    )
    def test_an_echo_wraps_its_body(self, item: dict[str, Any]) -> None:
        (event,) = self.read("message_echoes", item)
        assert isinstance(event, Echo)
        assert (event.external_id, event.text, event.source) == ("wamid.E1", "Olá", "platform")
        assert event.person.keys == (PHONE,)
        assert event.raw is item

    def test_receipts_are_receipts(self) -> None:
        status = {"id": "wamid.E1", "status": "read", "timestamp": "1795000400", "recipient_id": THEIRS}
        (event,) = self.read("statuses", status)
        assert isinstance(event, Receipt)

    def test_the_reason_of_a_missing_body_may_stand_within(self) -> None:
        item = message(type="interactive", text=None, interactive={"type": "product"})
        event, news = self.read("messages", item, errors=[{"code": 131000, "title": "Something went wrong"}])
        assert (event.kind, event.content["code"]) == (kinds.UNSUPPORTED, "131000")
        assert isinstance(news, News)

    @pytest.mark.parametrize("standby", [None, {}, [], "x", {"messages": None}])
    def test_an_empty_one_is_news(self, standby: object) -> None:
        value = {"metadata": {"phone_number_id": "1"}, "standby": standby}
        (event,) = parse({"entry": [{"id": "29", "changes": [{"field": "standby", "value": value}]}]})
        assert isinstance(event, News)
        assert event.topic == "standby"


class TestHistory:
    def read(self, thread: dict[str, Any], chunk: dict[str, Any] | None = None, **more: Any) -> list[Any]:
        chunks = {"metadata": {"phase": 0, "chunk_order": 1, "progress": 55}, "threads": [thread], **(chunk or {})}
        return parse(with_items("history", chunks, field="history", **more))

    def test_both_sides_of_a_thread(self) -> None:
        items = [message(id="wamid.H1"), echo(id="wamid.H2")]
        theirs, ours = self.read({"id": THEIRS, "messages": items})
        assert [type(event) for event in (theirs, ours)] == [Inbound, Echo]
        assert all(event.person.keys == (PHONE,) for event in (theirs, ours))
        assert all(event.is_past and not event.opens_window for event in (theirs, ours))
        assert ours.source == "history"

    @pytest.mark.parametrize(
        ("fields", "ours"),
        [
            ({"from": THEIRS}, False),
            ({"from": f"+{THEIRS}"}, False),
            ({"from": OURS, "to": THEIRS}, True),
            ({"from": OURS}, True),  # `to` may be absent
            ({"from": OURS, "to": None, "to_user_id": "BR.7hTq20LmZ"}, True),
            ({"from": "BR.7hTq20LmZ"}, False),
            ({"from": None, "from_user_id": "BR.7hTq20LmZ"}, False),
        ],
    )
    def test_who_wrote_it(self, fields: dict[str, Any], ours: bool) -> None:
        (event,) = self.read({"id": THEIRS, "messages": [message(**fields)]})
        assert isinstance(event, Echo) is ours

    @pytest.mark.parametrize(
        ("thread", "keys"),
        [
            ({"id": THEIRS}, (PHONE,)),
            ({"id": "BR.7hTq20LmZ"}, (SCOPED,)),
            ({"user_id": "BR.7hTq20LmZ"}, (SCOPED,)),
            ({"context": {"wa_id": THEIRS, "user_id": "BR.7hTq20LmZ", "username": "@lia"}}, (PHONE, SCOPED)),
            ({"id": THEIRS, "context": {"user_id": "BR.7hTq20LmZ"}}, (PHONE, SCOPED)),
        ],
    )
    def test_a_thread_without_an_id_names_its_customer_in_its_context(
        self, thread: dict[str, Any], keys: tuple[Key, ...]
    ) -> None:
        (event,) = self.read({**thread, "messages": [message(**{"from": OURS})]})
        assert (type(event), event.person.keys) == (Echo, keys)

    def test_the_user_name_of_the_context(self) -> None:
        thread = {"id": THEIRS, "context": {"username": "@lia"}, "messages": [message()]}
        assert self.read(thread)[0].person.username == "lia"

    def test_a_context_that_cannot_be_stored_is_passed_over(self) -> None:
        thread = {"id": THEIRS, "context": {"username": "l\x00"}, "messages": [message()]}
        (event,) = self.read(thread)
        assert (type(event), event.person.username) == (Inbound, "")

    @pytest.mark.parametrize(
        ("context", "mark"),
        [
            ({"status": "READ"}, {"phase": 0, "chunk_order": 1, "progress": 55, "status": "READ"}),
            ({}, {"phase": 0, "chunk_order": 1, "progress": 55}),
            (None, {"phase": 0, "chunk_order": 1, "progress": 55}),
        ],
    )
    def test_where_in_the_import_it_stood(self, context: object, mark: dict[str, Any]) -> None:
        (event,) = self.read({"id": THEIRS, "messages": [message(history_context=context)]})
        assert event.content == {"history": mark}

    @pytest.mark.parametrize("metadata", [None, {}, "x", {"phase": "0", "chunk_order": None}])
    def test_a_chunk_may_say_less(self, metadata: object) -> None:
        (event,) = self.read({"id": THEIRS, "messages": [message()]}, {"metadata": metadata})
        assert isinstance(event, Inbound)

    def test_media_come_as_placeholders_and_later_with_their_file(self) -> None:
        (early,) = self.read({"id": THEIRS, "messages": [message(type="media_placeholder", text=None)]})
        image = message(type="image", text=None, image={"id": "9"}, **{"from": THEIRS, "to": OURS})
        late: Any = parse(with_items("messages", image, field="history"))[0]
        assert (early.kind, late.kind) == (kinds.UNSUPPORTED, kinds.IMAGE)
        assert early.external_id == late.external_id
        assert late.is_past

    def test_an_owner_who_refuses_is_news(self) -> None:
        event: Any = parse(with_items("history", {"errors": [{"code": 2593109}]}, field="history"))[0]
        assert (event.topic, event.raw["code"]) == ("history.errors", 2593109)

    @pytest.mark.parametrize(
        "chunk", [{"threads": None}, {"threads": {}}, {"threads": [3]}, {"threads": [{"id": THEIRS}]}]
    )
    def test_a_chunk_of_a_strange_shape_spoils_only_itself(self, chunk: dict[str, Any]) -> None:
        body = with_items("history", chunk, {"threads": [{"id": THEIRS, "messages": [message()]}]}, 7, field="history")
        names = [type(event).__name__ for event in parse(body)]
        assert names.count("Inbound") == 1
        assert set(names) == {"Inbound", "Unreadable"}
