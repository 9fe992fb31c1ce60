"""The arithmetic of the figures: what holds a bar, what a person reads, what a machine reads."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.report import Figure, median, percentile, short

NUMBERS = st.lists(st.floats(0, 1e6), min_size=1, max_size=200)


def figure(**fields: Any) -> Figure:
    return Figure(**{"bench": "ack", "figure": "vs_hello", "ours": 100.0, **fields})


class TestHolding:
    @pytest.mark.parametrize(
        ("fields", "holds"),
        [
            ({}, True),  # without a bar it is only told
            ({"bar": 100}, True),
            ({"bar": 100.01}, False),
            ({"bar": 100, "at_most": True}, True),
            ({"bar": 99.99, "at_most": True}, False),
            ({"floor": 200, "bar": 0.5}, True),
            ({"floor": 200, "bar": 0.51}, False),
            ({"floor": 50, "bar": 2.0, "at_most": True}, True),
            ({"floor": 50, "bar": 1.9, "at_most": True}, False),
            ({"bar": 5_000, "applies": False}, True),
            ({"floor": 200, "bar": 0.5, "floor_cpu": 0.9}, True),
            ({"floor": 200, "bar": 0.5, "floor_cpu": 0.89}, False),  # the floor was waiting: its figure says little
            ({"floor": 50, "bar": 9.0, "at_most": True, "floor_cpu": 0.5}, False),
            ({"floor": 200, "bar": 0.5, "floor_cpu": 0.2, "applies": False}, True),
            ({"floor": 0.0, "bar": 0.3}, False),  # a floor of nothing is no floor
        ],
    )
    def test_is_decided_by_the_bar_the_floor_and_whether_the_floor_counts(
        self, fields: dict[str, Any], holds: bool
    ) -> None:
        assert figure(**fields).holds is holds

    @given(st.floats(0.001, 1e6), st.floats(0.001, 1e6), st.floats(0.001, 10))
    def test_is_the_opposite_on_the_other_side_of_the_bar(self, ours: float, floor: float, bar: float) -> None:
        least = figure(ours=ours, floor=floor, bar=bar)
        most = figure(ours=ours, floor=floor, bar=bar, at_most=True)
        assert least.ratio == ours / floor
        assert least.holds != most.holds or least.ratio == bar


class TestTheLine:
    def test_for_a_machine_is_one_object_of_the_contract(self) -> None:
        line = figure(ours=1234.567, floor=4000.0, bar=0.3, floor_cpu=0.987, spread=[1200.4, 1300.6]).as_json()
        assert json.loads(line) == {
            "bench": "ack",
            "figure": "vs_hello",
            "ours": 1235,
            "floor": 4000,
            "ratio": 0.309,
            "bar": 0.3,
            "holds": True,
            "floor_cpu": 0.99,
            "spread": [1200, 1301],
        }
        assert "\n" not in line

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"floor": 1.0, "bar": 0.3, "floor_cpu": 0.5}, ("floor_valid", False)),
            ({"bar": 5, "applies": False}, ("applies", False)),
        ],
    )
    def test_says_what_keeps_a_figure_from_counting(self, fields: dict[str, Any], said: tuple[str, bool]) -> None:
        assert json.loads(figure(**fields).as_json())[said[0]] is said[1]
        assert said[0] not in json.loads(figure(floor=1.0, bar=0.3, floor_cpu=1.0).as_json())

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"bar": 50}, ["at least 50", "ok"]),
            ({"bar": 50, "at_most": True}, ["at most 50", "FAILS"]),
            ({}, ["reported", "ok"]),
            ({"floor": 50, "bar": 3.0}, ["of 50: 2.00", "FAILS"]),
            ({"floor": 50, "bar": 1.0, "floor_cpu": 0.1}, ["FAILS (the floor's server was not busy)"]),
            ({"bar": 5000, "applies": False}, ["no bar here"]),
        ],
    )
    def test_for_a_person_says_the_bar_and_the_verdict(self, fields: dict[str, Any], words: list[str]) -> None:
        line = figure(**fields).as_text()
        assert all(word in line for word in words)

    def test_columns_stand_under_each_other(self) -> None:
        one, other = figure(ours=1.5, bar=1), figure(ours=98765.4, floor=3.25, bar=1)
        assert one.as_text().index("at least") == other.as_text().index("at least")


class TestNumbers:
    @pytest.mark.parametrize(
        ("number", "shown"),
        [
            (1234.4, 1234),
            (100, 100),
            (99.994, 99.99),
            (12.346, 12.35),
            (1.0, 1.0),
            (0.98765, 0.9877),
            (0, 0),
            (-9.7, -9.7),
        ],
    )
    def test_are_shown_as_far_as_they_mean_something(self, number: float, shown: float) -> None:
        assert short(number) == shown

    @pytest.mark.parametrize(("rounds", "middle"), [([3, 1, 2], 2), ([4, 1, 2, 3], 2.5), ([7], 7)])
    def test_the_median_is_the_middle(self, rounds: list[float], middle: float) -> None:
        assert median(rounds) == middle

    @pytest.mark.parametrize(
        ("values", "part", "found"),
        [
            (range(100), 99, 99),
            (range(100), 50, 50),
            (range(1000), 95, 950),
            (range(10), 99, 9),
            (range(10), 0, 0),
            (range(10), 100, 9),
            ([5], 99, 5),
            ([], 99, 0),
            ([9, 1, 5], 50, 5),
        ],
    )
    def test_a_percentile_is_one_of_the_values(self, values: list[float], part: float, found: float) -> None:
        assert percentile(values, part) == found

    @given(NUMBERS, st.floats(0, 100))
    def test_at_least_so_many_are_not_above_it(self, values: list[float], part: float) -> None:
        found = percentile(values, part)
        assert found in values
        assert sum(value <= found for value in values) >= len(values) * part / 100

    @given(NUMBERS, st.floats(0, 100), st.floats(0, 100))
    def test_a_higher_part_is_never_a_lower_value(self, values: list[float], one: float, other: float) -> None:
        assert percentile(values, min(one, other)) <= percentile(values, max(one, other))
