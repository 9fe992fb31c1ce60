"""Child processes that do not outlive us, and that a later run finds again by pid and start time."""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from devtool.paths import ROOT, write_private

LINUX = sys.platform.startswith("linux")
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True) if LINUX else None


@dataclass(frozen=True)
class Account:
    """The system user a server runs as when we are root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Launch:
    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    cwd: Path = ROOT
    output: int | IO[bytes] = subprocess.DEVNULL
    account: Account | None = None
    # Sent by the kernel when we die, even by kill -9 (Linux only; elsewhere the next run cleans up).
    death_signal: signal.Signals | None = signal.SIGTERM


def spawn(launch: Launch) -> subprocess.Popen[bytes]:
    """Starts the program as the leader of a session of its own, so that a Ctrl-C reaches only us."""
    account = launch.account
    return subprocess.Popen(
        list(launch.argv),
        env=None if launch.env is None else dict(launch.env),
        cwd=launch.cwd,
        stdin=subprocess.DEVNULL,
        stdout=launch.output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        preexec_fn=bind_to_parent(launch.death_signal),
    )


def bind_to_parent(death_signal: signal.Signals | None) -> Callable[[], None] | None:
    # The kernel means the death of the starting THREAD, so only the main thread's children may be bound.
    if LIBC is None or death_signal is None or threading.current_thread() is not threading.main_thread():
        return None
    libc, parent = LIBC, os.getpid()

    def bind() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return bind


@dataclass(frozen=True)
class Identity:
    """A process, told apart from a later one that was given the same pid."""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> "Identity | None":
        started = _start_time(pid)
        return cls(pid, started) if started else None

    def alive(self) -> bool:
        return _start_time(self.pid) == self.started


def _start_time(pid: int) -> str | None:
    """None for a process that is gone or only waits to be reaped."""
    if LINUX:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if fields[0] in "ZX" and not _has_threads(pid) else fields[19]
    row = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, started = row.stdout.strip().partition(" ")
    return started.strip() if state and not state.startswith("Z") else None


def _has_threads(pid: int) -> bool:
    """A killed leader is a zombie at once, but its files and ports are held until its last thread is gone."""
    try:
        return len(list(Path(f"/proc/{pid}/task").iterdir())) > 1
    except (FileNotFoundError, ProcessLookupError):
        return False


class Record:
    """Remembers one child in `folder`/NAME.json until it was seen dead."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / f"{name}.json"
        self.name = name

    def write(self, pid: int) -> None:
        identity = Identity.of(pid)
        if identity:
            write_private(self.path, json.dumps({"pid": identity.pid, "started": identity.started}))

    def read(self) -> Identity | None:
        try:
            stored = json.loads(self.path.read_text())
            return Identity(int(stored["pid"]), str(stored["started"]))
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def alive(self) -> bool:
        identity = self.read()
        return identity is not None and identity.alive()

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)


def signal_group(leader: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, number)


def group_exists(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
    except (ProcessLookupError, PermissionError):  # gone, or somebody else's by now
        return False
    return True


def end_leftover(record: Record, patience: float = 5.0) -> bool:
    """Ends what an earlier run left of this child, its own children included; True if there was something."""
    identity = record.read()
    if identity is None:
        return False
    found = False
    if identity.alive():
        found = True
        signal_group(identity.pid, signal.SIGTERM)
        wait_until(lambda: not identity.alive(), patience)
    # No pid is given out again while a group still bears it: with the leader gone, the group is ours.
    if identity.alive() or (_start_time(identity.pid) is None and group_exists(identity.pid)):
        found = True
        signal_group(identity.pid, signal.SIGKILL)
        wait_until(lambda: not identity.alive(), 2)  # only then its port is free
    record.clear()
    return found


def wait_until(condition: Callable[[], bool], timeout: float, step: float = 0.02) -> bool:
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(step)
    return True
