"""What a benchmark's line says and when its bar holds."""

from __future__ import annotations

import json

import pytest

from bench.report import Figure, median, percentile, short


def figure(**given: object) -> Figure:
    return Figure(**{"bench": "ack", "figure": "vs_hello", "ours": 30.0, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ours", "floor", "bar", "at_most", "holds"),
    [
        (30.0, 100.0, 0.30, False, True),
        (29.0, 100.0, 0.30, False, False),
        (1_500.0, None, 1_500, False, True),
        (1_499.0, None, 1_500, False, False),
        (40.0, None, 40, True, True),
        (41.0, None, 40, True, False),
        (3.0, 2.0, 1.5, True, True),
        (3.1, 2.0, 1.5, True, False),
        (5.0, 0.0, 0.30, False, False),
        (5.0, None, None, False, True),
    ],
)
def test_a_bar_is_held_by_the_ratio_where_there_is_a_floor(
    ours: float, floor: float | None, bar: float | None, at_most: bool, holds: bool
) -> None:
    assert figure(ours=ours, floor=floor, bar=bar, at_most=at_most).holds is holds


def test_a_bar_of_another_machine_is_reported_only() -> None:
    told = figure(ours=10.0, bar=2_500, applies=False)
    assert told.holds
    assert json.loads(told.as_json())["applies"] is False
    assert "no bar here" in told.as_text()


def test_a_floor_whose_server_was_not_busy_holds_nothing() -> None:
    told = figure(ours=90.0, floor=100.0, bar=0.30, floor_cpu=0.5)
    assert not told.holds
    assert json.loads(told.as_json())["floor_valid"] is False
    assert "was not busy" in told.as_text()
    assert figure(ours=90.0, floor=100.0, bar=0.30, floor_cpu=0.9).holds


def test_a_line_is_one_json_object() -> None:
    line = json.loads(figure(ours=1234.5, floor=4000.0, bar=0.30, spread=[1300.0, 1200.0]).as_json())
    assert line == {
        "bench": "ack",
        "figure": "vs_hello",
        "ours": 1234,
        "floor": 4000,
        "ratio": 0.309,
        "bar": 0.30,
        "holds": True,
        "spread": [1200, 1300],
    }


def test_numbers_are_as_exact_as_they_are_known() -> None:
    assert [short(number) for number in (1234.56, 12.3456, 0.123456)] == [1235, 12.35, 0.1235]


def test_the_median_and_the_percentiles() -> None:
    assert median([3.0, 1.0, 2.0]) == 2.0
    values = [float(number) for number in range(1, 101)]
    assert [percentile(values, part) for part in (0, 50, 95, 99, 100)] == [1.0, 51.0, 96.0, 100.0, 100.0]
    assert percentile([], 99) == 0.0
