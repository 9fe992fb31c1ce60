"""A part, read: what can be handed over in the platform's order, and beside it what cannot, each with its bytes."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_meta import units
from channels_meta.platforms import PLATFORMS
from channels_meta.units import LONGEST_ERROR, Dead, Opened, Unit, elements, in_words, open_part
from inbox.port import Event, Inbound, Receipt, Unreadable, adapter_for
from tests.channels_meta.poison import (
    PARSEABLE,
    UNPARSEABLE,
    body_of,
    change,
    message,
    poisoned,
    receipt,
    value,
    whole,
)

WHATSAPP = PLATFORMS["whatsapp"]
PART = 7


def opened(body: Any) -> Opened:
    return open_part(WHATSAPP, PART, body if isinstance(body, bytes) else orjson.dumps(body))


def ids(found: Opened) -> list[str]:
    return [event.external_id for unit in found.units for event in unit.events if isinstance(event, Inbound | Receipt)]


class TestGood:
    def test_a_part_is_one_unit_with_its_own_bytes(self) -> None:
        body = orjson.dumps(whole([message(1), message(2)]))
        found = opened(body)
        (unit,) = found.units
        assert (unit.part_id, unit.payload, unit.whole) == (PART, body, True)
        assert ids(found) == ["wamid.1", "wamid.2"]
        assert found.dead == []

    def test_messages_and_receipts_of_several_changes_keep_their_order(self) -> None:
        found = opened(
            body_of(change(messages=[message(3)]), change(statuses=[receipt(1)]), change(messages=[message(2)]))
        )
        assert ids(found) == ["wamid.3", "wamid.1", "wamid.2"]

    @pytest.mark.parametrize("body", [{"entry": []}, {"entry": [{"id": "29", "changes": []}]}])
    def test_a_body_that_says_nothing_is_finished(self, body: Any) -> None:
        assert opened(body) == Opened()


class TestUnreadable:
    @pytest.mark.parametrize("poison", PARSEABLE.values(), ids=PARSEABLE)
    @pytest.mark.parametrize(("count", "place"), [(1, 0), (2, 0), (2, 1), (5, 2), (20, 19)])
    def test_an_item_that_cannot_be_stored_stands_alone(self, poison: bytes, count: int, place: int) -> None:
        found = opened(poisoned(count, place, poison))
        assert ids(found) == [f"wamid.{n}" for n in range(count) if n != place]
        (letter,) = found.dead
        assert letter.part_id == PART
        assert [one["id"] for one in value(orjson.loads(letter.payload))["messages"]] == [f"wamid.{place}"]
        assert letter.whole is (count == 1)
        assert letter.error

    @pytest.mark.parametrize("poison", UNPARSEABLE.values(), ids=UNPARSEABLE)
    @pytest.mark.parametrize(("count", "place"), [(1, 0), (2, 0), (2, 1), (5, 2)])
    def test_an_item_that_cannot_be_parsed_stands_alone(self, poison: bytes, count: int, place: int) -> None:
        found = opened(poisoned(count, place, poison))
        assert ids(found) == [f"wamid.{n}" for n in range(count) if n != place]
        (letter,) = found.dead
        assert poison in letter.payload
        assert letter.payload.count(b"wamid.") == 1
        assert letter.whole is (count == 1)
        assert "JSON" in letter.error

    def test_several_kinds_of_poison_in_one_part(self) -> None:
        items = [message(n) for n in range(6)]
        items[1]["extra"], items[4]["extra"] = "ONE", "TWO"
        items[2] = {"id": "wamid.2"}
        body = orjson.dumps(whole(items)).replace(b'"ONE"', b"NaN").replace(b'"TWO"', rb'"a\u0000"')
        found = opened(body)
        assert ids(found) == ["wamid.0", "wamid.3", "wamid.5"]
        assert sorted(letter.payload.count(b"wamid.") for letter in found.dead) == [1, 1, 1]
        assert not any(letter.whole for letter in found.dead)

    def test_nothing_good_beside_two_bad_is_no_letter_of_the_whole(self) -> None:
        body = orjson.dumps(whole([{**message(n), "extra": "POISON"} for n in range(2)])).replace(b'"POISON"', b"NaN")
        found = opened(body)
        assert found.units == []
        assert [letter.whole for letter in found.dead] == [False, False]

    @pytest.mark.parametrize("body", [b"[]", b"null", b"3", b'"x"', b"[[[]]]"])
    def test_what_is_no_object_is_said_to_be(self, body: bytes) -> None:
        assert opened(body).dead == [Dead(PART, body, "not a JSON object", True)]

    @pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"{oops", b"[" * 100_000, b'{"a":"', b"\x00"])
    def test_what_is_no_json_is_kept_byte_for_byte(self, body: bytes) -> None:
        (letter,) = opened(body).dead
        assert (letter.payload, letter.whole) == (body, True)
        assert letter.error.startswith("not JSON")

    def test_what_stands_outside_every_list_takes_nothing_with_it(self) -> None:
        body = orjson.dumps(body_of(change(messages=[message(1)]))).replace(b'"field":"messages"', b'"field":NaN')
        found = opened(body)
        assert ids(found) == ["wamid.1"]
        assert len(found.dead) == 1

    def test_an_entry_of_a_strange_shape_beside_a_good_one(self) -> None:
        body = whole([message(1)])
        found = opened({**body, "entry": [3, *body["entry"], {"id": "29"}]})
        assert ids(found) == ["wamid.1"]
        assert found.dead


class TestAParserThatBreaksItsWord:
    @pytest.fixture
    def broken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real = adapter_for

        class Broken:
            def parse(self, content: Any) -> list[Event]:
                if b"BREAK" in orjson.dumps(content):
                    raise RuntimeError("a bug of ours")
                return list(real("whatsapp").parse(content))

        monkeypatch.setattr(units, "adapter_for", lambda kind: Broken())

    @pytest.mark.usefixtures("broken")
    def test_only_the_item_it_fails_on_is_dead(self) -> None:
        found = opened(whole([message(1), message(2, "BREAK"), message(3)]))
        assert ids(found) == ["wamid.1", "wamid.3"]
        (letter,) = found.dead
        assert (letter.error, letter.whole) == ("parser: RuntimeError: a bug of ours", False)

    @pytest.mark.usefixtures("broken")
    def test_a_single_item_is_the_whole_part(self) -> None:
        (letter,) = opened(whole([message(1, "BREAK")])).dead
        assert letter.whole


class TestElements:
    def unit(self, body: Any) -> Unit:
        return Unit(PART, orjson.dumps(body), [])

    def test_each_item_with_its_event(self) -> None:
        found = elements(WHATSAPP, self.unit(body_of(change(messages=[message(1), message(2)], statuses=[receipt(3)]))))
        assert [len(unit.events) for unit in found] == [1, 1, 1]
        assert all(unit.part_id == PART and not unit.whole for unit in found)

    @pytest.mark.parametrize("body", [{}, {"entry": []}, whole([message(1)]), body_of({"field": "flows", "value": {}})])
    def test_one_item_is_not_taken_apart(self, body: Any) -> None:
        assert elements(WHATSAPP, self.unit(body)) == []

    @given(st.lists(st.integers(0, 10**6), min_size=2, max_size=8))
    def test_nothing_is_lost_and_nothing_doubled(self, numbers: list[int]) -> None:
        found = elements(WHATSAPP, self.unit(whole([message(n) for n in numbers])))
        events = [event for unit in found for event in unit.events]
        assert [event.external_id for event in events if isinstance(event, Inbound)] == [f"wamid.{n}" for n in numbers]


class TestWords:
    @pytest.mark.parametrize(
        ("error", "stored"),
        [
            ("plain", "plain"),
            ("ção 🎂", "ção 🎂"),
            ("a\x00b", "a\\u0000b"),
            ("a\ud800b", "a\\ud800b"),
            ("x" * 5_000, "x" * LONGEST_ERROR),
            ("\x00" * 5_000, ("\\u0000" * 5_000)[:LONGEST_ERROR]),
        ],
        ids=["plain", "accents", "NUL", "surrogate", "long", "many NUL"],
    )
    def test_whatever_an_error_quotes_can_be_stored(self, error: str, stored: str) -> None:
        assert in_words(error) == stored
        assert Unit(PART, b"x", []).dead(error) == Dead(PART, b"x", stored, True)

    @given(st.text(st.characters(codec=None), max_size=50))
    def test_any_text(self, error: str) -> None:
        assert "\x00" not in in_words(error)
        in_words(error).encode()


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(body: bytes) -> None:
    found = opened(body)
    assert found.dead or not any(isinstance(event, Unreadable) for unit in found.units for event in unit.events)
