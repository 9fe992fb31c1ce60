"""./dev lint and ./dev test: every check in a row, and an exit code that hides nothing."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devtool import checks, chromium
from devtool.checks import COMPILE, STATIC, Check, Tally, add_report, needs_browser, run_check
from devtool.paths import ROOT
from tests.devtool.noting import noted


def saying(words: str, code: int) -> Check:
    return Check("a check", [sys.executable, "-c", f"import sys; print({words!r}); sys.exit({code})"])


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """No servers, no browser, no real checks: what was run is noted, and each answers as the test says."""
    run: list[Any] = []

    class Servers:
        def environment(self) -> dict[str, str]:
            return {"DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://x"}

    @contextlib.contextmanager
    def running(var: Path) -> Iterator[Servers]:
        yield Servers()

    monkeypatch.setattr(checks, "ensure_dev", lambda: None)
    monkeypatch.setattr(checks, "running_servers", running)
    monkeypatch.setattr(checks, "compose", lambda var, ports, servers: {"PORT": str(ports.web), **servers})
    monkeypatch.setattr(chromium, "ensure", noted(run, Path("/chromium"), lambda: "ensured"))
    monkeypatch.setattr(chromium, "find", lambda: None)
    return run


class TestOneCheck:
    def test_a_good_one_is_a_line(self, capfd: pytest.CaptureFixture[str]) -> None:
        assert run_check(saying("all is well", 0), os.environ)
        said = capfd.readouterr().out
        assert said.startswith("ok   a check")
        assert "all is well" not in said

    def test_a_quiet_good_one_is_nothing(self, capfd: pytest.CaptureFixture[str]) -> None:
        assert run_check(saying("all is well", 0), os.environ, quiet=True)
        assert capfd.readouterr().out == ""

    @pytest.mark.parametrize("quiet", [True, False])
    def test_a_bad_one_says_all_it_has_to_say(self, capfd: pytest.CaptureFixture[str], quiet: bool) -> None:
        assert not run_check(saying("one\ntwo", 3), os.environ, quiet=quiet)
        assert capfd.readouterr().out.splitlines()[:2] == ["    one", "    two"]

    def test_it_gets_our_environment_and_no_other(self, capfd: pytest.CaptureFixture[str]) -> None:
        check = Check("x", [sys.executable, "-c", "import os; print(sorted(os.environ)); raise SystemExit(1)"])
        run_check(check, {"ONLY": "this", "PATH": os.environ["PATH"]})
        said = capfd.readouterr().out
        assert "'ONLY'" in said
        assert "PYTEST_CURRENT_TEST" not in said


class TestLint:
    @pytest.mark.parametrize(
        ("failing", "code"),
        [(set(), 0), ({"ruff check"}, 1), ({STATIC[-1].name}, 1), ({one.name for one in STATIC}, 1)],
    )
    def test_one_bad_check_is_enough_and_stops_no_other(
        self, stage: list[Any], monkeypatch: pytest.MonkeyPatch, failing: set[str], code: int
    ) -> None:
        monkeypatch.setattr(
            checks,
            "run_check",
            noted(stage, lambda check, env: check.name not in failing, lambda check, env: check.name),
        )
        assert checks.lint(Path("/var")) == code
        assert stage == [check.name for check in STATIC]

    @pytest.mark.parametrize("check", [*STATIC, COMPILE], ids=lambda check: check.name)
    def test_each_runs_from_our_own_environment(self, check: Check) -> None:
        assert check.argv[0].startswith(str(ROOT / ".venv" / "bin"))


class TestTest:
    def test_with_arguments_only_pytest(self, stage: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(checks, "run_check", lambda *_, **__: True)
        monkeypatch.setattr(checks, "pytest", noted(stage, 3, lambda arguments, env: (list(arguments), env["PORT"])))
        assert checks.test(Path("/var"), ["-k", "send"]) == 3
        assert stage == [(["-k", "send"], str(checks.WEB_PORT))]

    def test_catalogues_that_do_not_compile_fail_it(self, stage: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(checks, "run_check", lambda *_, **__: False)
        monkeypatch.setattr(checks, "pytest", lambda *_: 0)
        assert checks.test(Path("/var"), ["-k", "send"]) == 1

    @pytest.mark.parametrize(
        ("arguments", "browser"),
        [
            ([], True),
            (["tests/browser"], True),
            (["-m", "browser"], True),
            (["-m", "not browser"], False),
            (["tests/inbox", "-q"], False),
        ],
    )
    def test_a_browser_only_where_one_is_driven(
        self, stage: list[Any], monkeypatch: pytest.MonkeyPatch, arguments: list[str], browser: bool
    ) -> None:
        monkeypatch.setattr(checks, "run_check", lambda *_, **__: True)
        monkeypatch.setattr(checks, "pytest", noted(stage, 0, lambda arguments, env: env.get("CHROMIUM")))
        monkeypatch.setattr(checks, "add_report", lambda tally, report: None)
        assert needs_browser(arguments) is browser
        checks.test(Path("/nowhere"), arguments)
        assert stage == (["ensured", "/chromium"] if browser else [None])


REPORT = (
    '<testsuites><testsuite tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}"/></testsuites>'
)


class TestTally:
    @pytest.mark.parametrize(
        ("counts", "line"),
        [
            ({"tests": 10}, "10 passed, 0 failed"),
            ({"tests": 10, "failures": 2}, "8 passed, 2 failed"),
            ({"tests": 10, "failures": 1, "errors": 2}, "7 passed, 3 failed"),
            ({"tests": 10, "skipped": 4}, "6 passed, 0 failed, 4 skipped"),
            ({"tests": 0}, "0 passed, 0 failed"),
        ],
    )
    def test_what_pytest_reported_is_counted(self, tmp_path: Path, counts: dict[str, int], line: str) -> None:
        report = tmp_path / "pytest.xml"
        report.write_text(REPORT.format(**{"failures": 0, "errors": 0, "skipped": 0, **counts}))
        tally = Tally()
        add_report(tally, report)
        assert tally.line() == line

    def test_no_report_is_a_failure(self, tmp_path: Path) -> None:
        tally = Tally()
        add_report(tally, tmp_path / "pytest.xml")
        assert tally.failed == 1

    @pytest.mark.parametrize(
        ("code", "counts", "good", "ends"),
        [
            (0, {"tests": 5}, True, 0),
            (1, {"tests": 5, "failures": 1}, True, 1),
            (1, {"tests": 5}, True, 1),  # the coverage is too low, or it broke after its tests
            (2, None, True, 1),  # it broke before them
            (0, {"tests": 5}, False, 1),
            (0, {"tests": 5, "errors": 1}, True, 1),
        ],
    )
    def test_an_exit_code_that_hides_nothing(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        code: int,
        counts: dict[str, int] | None,
        good: bool,
        ends: int,
    ) -> None:
        def pytest_(arguments: list[str], env: dict[str, str]) -> int:
            if counts:
                text = REPORT.format(**{"failures": 0, "errors": 0, "skipped": 0, **counts})
                (tmp_path / "pytest.xml").write_text(text)
            return code

        (tmp_path / "pytest.xml").write_text(REPORT.format(tests=99, failures=0, errors=0, skipped=0))  # of yesterday
        monkeypatch.setattr(checks, "run_check", lambda *_, **__: good)
        monkeypatch.setattr(checks, "pytest", pytest_)
        assert checks.everything(tmp_path, {}) == ends
        said = capsys.readouterr().out
        assert ("0 failed" in said) is (ends == 0)
        assert "99" not in said
