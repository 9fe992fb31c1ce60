"""Keeps processes running, passes on what they say, and ends all of them. One thread: see process.bind_to_parent."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from devtool.console import Console
from devtool.process import Launch, Record, end_leftover, group_exists, signal_group, spawn

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
STEADY = 30.0  # seconds after which a start counts as a success
PATIENCE = 10.0  # between asking and killing


@dataclass
class Child:
    """A process that should run, and what became of it so far."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    record: Record
    lasting: bool = True  # else its end is what we wait for
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = FIRST_PAUSE
    due: float = 0.0
    rest: bytes = b""  # a line that is not finished yet
    code: int | None = None


@dataclass
class Supervisor:
    var: Path
    console: Console
    children: list[Child] = field(default_factory=list)
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    stopping: bool = False
    watches: list[Callable[[], None]] = field(default_factory=list)
    next_watch: float = 0.0

    def end_leftovers(self) -> None:
        """What a ./dev that was killed left behind, where the kernel did not end it."""
        for path in sorted((self.var / "run").glob("child-*.json")):
            if end_leftover(Record(path.parent, path.stem)):
                self.console.say(f"ended {path.stem.removeprefix('child-')}, left over from an earlier run")

    def add(self, name: str, argv: Sequence[str], env: Mapping[str, str], *, lasting: bool = True) -> Child:
        record = Record(self.var / "run", f"child-{name}")
        child = Child(name, argv, env, record, lasting=lasting)
        self.children.append(child)
        self._launch(child)
        return child

    def finish(self, child: Child) -> int | None:
        """Waits for a child that is not lasting; None if we are asked to stop meanwhile."""
        while child.code is None and not self.stopping:
            self.turn()
        return child.code

    def turn(self, timeout: float = 0.1) -> None:
        """One round: pass on lines, notice ends, start again what is due."""
        for key, _ in self.selector.select(timeout):
            self._read(key.data)
        now = time.monotonic()
        for child in list(self.children):
            if child.process is None and child.lasting and not self.stopping and now >= child.due:
                self._launch(child)
            elif child.process is not None and child.process.poll() is not None:
                self._ended(child, child.process)
        if not self.stopping and now >= self.next_watch:
            self.next_watch = now + 0.5
            for watch in self.watches:
                watch()

    def stop(self) -> None:
        """Asks in reverse order of starting, then insists. A second signal shortens the patience to nothing."""
        self.stopping = True
        for child in reversed(self.children):
            if child.process is not None:
                signal_group(child.process.pid, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        while self._running() and time.monotonic() < deadline:
            self.turn(0.05)
        for child in self._running():
            self.console.say(f"{child.name} did not stop within {PATIENCE:.0f} s: killed")
        self.hurry()
        while self._running():
            self.turn(0.05)

    def hurry(self) -> None:
        for child in self._running():
            if child.process is not None:
                signal_group(child.process.pid, signal.SIGKILL)

    def _running(self) -> list[Child]:
        return [child for child in self.children if child.process is not None]

    def _launch(self, child: Child) -> None:
        child.process = spawn(Launch(child.argv, env=child.env, output=subprocess.PIPE))
        child.started, child.code = time.monotonic(), None
        child.record.write(child.process.pid)
        output = _output(child.process)
        os.set_blocking(output.fileno(), False)
        self.selector.register(output, selectors.EVENT_READ, child)

    def _read(self, child: Child) -> None:
        """Passes on the lines that are whole; at the end of the output also what is left of one."""
        assert child.process is not None
        output = _output(child.process)
        chunk: bytes | None = output.read(65536)
        if chunk is None:  # nothing yet
            return
        *lines, child.rest = (child.rest + chunk).split(b"\n")
        for line in lines:
            self.console.line(child.name, line.decode(errors="replace").rstrip("\r"))
        if not chunk:
            self._close(child, output)

    def _close(self, child: Child, output: IO[bytes]) -> None:
        self.selector.unregister(output)
        output.close()
        if child.rest:
            self.console.line(child.name, child.rest.decode(errors="replace"))
            child.rest = b""

    def _ended(self, child: Child, process: subprocess.Popen[bytes]) -> None:
        output = _output(process)
        if not output.closed:
            self._read(child)  # its last words
        if not output.closed:  # a child of its own still holds the other end
            self._close(child, output)
        if group_exists(process.pid):  # its own children do not outlive it
            signal_group(process.pid, signal.SIGKILL)
        child.record.clear()
        child.process, child.code = None, process.returncode
        if not child.lasting or self.stopping:
            return
        now = time.monotonic()
        child.pause = FIRST_PAUSE if now - child.started > STEADY else min(child.pause * 2, LONGEST_PAUSE)
        child.due = now + child.pause
        self.console.say(f"{child.name} died ({cause(process.returncode)}); starting it again in {child.pause:g} s")


def _output(process: subprocess.Popen[bytes]) -> IO[bytes]:
    assert process.stdout is not None
    return process.stdout


def cause(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit {code}"
