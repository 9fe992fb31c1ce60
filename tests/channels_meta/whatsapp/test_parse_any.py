"""Whatever a JSON text can hold: `parse` does not raise, and a message is never lost or doubled."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels_meta.whatsapp.parse import parse
from channels_meta.whatsapp.routing import account_key, split_value
from inbox.port import Unreadable
from tests.channels_meta.whatsapp.payloads import names, payload, with_items

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["\x00", "\ud800", "5511955501234", "BR.7hTq20LmZ", "1795000000", "text", 10**400])
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
BODIES = {name: payload(name) for name in names()}
MESSAGES = [
    message
    for body in BODIES.values()
    for entry in body["entry"]
    for change in entry["changes"]
    if change.get("field") == "messages"
    for message in change.get("value", {}).get("messages", [])
    if isinstance(message, dict)
]
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to every node but the root."""
    parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [found for key, part in parts for found in ((*path, key), *places(part, (*path, key)))]


def mutated(node: Any, data: st.DataObject) -> Any:
    """The same with up to three of its nodes replaced by anything, or left out."""
    node = copy.deepcopy(node)
    for _ in range(data.draw(st.integers(1, 3))):
        paths = places(node)
        if not paths:
            break
        *way, last = data.draw(st.sampled_from(paths))
        parent = node
        for step in way:
            parent = parent[step]
        if data.draw(st.booleans()):
            parent[last] = data.draw(JSON)
        else:
            del parent[last]
    return node


def texts(node: Any) -> list[str]:
    """Every text within, keys included."""
    if isinstance(node, str):
        return [node]
    parts = [*node, *node.values()] if isinstance(node, dict) else node if isinstance(node, list) else []
    return [found for part in parts for found in texts(part)]


@QUICK
@given(st.data())
def test_a_mutated_payload_never_raises(data: st.DataObject) -> None:
    body = mutated(BODIES[data.draw(st.sampled_from(sorted(BODIES)))], data)
    events = parse(body)
    assert all(event.at.tzinfo is not None for event in events)


@QUICK
@given(st.data())
def test_what_an_event_holds_can_be_stored(data: st.DataObject) -> None:
    for event in parse(mutated(BODIES[data.draw(st.sampled_from(sorted(BODIES)))], data)):
        held = [event.raw, *(getattr(event, name, None) for name in ("content", "text", "external_id", "topic"))]
        json.dumps(held, allow_nan=False)
        assert all("\x00" not in text and text.encode() for text in texts(held) if text)


@QUICK
@given(st.dictionaries(st.sampled_from(["object", "entry"]), JSON))
def test_any_object_never_raises(body: dict[str, Any]) -> None:
    assert isinstance(parse(body), list)


@QUICK
@given(st.data())
def test_every_message_is_exactly_one_event_and_its_neighbours_go_on(data: st.DataObject) -> None:
    before, after = ({**MESSAGES[0], "id": f"wamid.{place}"} for place in ("BEFORE", "AFTER"))
    spoilt = mutated(data.draw(st.sampled_from(MESSAGES)), data)
    events = parse(with_items("messages", before, spoilt, after))
    assert len(events) == 3
    assert getattr(events[0], "external_id", None) == "wamid.BEFORE"
    assert getattr(events[2], "external_id", None) == "wamid.AFTER"
    assert events[1].raw is spoilt or isinstance(events[1], Unreadable)


@QUICK
@given(JSON, JSON)
def test_routing_answers_for_anything(change: Any, entry: Any) -> None:
    key, lane = account_key(change, entry)
    assert isinstance(key, str)
    assert lane in ("chat", "status")
    assert all(part_lane in ("chat", "status") for _, part_lane in split_value(change))


@QUICK
@given(st.data())
def test_splitting_loses_no_item_and_doubles_none_but_errors(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(name for name, body in BODIES.items() if _change(body))))
    change = mutated(_change(BODIES[name]), data)
    parts = [part for part, _ in split_value(change)]
    assert _without_errors(parse({"entry": [{"changes": parts}]})) == _without_errors(
        parse({"entry": [{"changes": [change]}]})
    )


def _change(body: Any) -> Any:
    return next((change for entry in body["entry"] for change in entry["changes"]), None)


def _without_errors(events: list[Any]) -> list[str]:
    """Errors of the value go with both lanes, so that each part can say why; readable or not, they come twice."""
    kept = (event for event in events if getattr(event, "topic", "") != "errors")
    return sorted(repr(event) for event in kept if not getattr(event, "reason", "").startswith("errors "))
