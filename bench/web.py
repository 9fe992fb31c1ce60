"""Processes under test, by the command lines of the process table, and the processor time they use."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from signal import SIGKILL
from subprocess import Popen, TimeoutExpired

import psutil

from bench.databases import manage
from config.processes import PROCESSES
from devtool.errors import UNAVAILABLE, Stop
from devtool.paths import PYTHON
from devtool.process import Launch, signal_group, spawn

APPLICATION = "config.asgi:application"
WORKERS = ("fast", "slow")
PATIENCE = 30.0


class Web:
    def __init__(self, pid: int, port: int) -> None:
        self.port = port
        self.process = psutil.Process(pid)

    def cpu_seconds(self) -> float:
        times = self.process.cpu_times()
        return float(times.user + times.system)


@contextmanager
def serving(env: Mapping[str, str], log: Path, application: str = APPLICATION) -> Iterator[Web]:
    """The web process as ./dev up starts it, with another application perhaps."""
    port = free_port()
    if application == APPLICATION:
        collect_static()
    argv = [application if part == APPLICATION else part for part in _argv("web", port)]
    with _running(argv, env, log) as process:
        _wait(process.pid, lambda: _listens(port), log)
        yield Web(process.pid, port)


@contextmanager
def working(name: str, env: Mapping[str, str], log: Path) -> Iterator[None]:
    """Another process of the table, from when it says that it is ready, if it says so."""
    with _running(_argv(name), env, log) as process:
        if name in WORKERS:
            _wait(process.pid, lambda: b" ready." in log.read_bytes(), log)
        yield


def _argv(name: str, port: int = 0) -> list[str]:
    (table,) = [process for process in PROCESSES if process.name == name]
    return table.argv(host="127.0.0.1", port=port)


@contextmanager
def _running(argv: list[str], env: Mapping[str, str], log: Path) -> Iterator[Popen[bytes]]:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = spawn(Launch([str(PYTHON), *argv[1:]], env, output=output))
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except TimeoutExpired:
                signal_group(process.pid, SIGKILL)
                process.wait()


@cache
def collect_static() -> None:
    """Pages in production name their files by digest."""
    manage({**os.environ, "DEBUG": "0"}, "collectstatic", "--no-input", "-v", "0")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as knock:
        knock.settimeout(0.2)
        return knock.connect_ex(("127.0.0.1", port)) == 0


def _wait(pid: int, is_ready: Callable[[], bool], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        if is_ready():
            return
        time.sleep(0.02)
    raise Stop(f"a process under test did not start: {log.read_text()[-300:]}", UNAVAILABLE)
