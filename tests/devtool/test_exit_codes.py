"""The command line: what it says, and with which exit code."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from devtool import main as command
from devtool.alone import alone
from devtool.errors import UNAVAILABLE, Stop
from devtool.paths import ROOT


def raising(error: BaseException) -> Callable[..., Any]:
    def act(*_: object) -> int:
        raise error

    return act


@pytest.mark.parametrize("arguments", [["frobnicate"], ["lint", "--bad"], ["up", "--port", "abc"], ["up", "now"]])
def test_what_it_does_not_know_is_a_usage_error(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        command.main(arguments)
    assert end.value.code == 2


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_help_names_every_command(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        command.main(arguments)
    assert end.value.code == 0
    words = capsys.readouterr().out
    assert all(f"    {name} " in words for name in ("up", "test", "lint", "bench", "drill", "manage"))


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (Stop("port 8000 is busy"), 2, "dev: port 8000 is busy\n"),
        (Stop("no browser", UNAVAILABLE), 3, "dev: no browser\n"),
        (PermissionError(13, "no", "/x/.venv"), 3, "dev: /x/.venv: permission denied (was it made by another user?)\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_what_ends_it_is_one_line_and_a_code(
    error: BaseException, code: int, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "up", raising(error))
    assert command.main(["up"]) == code
    assert capsys.readouterr().err == words


def test_arguments_after_the_name_belong_to_the_program_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []

    def with_servers(_: Path, arguments: list[str]) -> int:
        started.append(arguments)
        return 7

    monkeypatch.setattr(command, "ensure_dev", lambda: None)
    monkeypatch.setattr(command, "ensure_runtime", lambda: None)
    monkeypatch.setattr("devtool.prepared.forget", lambda _: None)
    monkeypatch.setattr(command, "with_servers", with_servers)
    for arguments in (["drill", "album", "--json"], ["bench", "ack", "--json"], ["manage", "check", "--deploy"]):
        assert command.main(arguments) == 7
    assert started == [
        ["-m", "bench.drill", "album", "--json"],
        ["-m", "bench", "ack", "--json"],
        ["manage.py", "check", "--deploy"],
    ]


def test_a_second_drill_does_not_disturb_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLAZA_VAR", str(tmp_path))
    monkeypatch.setattr(command, "ensure_dev", lambda: None)
    monkeypatch.setattr(command, "with_servers", lambda *_: pytest.fail("it started the servers"))
    with alone(tmp_path / "drill" / "drill.lock", ""):
        assert command.main(["drill"]) == 2
    assert "another ./dev drill runs" in capsys.readouterr().err


def test_an_old_python_is_told_what_is_needed() -> None:
    """The script itself, with the version that it would see."""
    lie = f"import sys; sys.version_info = (3, 8, 1); exec(open({str(ROOT / 'dev')!r}).read())"
    done = subprocess.run([sys.executable, "-c", lie], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "dev: Python 3.11 or newer is needed, this is 3.8\n")


def test_a_ctrl_c_before_it_has_begun_shows_no_traceback() -> None:
    pressed = (
        "class Pressed:\n def find_spec(*_): raise KeyboardInterrupt\nimport sys; sys.meta_path.insert(0, Pressed)"
    )
    script = f"{pressed}; exec(open({str(ROOT / 'dev')!r}).read())"
    done = subprocess.run([sys.executable, "-c", script], cwd="/", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
