"""Cutting JSON: what is well formed comes apart as json reads it, and of a body with one poisoned element everything
else survives."""

from __future__ import annotations

import contextlib
import json
import time
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_meta import jsonsplit
from channels_meta.jsonsplit import Unsplittable, elements, members, prune, value_end
from channels_meta.platforms import PLATFORMS
from tests.channels_meta.poison import POISONS, message, poisoned, value, whole

SHAPE = PLATFORMS["whatsapp"].shape

leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5), max_leaves=30
)
layouts = st.sampled_from([{}, {"indent": 1}, {"separators": (" ,\t", ":\r\n")}, {"ensure_ascii": False}])


def written(thing: object, layout: dict[str, Any]) -> bytes:
    return json.dumps(thing, allow_nan=False, **layout).encode("utf-8", "surrogatepass")


@given(st.dictionaries(st.text(), anything), layouts)
def test_an_object_comes_apart_as_json_reads_it(thing: dict[str, Any], layout: dict[str, Any]) -> None:
    found = {json.loads(key): json.loads(part) for key, part in members(written(thing, layout))}
    assert found == thing


@given(st.lists(anything), layouts)
def test_an_array_comes_apart_as_json_reads_it(thing: list[Any], layout: dict[str, Any]) -> None:
    assert [json.loads(part) for part in elements(written(thing, layout))] == thing


@given(anything, layouts, st.sampled_from([b"", b",", b"]", b"}", b" ", b",1"]))
def test_a_value_ends_where_it_ends(thing: object, layout: dict[str, Any], behind: bytes) -> None:
    text = written(thing, layout)
    assert value_end(text + behind, 0) == len(text)


@pytest.mark.parametrize("poison", POISONS.values(), ids=POISONS)
def test_one_poisoned_message_is_cut_out_of_two_hundred(poison: bytes) -> None:
    clean, bad = prune(poisoned(200, 117, poison), SHAPE)
    assert clean is not None
    kept = value(orjson.loads(clean))
    assert [one["id"] for one in kept["messages"]] == [f"wamid.{n}" for n in range(200) if n != 117]
    assert kept["metadata"]["phone_number_id"] == "110000000000009"
    assert len(kept["contacts"]) == 1
    (element,) = bad
    assert b'"wamid.117"' in element.envelope
    assert poison in element.envelope
    assert element.envelope.count(b"wamid.") == 1
    assert value(orjson.loads(element.shell))["messages"] == [{}]
    assert value(orjson.loads(element.shell))["metadata"]["phone_number_id"] == "110000000000009"


def test_a_body_of_one_poisoned_message_is_itself() -> None:
    body = poisoned(1, 0, b"NaN")
    clean, (element,) = prune(body, SHAPE)
    assert clean is None
    assert b"NaN" in element.envelope
    assert prune(element.envelope, SHAPE).bad[0].envelope == element.envelope


def test_the_other_changes_and_entries_survive() -> None:
    good = whole([message(n) for n in range(3)])
    entry = orjson.dumps(good["entry"][0])
    bad = poisoned(1, 0, b"NaN")[len(b'{"object":"whatsapp_business_account","entry":[') : -2]
    clean, found = prune(b'{"object":"x","entry":[' + b",".join([entry, bad, entry]) + b"]}", SHAPE)
    assert clean is not None
    assert orjson.loads(clean)["entry"] == good["entry"] * 2
    assert len(found) == 1


def test_a_poisoned_contact_does_not_take_its_message_with_it() -> None:
    body = orjson.dumps(whole([message(1)])).replace(b'"Lia"', b'"\\ud800"')
    clean, (element,) = prune(body, SHAPE)
    assert clean is not None
    assert [one["id"] for one in value(orjson.loads(clean))["messages"]] == ["wamid.1"]
    assert b"wamid" not in element.envelope


def test_a_poisoned_member_goes_alone() -> None:
    odd = b'"odd":' + b"[" * 9000 + b"]" * 9000
    body = orjson.dumps(whole([message(1)])).replace(b'"messaging_product":"whatsapp"', odd)
    clean, (element,) = prune(body, SHAPE)
    assert clean is not None
    assert "odd" not in value(orjson.loads(clean))
    assert b'"odd":[[' in element.envelope


@pytest.mark.parametrize("key", [b'"\\ud800"', b'"\x01"', b'"\xff"'])
def test_a_member_with_an_unreadable_name_goes_alone(key: bytes) -> None:
    body = orjson.dumps(whole([message(1)])).replace(b'"messaging_product"', key)
    clean, (element,) = prune(body, SHAPE)
    assert clean is not None
    assert [one["id"] for one in value(orjson.loads(clean))["messages"]] == ["wamid.1"]
    assert key in element.envelope
    assert value(orjson.loads(element.shell))["metadata"]


def test_of_two_members_with_one_name_the_last_counts() -> None:
    clean, _ = prune(b'{"entry":[{"id":1}],"entry":[{"id":2}],"odd":NaN}', SHAPE)
    assert clean is not None
    assert orjson.loads(clean) == {"entry": [{"id": 2}]}


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[1]", b"{", b'{"a"}', b'{"a":}', b'{"a":[1,]}', b'{"a":["}', b'{"a":1,}', b"{} {}", b'{"a" 1}'],
)
def test_what_is_not_even_in_order_is_said_to_be(body: bytes) -> None:
    with pytest.raises(Unsplittable):
        prune(body, SHAPE)


def test_more_than_is_worth_cutting() -> None:
    body = orjson.dumps(whole([message(n) for n in range(jsonsplit.MAX_BAD + 1)])).replace(b'"Hola', b'NaN,"x":"Hola')
    with pytest.raises(Unsplittable):
        prune(body, SHAPE)


@pytest.mark.parametrize(
    "body",
    [
        b'{"entry":[' * 100_000 + b"]}" * 100_000,
        b'{"value":' * 100_000 + b"1" + b"}" * 100_000,
        b"{" + b"[" * 2_000_000 + b"]" * 2_000_000 + b"}",
        b'{"a":"' + b'\\"' * 2_000_000,
        b'{"entry":[' + b"{}," * 300_000 + b"NaN]}",
    ],
    ids=["entries", "values", "brackets", "open text", "many"],
)
def test_four_megabytes_of_malice_take_seconds_at_most(body: bytes) -> None:
    start = time.process_time()
    with contextlib.suppress(Unsplittable):
        prune(body, SHAPE)
    assert time.process_time() - start < 10


@given(st.binary(max_size=300) | st.text(alphabet='{}[]",:\\ae1 N', max_size=200).map(str.encode))
def test_no_bytes_break_it(body: bytes) -> None:
    try:
        clean, bad = prune(b'{"entry":[' + body + b"]}", SHAPE)
    except Unsplittable:
        return
    assert clean is None or isinstance(orjson.loads(clean), dict)
    for element in bad:
        orjson.loads(element.shell)
