"""Cutting bodies into parts and items: nothing lost, nothing doubled, nothing raised."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from channels_meta.jsonsplit import NotJSON
from channels_meta.parts import KEY, Part, alone, parts_of, salvaged
from channels_meta.platforms import PLATFORMS, Platform
from tests.channels_meta.poison import body_of, change, message, receipt, value, whole

WHATSAPP = PLATFORMS["whatsapp"]

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=15,
)
numbers = st.sampled_from(["1", "2", "3"])
ids = st.integers(0, 10**6)
changes = st.builds(
    lambda number, said, told: change(number, messages=[message(n) for n in said], statuses=[receipt(n) for n in told]),
    numbers,
    st.lists(ids, max_size=4),
    st.lists(ids, max_size=4),
)
bodies = st.lists(st.lists(changes, min_size=1, max_size=4), min_size=1, max_size=3).map(
    lambda entries: {"object": "x", "entry": [{"id": f"9{n}", "changes": each} for n, each in enumerate(entries)]}
)


def items(body: Mapping[str, Any], number: str, name: str) -> list[str]:
    """The ids in one of a number's lists, in their order."""
    return [
        item["id"]
        for entry in body["entry"]
        for one in entry["changes"]
        if one["value"]["metadata"]["phone_number_id"] == number
        for item in one["value"].get(name, [])
    ]


@given(bodies)
def test_each_account_gets_its_items_in_their_order(body: dict[str, Any]) -> None:
    raw = orjson.dumps(body)
    parts = parts_of(WHATSAPP, raw)
    assert len({part[:2] for part in parts}) == len(parts)
    for number in ("1", "2", "3"):
        own = [orjson.loads(part.payload or raw) for part in parts if part.account_key == number]
        for name in ("messages", "statuses"):
            assert [each for part in own for each in items(part, number, name)] == items(body, number, name)


@given(bodies)
def test_every_item_stands_alone_once(body: dict[str, Any]) -> None:
    pieces = alone(body, WHATSAPP.shape)
    for number in ("1", "2", "3"):
        for name in ("messages", "statuses"):
            assert [each for piece in pieces for each in items(piece, number, name)] == items(body, number, name)
    found = [sum(len(value(piece).get(name, [])) for name in ("messages", "statuses")) for piece in pieces]
    assert all(count <= 1 for count in found)


def test_an_item_keeps_the_contacts_it_names() -> None:
    body = whole([message(1), {**message(2), "from": "5511999990000"}, {"id": "wamid.3", "from_user_id": "AR.9"}])
    contacts = [{"wa_id": "5491155501234"}, {"wa_id": "5511999990000", "user_id": "BR.1"}, {"user_id": "AR.9"}]
    body["entry"][0]["changes"][0]["value"]["contacts"] = contacts
    assert [value(piece)["contacts"] for piece in alone(body, WHATSAPP.shape)] == [[one] for one in contacts]


def test_history_and_standby_come_apart_too() -> None:
    threads = [{"id": "1", "messages": [message(1), message(2)]}, {"id": "2", "messages": [message(3)]}]
    history = {
        "field": "history",
        "value": {"metadata": {}, "history": [{"metadata": {"phase": 0}, "threads": threads}]},
    }
    pieces = alone(body_of(history), WHATSAPP.shape)
    assert [value(piece)["history"][0]["threads"][0]["id"] for piece in pieces] == ["1", "1", "2"]
    assert all(value(piece)["history"][0]["metadata"] == {"phase": 0} for piece in pieces)
    standby = {"field": "standby", "value": {"metadata": {}, "standby": {"messages": [message(1), message(2)]}}}
    assert len(alone(body_of(standby), WHATSAPP.shape)) == 2


def test_what_has_no_items_is_one() -> None:
    news = body_of({"field": "account_alerts", "value": {"alert_info": [1, 2]}})
    assert alone(news, WHATSAPP.shape) == [news]


@given(st.binary(max_size=200) | anything.map(lambda thing: orjson.dumps(thing, default=str)))
def test_no_body_makes_it_fail(body: bytes) -> None:
    check(every_part(WHATSAPP, body))


@given(anything, anything, anything)
def test_no_entry_makes_it_fail(one: Any, two: Any, three: Any) -> None:
    check(every_part(WHATSAPP, orjson.dumps({"entry": [one, {"id": two, "changes": [three, {"value": one}]}]})))


@given(bodies, st.data())
def test_no_damage_makes_it_fail(body: dict[str, Any], data: st.DataObject) -> None:
    raw = orjson.dumps(body)
    at, size = data.draw(st.integers(0, len(raw))), data.draw(st.integers(0, 20))
    check(every_part(WHATSAPP, raw[:at] + data.draw(st.binary(max_size=5)) + raw[at + size :]))


def every_part(platform: Platform, body: bytes) -> list[Part]:
    with contextlib.suppress(NotJSON):
        return parts_of(platform, body)
    return salvaged(platform, body)


def check(parts: list[Part]) -> None:
    assert parts
    for part in parts:
        assert part.account_key == "" or KEY.fullmatch(part.account_key)
        assert part.lane in ("chat", "status")
