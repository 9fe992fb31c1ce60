"""The bench's customers: reproducible, in the shares that are promised, readable by our own parser."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from collections import Counter
from typing import Any

import pytest

from bench.traffic import (
    BATCH,
    DUPLICATES,
    KINDS,
    REACH,
    REORDERED,
    STARTS_AT,
    WEIGHTS,
    Account,
    Writer,
    as_it_comes,
    body_of,
    signature,
    traffic,
)
from channels_meta.whatsapp.parse import parse
from inbox.port import Edited, Inbound, Reaction, Revoked, Unreadable

PHONES = [f"54911555{n:05}" for n in range(50)]


def writer(seed: int = 7, prefix: str = "t") -> Writer:
    return Writer(PHONES, prefix, random.Random(seed))


def messages(bodies: list[bytes]) -> list[list[dict[str, Any]]]:
    return [json.loads(body)["entry"][0]["changes"][0]["value"]["messages"] for body in bodies]


@pytest.fixture(scope="module")
def bodies() -> list[bytes]:
    return traffic(writer(), 6_000, Account())


class TestTheMix:
    def test_adds_up_to_a_hundred(self) -> None:
        assert sum(WEIGHTS) == 100
        assert len(WEIGHTS) == len(KINDS)

    def test_is_what_is_written(self) -> None:
        source = writer()
        written = Counter(source.message()["type"] for _ in range(20_000))
        assert written["text"] / 20_000 == pytest.approx(0.63, abs=0.02)
        assert written["image"] / 20_000 == pytest.approx(0.12, abs=0.01)
        assert written["audio"] / 20_000 == pytest.approx(0.09, abs=0.01)
        assert {"reaction", "edit", "revoke", "sticker", "document", "location", "button", "interactive"} <= set(
            written
        )

    def test_is_the_same_from_the_same_seed_and_another_from_another(self) -> None:
        assert traffic(writer(1), 300, Account()) == traffic(writer(1), 300, Account())
        assert traffic(writer(1), 300, Account()) != traffic(writer(2), 300, Account())


class TestOneWriter:
    def test_names_no_message_twice_and_counts_time_up(self) -> None:
        source = writer()
        items = [source.message() for _ in range(2_000)]
        assert len({item["id"] for item in items}) == 2_000
        assert [int(item["timestamp"]) for item in items] == list(range(STARTS_AT + 1, STARTS_AT + 2_001))

    def test_of_another_run_names_others(self) -> None:
        one, other = writer(prefix="a"), writer(prefix="b")
        assert {one.message()["id"] for _ in range(50)}.isdisjoint(other.message()["id"] for _ in range(50))

    @pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
    def test_refers_only_to_what_that_customer_said_before(self, make: Any) -> None:
        source = writer()
        first = source.message_of(PHONES[0], make)
        assert "message_id" not in json.dumps(first)
        assert "original_message_id" not in json.dumps(first)
        said = source.message_of(PHONES[0], KINDS[0])
        later = source.message_of(PHONES[0], make)
        other = source.message_of(PHONES[1], make)
        assert all(name not in json.dumps(other) for name in (first["id"], said["id"], later["id"]))
        if later["type"] in ("reaction", "edit", "revoke"):
            assert said["id"] in json.dumps(later)
            assert source.last[PHONES[0]] == said["id"]  # such is nothing to refer to
        else:
            assert source.last[PHONES[0]] == later["id"]


class TestShares:
    def test_every_message_comes_at_least_once(self, bodies: list[bytes]) -> None:
        seen = Counter(item["id"] for group in messages(bodies) for item in group)
        assert len(seen) == 6_000
        assert set(seen.values()) == {1, 2}

    def test_some_bodies_come_twice(self, bodies: list[bytes]) -> None:
        repeated = len(bodies) - len(set(bodies))
        assert repeated / len(set(bodies)) == pytest.approx(DUPLICATES, abs=0.01)

    def test_a_tenth_of_the_messages_comes_in_batches(self, bodies: list[bytes]) -> None:
        sizes = [len(group) for group in messages(sorted(set(bodies)))]
        assert sum(size for size in sizes if size > 1) / 6_000 == pytest.approx(0.10, abs=0.03)
        assert max(sizes) == BATCH

    def test_some_come_late_but_not_later_than_the_reach(self) -> None:
        groups: list[Any] = [[{"nth": n}] for n in range(5_000)]
        order = [group[0]["nth"] for group in as_it_comes(groups, random.Random(5))]
        first = dict(reversed([(nth, place) for place, nth in enumerate(order)]))
        behind = sum(
            any(order[place - back] > nth for back in range(1, min(place, 3) + 1)) for nth, place in first.items()
        )
        assert REORDERED / 2 < behind / 5_000 < REORDERED * 5
        assert all(place - nth <= 4 * REACH + nth * 2 * DUPLICATES for nth, place in first.items())

    def test_nothing_is_nothing(self) -> None:
        assert traffic(writer(), 0, Account()) == []
        assert as_it_comes([], random.Random(1)) == []


class TestBodies:
    def test_are_read_by_our_own_parser_every_one(self, bodies: list[bytes]) -> None:
        found = Counter(type(event) for body in bodies[:1_500] for event in parse(json.loads(body)))
        assert not found[Unreadable]
        assert {Inbound, Reaction, Edited, Revoked} <= set(found)

    def test_name_their_account_and_their_customers(self) -> None:
        source = writer()
        body = json.loads(body_of(Account("1", "2"), [source.message() for _ in range(5)]))
        value = body["entry"][0]["changes"][0]["value"]
        assert (body["entry"][0]["id"], value["metadata"]["phone_number_id"]) == ("2", "1")
        assert {one["wa_id"] for one in value["contacts"]} == {item["from"] for item in value["messages"]}

    @pytest.mark.parametrize("body", [b"", b"{}", "ñ".encode(), b"\x00" * 100])
    def test_are_signed_as_the_platform_signs(self, body: bytes) -> None:
        expected = hmac.new(b"secret", body, hashlib.sha256).hexdigest()
        assert signature("secret", body) == f"sha256={expected}"
