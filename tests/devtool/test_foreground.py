"""A program on our own terminal: its exit code is ours, and a signal to us reaches it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from devtool.foreground import foreground
from devtool.paths import ROOT


def run(program: str, **env: str) -> int:
    return foreground([sys.executable, "-c", program], {**os.environ, **env})


@pytest.mark.parametrize("code", [0, 1, 3, 130])
def test_its_exit_code_is_ours(code: int) -> None:
    assert run(f"raise SystemExit({code})") == code


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_killed_by_a_signal_it_answers_as_a_shell_does(number: signal.Signals) -> None:
    program = f"import os, signal; signal.signal({int(number)}, signal.SIG_DFL); os.kill(os.getpid(), {int(number)})"
    if number is signal.SIGKILL:
        program = f"import os; os.kill(os.getpid(), {int(number)})"
    assert run(program) == 128 + number


def test_it_gets_our_environment_and_stands_in_the_checkout(tmp_path: Path) -> None:
    told = tmp_path / "told"
    program = f"import os, pathlib; pathlib.Path({str(told)!r}).write_text(os.getcwd() + ' ' + os.environ['ONLY'])"
    assert run(program, ONLY="this") == 0
    assert told.read_text() == f"{ROOT} this"


def test_afterwards_a_ctrl_c_is_ours_again() -> None:
    before = signal.getsignal(signal.SIGINT)
    run("pass")
    assert signal.getsignal(signal.SIGINT) == before


def test_a_program_that_does_not_exist_leaves_our_signals_as_they_were() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(FileNotFoundError):
        foreground(["/nonexistent/program"], os.environ)
    assert signal.getsignal(signal.SIGINT) == before


def test_asked_to_end_it_asks_its_program(tmp_path: Path) -> None:
    """`kill` of ./dev alone must not leave what it runs behind."""
    ready = tmp_path / "ready"
    child = (
        "import pathlib, signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(7));"
        f" pathlib.Path({str(ready)!r}).touch(); time.sleep(30)"
    )
    parent = (
        "import os, sys; from devtool.foreground import foreground;"
        f" sys.exit(foreground([sys.executable, '-c', {child!r}], os.environ))"
    )
    running = subprocess.Popen([sys.executable, "-c", parent], cwd=ROOT)
    end = time.monotonic() + 10
    while not ready.exists():
        assert time.monotonic() < end
        time.sleep(0.01)
    running.terminate()
    assert running.wait(10) == 7
