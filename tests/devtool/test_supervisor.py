from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devtool import supervisor as module
from devtool.console import Console
from devtool.process import Identity, Launch, Record, spawn, wait_until
from devtool.supervisor import Child, Supervisor, cause

ENV = {"PATH": os.environ["PATH"]}


class Lines(Console):
    def __init__(self) -> None:
        super().__init__(coloured=False)
        self.lines: list[str] = []

    def write(self, text: str) -> None:
        self.lines.append(text.rstrip("\n"))

    def said(self, text: str) -> bool:
        return any(text in line for line in self.lines)


@pytest.fixture
def console() -> Lines:
    return Lines()


@pytest.fixture
def supervisor(tmp_path: Path, console: Lines, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(module, "PATIENCE", 2.0)
    one = Supervisor(tmp_path, console)
    try:
        yield one
    finally:
        one.stop()


def shell(supervisor: Supervisor, script: str, name: str = "one", *, lasting: bool = True) -> Child:
    return supervisor.add(name, ["/bin/sh", "-c", script], ENV, lasting=lasting)


def turn_until(supervisor: Supervisor, condition: Callable[[], bool], timeout: float = 5) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, supervisor.children
        supervisor.turn(0.02)


def pid_of(child: Child) -> int:
    assert child.process is not None
    return child.process.pid


class TestLines:
    def test_each_says_whose_it_is_the_last_without_an_end_too(self, supervisor: Supervisor, console: Lines) -> None:
        supervisor.finish(shell(supervisor, "echo one; echo two >&2; printf three", lasting=False))
        assert console.lines == ["one      | one", "one      | two", "one      | three"]

    def test_bytes_that_are_no_text_are_shown_all_the_same(self, supervisor: Supervisor, console: Lines) -> None:
        supervisor.finish(shell(supervisor, r"printf '\377ok\n'", lasting=False))
        assert console.said("ok")

    def test_a_child_of_a_child_cannot_hold_us_up(self, supervisor: Supervisor) -> None:
        started = time.monotonic()
        assert supervisor.finish(shell(supervisor, "sleep 30 & exit 4", lasting=False)) == 4
        assert time.monotonic() - started < 5

    def test_colour_is_for_terminals_that_want_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
        monkeypatch.delenv("NO_COLOR", raising=False)
        assert Console().coloured
        monkeypatch.setenv("NO_COLOR", "1")
        assert not Console().coloured

    def test_a_reader_who_left_stops_nobody(self, monkeypatch: pytest.MonkeyPatch) -> None:
        read, write = os.pipe()
        os.close(read)
        with os.fdopen(write, "w") as left:
            monkeypatch.setattr("sys.stdout", left)
            Console().say("into the void")
            Console().say("and again")
        assert left.closed


class TestRestarts:
    def test_what_dies_is_started_again_and_it_says_so(self, supervisor: Supervisor, console: Lines) -> None:
        child = shell(supervisor, "echo here; sleep 60")
        turn_until(supervisor, lambda: console.lines.count("one      | here") == 1)
        first = pid_of(child)
        os.kill(first, signal.SIGKILL)
        turn_until(supervisor, lambda: console.lines.count("one      | here") == 2)
        assert console.said("one died (killed by SIGKILL); starting it again")
        assert pid_of(child) != first

    def test_each_failure_doubles_the_pause(self, supervisor: Supervisor, console: Lines) -> None:
        child = shell(supervisor, "exit 3")
        child.pause = 0.05
        turn_until(supervisor, lambda: len(console.lines) == 3)
        pauses = [line.partition("(exit 3); starting it again in ")[2] for line in console.lines]
        assert pauses == ["0.1 s", "0.2 s", "0.4 s"]

    def test_it_never_waits_longer_than_half_a_minute(self, supervisor: Supervisor, console: Lines) -> None:
        child = shell(supervisor, "exit 3")
        child.pause = 20.0
        turn_until(supervisor, lambda: child.pause == 30.0)
        assert console.said("in 30 s")

    def test_a_steady_one_is_forgiven(self, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "STEADY", 0.0)
        child = shell(supervisor, "exit 1")
        child.pause = 16.0
        turn_until(supervisor, lambda: child.pause == 0.05)

    def test_its_own_children_do_not_outlive_it(self, supervisor: Supervisor, console: Lines) -> None:
        child = shell(supervisor, "sleep 60 & echo pid $!; wait")
        turn_until(supervisor, lambda: console.said("pid"))
        orphan = int(console.lines[0].split()[-1])
        os.kill(pid_of(child), signal.SIGKILL)
        turn_until(supervisor, lambda: child.process is None)
        assert wait_until(lambda: Identity.of(orphan) is None, 5)

    def test_one_that_is_to_end_is_not_started_again(self, supervisor: Supervisor) -> None:
        child = shell(supervisor, "exit 5", lasting=False)
        assert supervisor.finish(child) == 5
        supervisor.turn(0.1)
        assert child.process is None

    def test_watches_are_looked_at(self, supervisor: Supervisor) -> None:
        seen: list[int] = []
        supervisor.watches.append(lambda: seen.append(1))
        turn_until(supervisor, lambda: len(seen) == 2)


class TestStopping:
    def test_everything_is_asked_and_gone(self, supervisor: Supervisor) -> None:
        pids = [pid_of(shell(supervisor, "exec sleep 60", name)) for name in ("one", "two")]
        supervisor.stop()
        assert [Identity.of(pid) for pid in pids] == [None, None]
        assert list((supervisor.var / "run").iterdir()) == []

    def test_who_does_not_listen_is_killed(
        self, supervisor: Supervisor, console: Lines, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "PATIENCE", 0.2)
        child = shell(supervisor, "trap '' TERM; echo deaf; while :; do sleep 0.05; done")
        turn_until(supervisor, lambda: console.said("deaf"))
        pid = pid_of(child)
        supervisor.stop()
        assert console.said("did not stop within")
        assert Identity.of(pid) is None

    def test_a_wait_ends_when_we_are_asked_to_stop(self, supervisor: Supervisor) -> None:
        child = shell(supervisor, "sleep 60", lasting=False)
        supervisor.stopping = True
        assert supervisor.finish(child) is None

    def test_nothing_is_started_again_meanwhile(self, supervisor: Supervisor) -> None:
        child = shell(supervisor, "exit 1")
        turn_until(supervisor, lambda: child.process is None)
        supervisor.stop()
        child.due = 0.0
        supervisor.turn(0)
        assert child.process is None


def test_leftovers_of_a_killed_run_are_ended_by_the_next(supervisor: Supervisor, console: Lines) -> None:
    left = spawn(Launch(["sleep", "60"]))
    Record(supervisor.var / "run", "child-web").write(left.pid)
    supervisor.end_leftovers()
    assert left.wait() == -signal.SIGTERM
    assert console.said("ended web, left over from an earlier run")


@pytest.mark.parametrize(("code", "words"), [(0, "exit 0"), (-9, "killed by SIGKILL"), (-11, "killed by SIGSEGV")])
def test_causes_in_words(code: int, words: str) -> None:
    assert cause(code) == words
