"""./dev lint and ./dev test: every check in a row, one line each, and an exit code that hides nothing."""

import re
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from devtool import chromium
from devtool.environment import Ports, compose
from devtool.foreground import foreground
from devtool.install import ensure_dev
from devtool.paths import PYTHON, ROOT, VENV
from devtool.process import bind_to_parent
from devtool.servers import running_servers

BIN = VENV / "bin"
WEB_PORT = 8600  # of what the tests start themselves: not those of ./dev up


@dataclass(frozen=True)
class Check:
    name: str
    argv: Sequence[str]


STATIC = (
    Check("ruff check", [str(BIN / "ruff"), "check", "."]),
    Check("ruff format", [str(BIN / "ruff"), "format", "--check", "."]),
    Check("mypy --strict", [str(BIN / "mypy")]),
    Check("import-linter", [str(BIN / "lint-imports")]),
    Check("migrations in step", [str(PYTHON), "manage.py", "makemigrations", "--check", "--dry-run"]),
    Check("catalogues complete", [str(PYTHON), "-m", "devtool.catalogues", "check"]),
)
COMPILE = Check("catalogues compiled", [str(PYTHON), "-m", "devtool.catalogues", "compile"])


@dataclass
class Tally:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def count(self, good: bool) -> None:
        self.passed += good
        self.failed += not good

    def line(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def lint(var: Path) -> int:
    ensure_dev()
    with running_servers(var) as servers:
        env = compose(var, Ports(WEB_PORT), servers.environment())
        results = [run_check(check, env) for check in STATIC]
    return int(not all(results))


def test(var: Path, arguments: Sequence[str]) -> int:
    """With arguments only pytest, which then ends with its own summary."""
    ensure_dev()
    browser = chromium.ensure() if needs_browser(arguments) else chromium.find()
    with running_servers(var) as servers:
        env = compose(var, Ports(WEB_PORT), servers.environment())
        if browser:
            env["CHROMIUM"] = str(browser)
        if arguments:
            compiled = run_check(COMPILE, env, quiet=True)
            return pytest(arguments, env) or int(not compiled)
        return everything(var, env)


def needs_browser(arguments: Sequence[str]) -> bool:
    said = " ".join(arguments)
    return "not browser" not in said and (not said or "browser" in said)


def everything(var: Path, env: Mapping[str, str]) -> int:
    report = var / "pytest.xml"
    report.unlink(missing_ok=True)
    tally = Tally()
    for check in (*STATIC, COMPILE):
        tally.count(run_check(check, env))
    coverage = ["--cov", "--cov-report=term:skip-covered", f"--junitxml={report}"]
    code = pytest(coverage, {**env, "COVERAGE_FILE": str(var / ".coverage")})
    add_report(tally, report)
    if code and not tally.failed:  # it broke before or after its tests, or the coverage is too low
        tally.failed += 1
    print(tally.line(), flush=True)
    return int(bool(tally.failed))


def add_report(tally: Tally, report: Path) -> None:
    if not report.exists():
        tally.failed += 1
        return
    for suite in ET.parse(report).getroot().iter("testsuite"):  # noqa: S314 - our own file
        total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        tally.passed += total - failed - skipped
        tally.failed += failed
        tally.skipped += skipped


def run_check(check: Check, env: Mapping[str, str], *, quiet: bool = False) -> bool:
    """One line when it holds, all it says when it does not."""
    start = time.monotonic()
    done = subprocess.run(
        check.argv,
        cwd=ROOT,
        env=dict(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        preexec_fn=bind_to_parent(signal.SIGTERM),
    )
    good = done.returncode == 0
    if not good:
        print(re.sub(r"(?m)^", "    ", done.stdout.rstrip()), flush=True)
    if not (good and quiet):
        print(f"{'ok  ' if good else 'FAIL'} {check.name:<22} {time.monotonic() - start:6.1f} s", flush=True)
    return good


def pytest(arguments: Sequence[str], env: Mapping[str, str]) -> int:
    return foreground([str(PYTHON), "-m", "pytest", *arguments], env)
