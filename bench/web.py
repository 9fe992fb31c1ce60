"""Web servers under test: the command line of the process table, and the processor time they use."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psutil

from bench.databases import manage
from config.processes import PROCESSES
from devtool.errors import UNAVAILABLE, Stop
from devtool.paths import PYTHON
from devtool.process import Launch, spawn

APPLICATION = "config.asgi:application"
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
    (table,) = [process for process in PROCESSES if process.name == "web"]
    argv = [application if part == APPLICATION else part for part in table.argv(host="127.0.0.1", port=port)]
    with log.open("wb") as output:
        process = spawn(Launch([str(PYTHON), *argv[1:]], env, output=output))
        try:
            _wait(process.pid, port, log)
            yield Web(process.pid, port)
        finally:
            process.terminate()
            process.wait(10)


@cache
def collect_static() -> None:
    """Pages in production name their files by digest."""
    manage({**os.environ, "DEBUG": "0"}, "collectstatic", "--no-input", "-v", "0")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _wait(pid: int, port: int, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        with socket.socket() as knock:
            knock.settimeout(0.2)
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise Stop(f"a server under test did not start: {log.read_text()[-300:]}", UNAVAILABLE)
