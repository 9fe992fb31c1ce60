"""Readers of decoded JSON: what counts as there, what as absent, and what PostgreSQL would refuse."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_meta.whatsapp import shape
from channels_meta.whatsapp.shape import (
    LATEST,
    LONGEST_ID,
    MAX_BITS,
    MAX_DEPTH,
    MILLISECONDS_FROM,
    NO_TIME,
    Malformed,
    check_storable,
    first,
    flag,
    is_storable,
    kept,
    moment,
    moment_or,
    need,
    need_id,
    number,
    obj,
    objs,
    short,
    storable,
    text,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["\x00", "\ud800", 10**400]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


class TestText:
    @pytest.mark.parametrize(
        ("value", "read"),
        [
            ("abc", "abc"),
            ("", ""),
            (" ", " "),
            (881, "881"),  # template ids come as numbers
            (0, "0"),
            (-5, "-5"),
            (2**64, "18446744073709551616"),
            (True, ""),  # a boolean is an int in Python and no id anywhere
            (False, ""),
            (None, ""),
            (1.5, ""),
            ([], ""),
            (["abc"], ""),
            ({}, ""),
            (10**400, ""),  # str() of far longer ones raises
        ],
    )
    def test_ids_come_as_text_and_as_numbers(self, value: object, read: str) -> None:
        assert text({"id": value}, "id") == read

    def test_what_is_not_there_is_empty(self) -> None:
        assert text({}, "id") == ""

    def test_the_longest_number_that_is_kept(self) -> None:
        assert text({"id": 2**MAX_BITS - 1}, "id") == str(2**MAX_BITS - 1)
        assert text({"id": 2**MAX_BITS}, "id") == ""

    @given(JSON)
    def test_anything_is_text_or_absent(self, value: object) -> None:
        assert isinstance(text({"x": value}, "x"), str)

    @pytest.mark.parametrize("item", [{}, {"id": ""}, {"id": None}, {"id": {}}, {"id": True}])
    def test_what_is_needed_and_missing_is_named(self, item: dict[str, Any]) -> None:
        with pytest.raises(Malformed, match="id is missing"):
            need(item, "id")

    def test_an_id_must_fit_its_column(self) -> None:
        assert need_id({"id": "w" * LONGEST_ID}, "id") == "w" * LONGEST_ID
        with pytest.raises(Malformed, match="too long"):
            need_id({"id": "w" * (LONGEST_ID + 1)}, "id")

    def test_an_optional_name_loses_its_end(self) -> None:
        assert short({"n": "é" * 300}, "n") == "é" * LONGEST_ID
        assert short({"n": "abc"}, "n", 2) == "ab"
        assert short({}, "n") == ""

    @pytest.mark.parametrize(
        ("item", "found"),
        [
            ({"a": "1", "b": "2"}, "1"),
            ({"a": "", "b": "2"}, "2"),
            ({"a": None, "b": 2}, "2"),
            ({"a": [], "c": "3"}, ""),
            ({}, ""),
        ],
    )
    def test_the_first_that_says_something(self, item: dict[str, Any], found: str) -> None:
        assert first(item, "a", "b") == found


class TestContainers:
    @pytest.mark.parametrize("value", [None, [], "x", 3, True])
    def test_what_is_no_object_is_an_empty_one(self, value: object) -> None:
        assert obj({"x": value}, "x") == {}
        assert obj({}, "x") == {}

    @pytest.mark.parametrize(
        ("value", "found"),
        [
            ([{"a": 1}, 3, None, {"b": 2}, [{}]], [{"a": 1}, {"b": 2}]),
            ({"a": 1}, []),
            ("[]", []),
            (None, []),
        ],
    )
    def test_of_a_list_only_its_objects(self, value: object, found: list[object]) -> None:
        assert objs({"x": value}, "x") == found

    def test_a_promised_object(self) -> None:
        assert shape.body({"x": {"a": 1}}, "x") == {"a": 1}
        assert shape.body({"x": None}, "x") is None
        assert shape.body({}, "x") is None

    @pytest.mark.parametrize("value", [[], "x", 0, False])
    def test_something_else_in_its_place_is_an_error(self, value: object) -> None:
        with pytest.raises(Malformed, match="x is not an object"):
            shape.body({"x": value}, "x")

    @pytest.mark.parametrize("value", [1, "true", "True", [True], None, {}])
    def test_only_true_is_true(self, value: object) -> None:
        assert not flag({"x": value}, "x")
        assert flag({"x": True}, "x")

    def test_what_is_empty_is_not_kept_and_zero_is(self) -> None:
        fields: dict[str, Any] = {"a": "", "b": None, "c": [], "d": {}, "e": (), "f": 0, "g": 0.0, "h": False, "i": "x"}
        assert kept(fields) == {"f": 0, "g": 0.0, "h": False, "i": "x"}


class TestNumber:
    @pytest.mark.parametrize(
        ("value", "read"),
        [
            (3, 3),
            (-3, -3),
            (2.5, 2.5),
            ("3", 3),
            ("-3", -3),
            ("2.5", 2.5),
            (" 7 ", 7),
            ("-23.55", -23.55),
            ("", None),
            ("x", None),
            ("1e5", None),
            ("1.5.2", None),
            ("nan", None),
            ("inf", None),
            ("1.0e999", None),
            (math.nan, None),
            (math.inf, None),
            (-math.inf, None),
            (True, None),
            (None, None),
            ([3], None),
            ({}, None),
            (10**400, None),
            ("9" * 4_000, None),
            ("9" * 5_000, None),  # int() itself refuses these
        ],
    )
    def test_a_number_however_it_is_written(self, value: object, read: float | None) -> None:
        assert number({"x": value}, "x") == read

    def test_whole_numbers_stay_whole(self) -> None:
        assert isinstance(number({"x": "17"}, "x"), int)
        assert number({"x": "12345678901234567890"}, "x") == 12345678901234567890

    @given(JSON)
    def test_anything_is_a_number_we_can_keep_or_none(self, value: object) -> None:
        read = number({"x": value}, "x")
        assert read is None or math.isfinite(float(read))


class TestMoment:
    @pytest.mark.parametrize(
        ("value", "at"),
        [
            ("1795000000", datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC)),
            (1795000000, datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC)),
            (1795000000.5, datetime(2026, 11, 18, 11, 6, 40, 500_000, tzinfo=UTC)),
            ("1795000000.25", datetime(2026, 11, 18, 11, 6, 40, 250_000, tzinfo=UTC)),
            (1795000000123, datetime(2026, 11, 18, 11, 6, 40, 123_000, tzinfo=UTC)),
            ("1795000000123", datetime(2026, 11, 18, 11, 6, 40, 123_000, tzinfo=UTC)),
            (1, datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)),
            (LATEST - 1, datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ],
    )
    def test_seconds_and_milliseconds(self, value: object, at: datetime) -> None:
        assert abs(moment({"timestamp": value}) - at) < timedelta(milliseconds=1)

    @pytest.mark.parametrize("value", [0, "0", -1, LATEST, MILLISECONDS_FROM - 1, 1795000000 * 10**6, 10**300])
    def test_a_time_nobody_means(self, value: object) -> None:
        with pytest.raises(Malformed, match="out of range"):
            moment({"timestamp": value})

    @pytest.mark.parametrize("item", [{}, {"timestamp": None}, {"timestamp": "soon"}, {"timestamp": []}])
    def test_no_time_at_all(self, item: dict[str, Any]) -> None:
        with pytest.raises(Malformed, match="not a time"):
            moment(item)

    def test_another_one_stands_in(self) -> None:
        assert moment_or({"time": 5}, NO_TIME, "time") == datetime(1970, 1, 1, 0, 0, 5, tzinfo=UTC)
        assert moment_or({"time": "x"}, NO_TIME, "time") == NO_TIME

    @given(JSON)
    def test_anything_is_a_time_within_our_years_or_none(self, value: object) -> None:
        found = moment_or({"timestamp": value}, NO_TIME)
        assert found.tzinfo is UTC
        assert 1970 <= found.year < 2100


def nested(depth: int, leaf: Any = 1) -> Any:
    for level in range(depth):
        leaf = [leaf] if level % 2 else {"x": leaf}
    return leaf


class TestStorable:
    @pytest.mark.parametrize(
        ("item", "reason"),
        [
            ("a\x00", "NUL"),
            ({"\x00": 1}, "NUL"),
            ([["a", {"b": "\x00"}]], "NUL"),
            ("\ud800", "surrogate"),
            ("a\udfff", "surrogate"),
            ({"\udc00": 1}, "surrogate"),
            (math.nan, "finite"),
            ([math.inf], "finite"),
            ({"x": -math.inf}, "finite"),
            (2**MAX_BITS, "too long"),
            (-(2**MAX_BITS), "too long"),
            (nested(MAX_DEPTH + 1), "too deep"),
            (nested(100_000), "too deep"),
        ],
        ids=lambda value: repr(value)[:20] if isinstance(value, str | float) else "",
    )
    def test_what_the_database_refuses_is_named(self, item: object, reason: str) -> None:
        with pytest.raises(Malformed, match=reason):
            check_storable(item)
        assert not is_storable(item)

    @pytest.mark.parametrize(
        "item",
        [
            None,
            True,
            "",
            "ção 🎂 \U0010ffff \ue000 \x01\x1f\x7f",
            2**MAX_BITS - 1,
            1e308,
            nested(MAX_DEPTH),
            {"a": [1, {"b": None}]},
            [{}] * 10_000,
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_all_else_it_takes(self, item: object) -> None:
        check_storable(item)
        assert is_storable(item)

    def test_what_can_be_stored_stays_itself(self) -> None:
        item = {"a": [1]}
        assert storable(item) is item
        assert storable([1]) == {"value": [1]}
        assert storable("x") == {"value": "x"}

    def test_what_cannot_is_escaped(self) -> None:
        assert storable({"a": "\x00\ud800"}) == {"escaped": '{"a": "\\u0000\\ud800"}'}
        assert storable({"a": math.nan}) == {"escaped": '{"a": NaN}'}

    def test_what_cannot_even_be_written_is_said_to_be(self) -> None:
        assert "too deep" in str(storable(nested(100_000))["note"])
        assert is_storable(storable({"x": 10**5000}))

    @given(JSON)
    def test_whatever_comes_out_can_be_stored(self, item: object) -> None:
        held = storable(item)
        assert is_storable(held)
        assert json.loads(json.dumps(held, allow_nan=False)) == held
