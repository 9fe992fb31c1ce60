"""The virtual environment: filled when the lock changed, made anew when half of it is there."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from devtool import install, paths
from devtool.errors import Stop
from devtool.install import Environment, digest, run


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.lock"
    path.write_text("# nothing is needed\n")
    return path


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """Where a link to this Python passes for a made environment, so that only one test pays for a real one."""
    one = Environment(tmp_path / "a venv")
    one.python.parent.mkdir(parents=True)
    one.python.symlink_to("/bin/true")
    return one


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    calls: list[Path] = []
    monkeypatch.setattr(Environment, "_fill", lambda self, lock: calls.append(lock))
    monkeypatch.setattr(Environment, "_works", lambda self: self.python.exists())
    monkeypatch.setattr(Environment, "_make", lambda self: self.python.parent.mkdir(parents=True, exist_ok=True))
    return calls


class TestTheStamp:
    def test_without_one_nothing_is_held(self, environment: Environment, lock: Path) -> None:
        assert not environment.holds(lock)

    def test_after_an_installation_the_lock_is_held(
        self, environment: Environment, lock: Path, filled: list[Path]
    ) -> None:
        environment.install(lock)
        assert environment.holds(lock)
        assert filled == [lock]

    def test_another_lock_is_another_installation(
        self, environment: Environment, lock: Path, filled: list[Path]
    ) -> None:
        environment.install(lock)
        lock.write_text("# changed\n")
        assert not environment.holds(lock)
        environment.install(lock)
        assert filled == [lock, lock]

    def test_a_lock_that_contains_another_counts_for_both(
        self, environment: Environment, lock: Path, filled: list[Path], tmp_path: Path
    ) -> None:
        larger = tmp_path / "requirements-dev.lock"
        larger.write_text("# more\n")
        environment.install(larger, also=[lock])
        assert environment.holds(larger)
        assert environment.holds(lock)
        assert json.loads(environment.stamp.read_text())[lock.name] == digest(lock)

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"requirements.lock": 1}'])
    def test_a_spoilt_stamp_is_none(self, environment: Environment, lock: Path, text: str) -> None:
        environment.stamp.write_text(text)
        assert not environment.holds(lock)


class TestAKilledInstallation:
    def test_its_mark_outweighs_the_stamp(self, environment: Environment, lock: Path, filled: list[Path]) -> None:
        environment.install(lock)
        environment.mark.touch()
        assert not environment.holds(lock)

    def test_nothing_of_it_is_kept(self, environment: Environment, lock: Path, filled: list[Path]) -> None:
        environment.mark.touch()
        half = environment.venv / "lib" / "half_a_package.py"
        half.parent.mkdir()
        half.touch()
        environment.install(lock)
        assert not half.exists()
        assert not environment.mark.exists()

    def test_the_mark_is_there_while_it_is_filled(
        self, environment: Environment, lock: Path, filled: list[Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(self: Environment, lock: Path) -> None:
            assert self.mark.exists()
            raise Stop("the network went away")

        monkeypatch.setattr(Environment, "_fill", fail)
        with pytest.raises(Stop):
            environment.install(lock)
        assert environment.mark.exists()


def runs(environment: Environment, program: str) -> bool:
    return subprocess.run([environment.python, "-c", program], check=False).returncode == 0


def test_a_real_one_is_made_repaired_and_left_alone(tmp_path: Path, lock: Path) -> None:
    environment = Environment(tmp_path / "a venv")
    environment.install(lock)
    assert environment.holds(lock)
    assert runs(environment, "import pip")
    environment.python.unlink()
    environment.python.symlink_to("/nonexistent/python3")  # the Python it was made from is gone
    assert not environment.holds(lock)
    environment.install(lock)
    assert environment.holds(lock)
    subprocess.run([environment.python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"], check=True)


def test_nothing_is_done_when_both_locks_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def holds(self: Environment, lock: Path) -> bool:
        asked.append(lock.name)
        return True

    monkeypatch.setattr(Environment, "holds", holds)
    monkeypatch.setattr(Environment, "install", lambda *_, **__: pytest.fail("installed"))
    install.ensure_dev()
    install.ensure_runtime()
    assert asked == ["requirements-dev.lock", "requirements.lock", "requirements.lock"]


def test_a_failing_step_is_told_in_one_line() -> None:
    with pytest.raises(Stop, match="failed: ERROR: no such package") as caught:
        run(["sh", "-c", "echo noise; echo 'ERROR: no such package' >&2; echo more >&2; exit 1"])
    assert caught.value.code == 3
    assert "\n" not in str(caught.value)


def test_a_python_that_cannot_make_environments_is_told(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Stop, match="install uv, or python3-venv") as caught:
        environment._make()
    assert caught.value.code == 2


def test_the_development_lock_contains_the_other() -> None:
    def pins(path: Path) -> set[str]:
        return {line.split(" ")[0] for line in path.read_text().splitlines() if "==" in line and line[0] not in " #"}

    runtime, development = pins(paths.RUNTIME_LOCK), pins(paths.DEV_LOCK)
    assert len(runtime) > 30
    assert runtime - development == set()
