"""./dev drill itself: what it says, its exit codes, and that no promised drill is missing."""

from __future__ import annotations

import json
from contextlib import nullcontext

import pytest

import bench.drill.__main__ as command
from bench.drill.stories import DRILLS
from bench.drill.verdict import Outcome, Verdict
from devtool.errors import UNAVAILABLE, Stop


class TestTheCommand:
    def test_an_unknown_name_is_a_usage_error_that_lists_the_known(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as end:
            command.main(["nosuch"])
        assert end.value.code == 2
        words = capsys.readouterr().err
        assert "no drill is called 'nosuch'" in words
        assert all(name in words for name in DRILLS)

    @pytest.mark.parametrize("names", [[], ["twice", "cut_off"]])
    def test_a_missing_browser_is_said_before_anything_runs(
        self, names: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def missing() -> None:
            raise Stop("a browser is needed here", UNAVAILABLE)

        monkeypatch.setattr("devtool.chromium.ensure", missing)
        monkeypatch.setattr(command, "prepared", lambda _: pytest.fail("it went on without one"))
        assert command.main(names) == 3
        assert capsys.readouterr().err == "drill: a browser is needed here\n"

    @pytest.mark.parametrize(("faults", "code"), [([[], []], 0), ([["lost"], []], 1), ([[], ["lost"]], 1)])
    def test_one_that_does_not_hold_is_enough_for_1(
        self, faults: list[list[str]], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        outcomes = (Outcome("twice", Verdict(faults=found), 1, "full") for found in faults)
        monkeypatch.setattr(command, "play", lambda *_: next(outcomes))
        monkeypatch.setattr(command, "prepared", lambda _: nullcontext())
        assert command.main(["twice", "album", "--json"]) == code
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [line["holds"] for line in lines] == [not found for found in faults]

    def test_every_drill_of_the_promise_is_there(self) -> None:
        promised = {
            *("twice", "shuffled", "thousand", "early_receipts", "poison", "generated", "album", "cut_off"),
            *("web_killed", "workers_killed", "clock_killed"),
            *("valkey_emptied", "valkey_stopped", "postgres_stopped"),
        }
        assert promised <= DRILLS.keys()
        assert [name for name, drill in DRILLS.items() if drill.browser] == ["cut_off"]


class TestVerdicts:
    def test_it_shows_a_few_faults_and_counts_them_all(self) -> None:
        verdict = Verdict()
        verdict.none("lost", (str(nth) for nth in range(8)))
        assert verdict.counts["lost"] == 8
        assert len(verdict.faults) == 6
        assert not verdict.holds

    def test_one_json_object_a_line(self) -> None:
        verdict = Verdict()
        verdict.equal("dead_letters", 3, 12)
        line = Outcome("poison", verdict, 12.34, "full").as_json()
        assert json.loads(line) == {
            "drill": "poison",
            "holds": False,
            "counts": {"dead_letters": 3},
            "seconds": 12.3,
            "setting": "full",
            "faults": ["dead_letters: 3, not 12"],
        }
        assert "\n" not in line

    def test_the_line_for_people_says_fail(self) -> None:
        verdict = Verdict()
        assert Outcome("twice", verdict, 1, "full").as_text().startswith("ok ")
        verdict.must(False, "no")
        assert Outcome("twice", verdict, 1, "full").as_text().startswith("FAIL")
