"""The customers' messages: as many, as mixed, as late and as often as the benchmark says, and the same every time."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import orjson

from bench.traffic import BATCH, Account, Writer, as_it_comes, body_of, signature, traffic
from channels_meta.parts import parts_of
from channels_meta.platforms import PLATFORMS
from inbox.port import Unreadable, adapter_for

PHONES = [f"54911555{number:05}" for number in range(50)]
COUNT = 4_000


def bodies(count: int = COUNT, prefix: str = "a") -> list[bytes]:
    return traffic(Writer(PHONES, prefix, random.Random(3)), count, Account())


def messages_of(body: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads(body)["entry"][0]["changes"][0]["value"]["messages"]
    return found


def test_the_same_dice_write_the_same() -> None:
    assert bodies(200) == bodies(200)
    assert bodies(200) != bodies(200, "b")


def test_every_message_comes_at_least_once() -> None:
    said = {message["id"] for body in bodies() for message in messages_of(body)}
    assert said == {f"wamid.a{number}" for number in range(1, COUNT + 1)}


def test_a_twentieth_comes_twice_and_a_tenth_in_batches() -> None:
    sizes = [len(messages_of(body)) for body in bodies()]
    twice = [count for count in Counter(bodies()).values() if count > 1]
    assert 0.03 < len(twice) / len(set(bodies())) < 0.07
    batched = sum(size for size in sizes if size > 1)
    assert 0.05 < batched / sum(sizes) < 0.16
    assert {size for size in sizes if size > 1} <= {*range(2, BATCH + 1)}


def test_some_come_later_than_they_should() -> None:
    groups = [[{"id": str(place)}] for place in range(2_000)]
    came = [int(group[0]["id"]) for group in as_it_comes(groups, random.Random(5))]
    first = list(dict.fromkeys(came))
    late = sum(1 for place, number in enumerate(first) if any(other > number for other in first[:place][-40:]))
    assert sorted(first) == list(range(2_000))
    assert 0.02 < late / 2_000 < 0.08


def test_the_kinds_are_mixed_and_all_can_be_read() -> None:
    seen: Counter[str] = Counter()
    for body in bodies():
        events = adapter_for("whatsapp").parse(orjson.loads(body))
        assert not [event for event in events if isinstance(event, Unreadable)]
        seen.update(message["type"] for message in messages_of(body))
    assert seen.keys() >= {"text", "image", "audio", "sticker", "reaction", "edit", "revoke", "location", "interactive"}
    assert 0.5 < seen["text"] / seen.total() < 0.75


def test_a_body_is_one_part_for_its_account() -> None:
    account = Account("110000000000123", "290000000000123")
    body = body_of(account, [Writer(PHONES, "x", random.Random(1)).message()])
    assert [(part.account_key, part.lane) for part in parts_of(PLATFORMS["whatsapp"], body)] == [
        ("110000000000123", "chat")
    ]


def test_a_signature_is_over_the_bytes() -> None:
    assert signature("secret", b"{}").startswith("sha256=")
    assert signature("secret", b"{}") != signature("secret", b"{ }")
