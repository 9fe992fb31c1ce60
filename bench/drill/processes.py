"""Plaza's own processes under ./dev's supervisor, in reach of a kill."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from pathlib import Path

from devtool.console import Console
from devtool.paths import PYTHON
from devtool.process_table import command, load_processes
from devtool.supervisor import FIRST_PAUSE, Child, Supervisor

HOST = "127.0.0.1"


class Log(Console):
    """What the processes say goes to a file; what ./dev itself would say is counted there too."""

    def __init__(self, path: Path) -> None:
        super().__init__(coloured=False)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.file = path.open("w")
        self.ready: set[str] = set()

    def line(self, name: str, text: str) -> None:
        if text.endswith("ready.") or "ready." in text[-12:]:
            self.ready.add(name)
        super().line(name, text)

    def write(self, text: str) -> None:
        if not self.file.closed:
            self.file.write(text)
            self.file.flush()

    def close(self) -> None:
        self.file.close()


class Processes:
    """The table of config/processes.py, running. Turned by the main thread, killed from any."""

    def __init__(self, var: Path, log: Log, env: Mapping[str, str], port: int) -> None:
        self.supervisor = Supervisor(var, log)
        self.log, self.env, self.port = log, env, port
        self.children: dict[str, Child] = {}

    def start(self) -> None:
        self.supervisor.end_leftovers()
        for process in load_processes():
            self.children[process.name] = self.supervisor.add(process.name, command(process, HOST, self.port), self.env)

    def manage(self, *arguments: str) -> int | None:
        """Runs a management command to its end."""
        child = self.supervisor.add(arguments[0], [str(PYTHON), "manage.py", *arguments], self.env, lasting=False)
        return self.supervisor.finish(child)

    def stop(self) -> None:
        self.supervisor.stop()

    def pid(self, name: str) -> int | None:
        process = self.children[name].process
        return process.pid if process else None

    def kill(self, name: str) -> bool:
        """kill -9 of the process itself; whether there was one. The supervisor sees to the rest and starts it again,
        soon: that we kill it often is no sign that it cannot run."""
        child = self.children[name]
        pid = self.pid(name)
        if pid is None:
            return False
        child.pause = FIRST_PAUSE / 2
        return _signal(pid, signal.SIGKILL)

    def kill_one_of(self, name: str, nth: int) -> bool:
        """kill -9 of one of its own children: a worker's pool process."""
        pid = self.pid(name)
        own = children_of(pid) if pid else []
        return bool(own) and _signal(own[nth % len(own)], signal.SIGKILL)

    def freeze(self, name: str, *, frozen: bool) -> None:
        pid = self.pid(name)
        if pid:
            os.killpg(pid, signal.SIGSTOP if frozen else signal.SIGCONT)


def _signal(pid: int, number: signal.Signals) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def children_of(pid: int) -> list[int]:
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except FileNotFoundError:
        return []
    return [int(child) for child in listed.split()]
