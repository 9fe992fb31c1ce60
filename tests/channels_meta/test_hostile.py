"""What a platform signs and nobody should send: through the door, through the drain, into the inbox or beside it.

Each is stored and answered 200, none stops its neighbours, none is a 500, and what cannot be kept as a message is a
dead letter whose bytes are still there."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from channels_meta.door import MAX_BODY
from channels_meta.drain import replay
from channels_meta.models import WebhookBody, WebhookPart
from inbox.models import Channel, ChannelNews, Conversation, Message
from tests.channels_meta.arrivals import State, arrive, drain_both, letters, payload, states, texts
from tests.channels_meta.poison import NUMBER, body_of, change, message, receipt, value, whole
from workspaces import doorbell, tenancy
from workspaces.models import Workspace

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorbell, "ring", lambda *_: True)


PLACES: dict[str, dict[str, Any]] = {
    "text": {"text": {"body": "POISON"}},
    "id": {"id": "POISON"},
    "from": {"from": "POISON"},
    "timestamp": {"timestamp": "POISON"},
    "type": {"type": "POISON"},
    "context": {"context": {"id": "POISON"}},
    "extra": {"extra": "POISON"},
}


def beside(poison: bytes, place: str = "text") -> bytes:
    """Three messages; the middle one holds the poison in one of its fields."""
    items = [message(1), {**message(2), **PLACES[place]}, message(3)]
    return orjson.dumps(whole(items)).replace(b'"POISON"', poison)


POISONS: dict[str, bytes] = {
    "NUL": rb'"a\u0000b"',
    "a lone surrogate": rb'"\ud83d"',
    "two surrogates the wrong way round": rb'"\udc00\ud800"',
    "bytes that are no UTF-8": b'"\xc3\x28"',
    "overlong UTF-8": b'"\xc0\x80"',
    "5,000 digits": b"9" * 5_000,
    "5,000 digits and a fraction": b"1." + b"9" * 5_000,
    "an exponent": b"1e999",
    "a small exponent": b"-1e-999",
    "300 digits": b"9" * 300,
    "NaN": b"NaN",
    "minus infinity": b"-Infinity",
    "nested 100 deep": b"[" * 100 + b"]" * 100,
    "nested 300 deep": b'{"a":' * 300 + b"1" + b"}" * 300,
    "nested 100,000 deep": b"[" * 100_000 + b"]" * 100_000,
    "an object": b'{"body":{"body":{}}}',
    "a list": b"[1,2,3]",
    "null": b"null",
    "true": b"true",
    "zero": b"0",
    "100,000 letters": b'"' + b"x" * 100_000 + b'"',
    "controls": rb'"\u0001\u001f\u007f\u0085\u2028\ufeff\uffff"',
    "direction marks": rb'"\u202e\u2066abc\u2069"',
    "markup": rb'"<script>alert(1)</script>{{ x }}{% x %}"',
    "quotes": rb'"\u0027; DROP TABLE x; --"',
}


class TestBesideGoodOnes:
    @pytest.mark.parametrize("poison", POISONS.values(), ids=POISONS)
    def test_its_neighbours_are_stored_and_it_is_kept(self, calzado: Workspace, ventas: Channel, poison: bytes) -> None:
        """In each of its places, all in one set: what kills a statement costs no neighbour."""
        arrive(*[beside(poison, place).replace(b"wamid.", f"wamid.{place}.".encode()) for place in PLACES])
        drain_both()
        drain_both("")  # what cannot be read at all belongs to nobody
        with tenancy.enter(calzado):
            kept = set(Message.objects.values_list("external_id", flat=True))
        good = {f"wamid.{place}.{n}" for place in PLACES for n in (1, 3)}
        assert good <= kept
        assert len(kept - good) + len(letters()) == len(PLACES)
        assert State.PENDING not in states()

    @pytest.mark.parametrize("poison", POISONS.values(), ids=POISONS)
    def test_beside_receipts_too(self, calzado: Workspace, ventas: Channel, poison: bytes) -> None:
        items = [receipt(1), {**receipt(2), "errors": [{"code": 131047, "title": "POISON"}]}, receipt(3)]
        arrive(orjson.dumps(body_of(change(statuses=items))).replace(b'"POISON"', poison))
        drain_both()
        drain_both("")
        assert State.PENDING not in states()
        assert len(letters()) <= 1


class TestBodies:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"\x00" * 100,
            b"\xff\xfe\x00\x00",
            b"null",
            b"[]",
            b"{}",
            b'{"entry":null}',
            b'{"entry":{}}',
            b'{"entry":[null,3,"x",[],{}]}',
            b'{"entry":[{"changes":{}}]}',
            b'{"entry":[{"changes":[null,3,[]]}]}',
            b"{" * 100_000,
            b"<xml/>",
            b"entry=1&changes=2",
            '{"entry":[]}'.encode("utf-16"),
        ],
        ids=lambda body: repr(body[:24]),
    )
    def test_signed_nonsense_is_kept_and_finished(self, calzado: Workspace, ventas: Channel, body: bytes) -> None:
        arrive(body, whole([message(1)]))
        drain_both("")
        drain_both()
        assert texts(calzado) == ["Hola 1"]
        assert bytes(WebhookBody.objects.earliest("id").body) == body
        assert State.PENDING not in states()

    def test_four_megabytes_of_one_text(self, calzado: Workspace, ventas: Channel) -> None:
        """The message is as long as it is; what is shown of it elsewhere is short."""
        body = orjson.dumps(whole([message(1, "x" * (MAX_BODY - 1_000)), message(2)]))
        arrive(body)
        drain_both()
        with tenancy.enter(calzado):
            assert {len(text) for text in Message.objects.values_list("text", flat=True)} == {MAX_BODY - 1_000, 6}
            assert len(Conversation.objects.get().preview_text) <= 160

    def test_four_megabytes_of_blanks_around_a_message(self, calzado: Workspace, ventas: Channel) -> None:
        arrive(orjson.dumps(whole([message(1)])).ljust(MAX_BODY))
        drain_both()
        assert texts(calzado) == ["Hola 1"]

    def test_a_thousand_messages_in_one_body(self, calzado: Workspace, ventas: Channel) -> None:
        arrive(whole([message(n) for n in range(1_000)]))
        assert drain_both() == 1
        assert len(texts(calzado)) == 1_000

    def test_a_mark_before_the_first_brace(self, calzado: Workspace, ventas: Channel) -> None:
        arrive(b"\xef\xbb\xbf" + orjson.dumps(whole([message(1)])))
        drain_both()
        assert texts(calzado) == ["Hola 1"]

    def test_of_two_members_with_one_name_the_last_counts(self, calzado: Workspace, ventas: Channel) -> None:
        body = orjson.dumps(whole([message(1)])).replace(b'"body":"Hola 1"', b'"body":"first","body":"second"')
        arrive(body)
        drain_both()
        assert texts(calzado) == ["second"]


class TestOthersAccounts:
    @pytest.mark.parametrize("key", ["999", "", " ", "waba:290000000000001", "x" * 121, "1\x00"], ids=repr)
    def test_what_is_of_no_account_of_ours_reaches_nobody(self, calzado: Workspace, ventas: Channel, key: str) -> None:
        arrive(body_of(change(key, messages=[message(1)])))
        for account in (NUMBER, key if key == "999" else ""):
            drain_both(account)
        assert texts(calzado) == []
        assert WebhookBody.objects.count() == 1

    def test_a_channel_without_an_id_is_not_given_what_is_nobodys(self, calzado: Workspace) -> None:
        from tests.conftest import connected

        connected(calzado, "", "290000000000001", "Mistake")
        arrive(
            body_of(change("", messages=[message(1)])),
            {"entry": [{"changes": [{"value": {"messages": [message(2)]}}]}]},
        )
        drain_both("")
        assert texts(calzado) == []
        assert states() == [State.UNROUTED] * 2

    def test_news_that_names_no_business_is_nobodys(self, calzado: Workspace, ventas: Channel) -> None:
        arrive({"entry": [{"changes": [{"field": "account_alerts", "value": {"entity_type": "WABA"}}]}]})
        drain_both("")
        with tenancy.enter(calzado):
            assert not ChannelNews.objects.exists()
        assert states() == [State.UNROUTED]


class TestDeadLetters:
    def test_one_holds_its_bytes_its_reason_and_its_place(self, ventas: Channel) -> None:
        arrive(beside(POISONS["NUL"]))
        drain_both()
        (letter,) = letters()
        assert (letter.platform, letter.account_key, letter.lane, letter.attempts) == ("whatsapp", NUMBER, "chat", 1)
        assert "NUL" in letter.error
        assert value(orjson.loads(payload(letter)))["messages"][0]["id"] == "wamid.2"
        assert letter.body_id == WebhookPart.objects.earliest("id").body_id

    def test_replayed_after_the_reader_learned_it_goes_through(
        self, calzado: Workspace, ventas: Channel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from channels_meta.whatsapp import shape

        with monkeypatch.context() as patch:
            patch.setattr(shape, "LONGEST_ID", 5)
            arrive(whole([message(1)]))
            drain_both()
        (letter,) = letters()
        replay(letter)
        drain_both()
        assert texts(calzado) == ["Hola 1"]
        assert states() == [State.DONE]

    def test_replayed_in_vain_it_is_a_letter_again(self, calzado: Workspace, ventas: Channel) -> None:
        arrive(beside(POISONS["NUL"]))
        drain_both()
        replay(letters()[0])
        drain_both()
        (letter,) = letters()
        assert letter.attempts == 2
        assert len(texts(calzado)) == 2

    def test_what_is_done_is_not_replayed(self, ventas: Channel) -> None:
        arrive(whole([message(1)]))
        drain_both()
        replay(WebhookPart.objects.get())
        assert states() == [State.DONE]
