"""./dev bench itself: what it runs, what it prints, when it fails."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from bench import __main__ as command
from bench.options import Options
from bench.report import Figure
from devtool.errors import Stop


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Figure]]:
    """A benchmark that measures nothing and answers these figures."""
    figures: dict[str, list[Figure]] = {"ack": [Figure(bench="ack", figure="p99_ms", ours=10.0, bar=60, at_most=True)]}

    def run(_options: Options) -> Iterator[Figure]:
        yield from figures["ack"]

    module = ModuleType("bench_stand_in")
    module.run = run  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bench_stand_in", module)
    monkeypatch.setattr(command, "BENCHES", {"ack": "bench_stand_in"})
    return figures


def test_every_benchmark_of_the_list_can_run() -> None:
    from importlib import import_module

    assert list(command.BENCHES) == ["ack", "ingest", "live", "list", "rls"]
    for module in command.BENCHES.values():
        assert callable(import_module(module).run)


def test_figures_are_printed_as_they_come(
    stand_in: dict[str, list[Figure]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.run(["ack"], Options(), as_json=True) == 0
    assert json.loads(capsys.readouterr().out) == {
        "bench": "ack", "figure": "p99_ms", "ours": 10.0, "bar": 60, "holds": True,
    }  # fmt: skip


def test_one_bar_that_does_not_hold_fails_the_whole(stand_in: dict[str, list[Figure]]) -> None:
    stand_in["ack"].insert(0, Figure(bench="ack", figure="vs_hello", ours=1.0, floor=10.0, bar=0.3))
    assert command.run(["ack"], Options(), as_json=False) == 1


def test_a_database_that_does_not_wait_for_its_disk_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command.check_durability(as_json=True)
    assert json.loads(capsys.readouterr().out)["holds"] is True
    monkeypatch.setenv("PGOPTIONS", "-c synchronous_commit=off")
    with pytest.raises(Stop):
        command.check_durability(as_json=True)


def test_fewer_rounds_than_a_median_needs_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["ack", "--rounds", "2"]) != 0
    assert "at least 3 rounds" in capsys.readouterr().err
