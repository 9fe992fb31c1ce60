"""./dev up: everything from nothing to a page one can log in to."""

import http.client
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from devtool import catalogue_files
from devtool.alone import alone
from devtool.console import Console
from devtool.environment import Ports, compose
from devtool.errors import Stop
from devtool.install import ensure_runtime
from devtool.paths import PYTHON
from devtool.postgres import Postgres
from devtool.prepared import PreparedStamp
from devtool.process_table import command, load_processes
from devtool.servers import Servers
from devtool.supervisor import Child, Supervisor
from devtool.valkey import Valkey, port_is_free

HOST = "127.0.0.1"
READY_WITHIN = 120.0
BARE = "bare"  # PLAZA_DEMO: workspaces and people only
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def up(var: Path, port: int) -> int:
    ports = Ports(port)
    check_range(ports)
    # A shell that starts us in the background has SIGINT ignored; and a TERM must not leave servers behind either.
    for number in SIGNALS:
        signal.signal(number, signal.default_int_handler)
    with alone(var / "up.lock", f"./dev up already runs in {var}"):
        supervisor = Supervisor(var, Console())
        supervisor.end_leftovers()
        check_free(ports)
        ensure_runtime()
        servers = Servers(var)
        try:
            servers.start()
            with _signals_stop(supervisor):
                return Run(var, ports, servers, supervisor).all()
        finally:
            servers.stop()


def check_range(ports: Ports) -> None:
    if not (ports.web > 0 and ports.smtp < 65536):
        raise Stop(f"--port {ports.web}: a number from 1 to 65533 is needed")


def check_free(ports: Ports) -> None:
    for port in (ports.web, ports.sandbox, ports.smtp):
        if not port_is_free(port):
            raise Stop(f"port {port} is busy: another program listens there; try ./dev up --port {ports.web + 10}")


@contextmanager
def _signals_stop(supervisor: Supervisor) -> Iterator[None]:
    """The first signal ends the loop in order, a second one kills. An exception could lose a child just started."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        if supervisor.stopping:
            supervisor.hurry()
        supervisor.stopping = True

    for number in SIGNALS:
        signal.signal(number, handle)
    try:
        yield
    finally:
        supervisor.stop()


@dataclass
class Run:
    var: Path
    ports: Ports
    servers: Servers
    supervisor: Supervisor

    def all(self) -> int:
        env = compose(self.var, self.ports, self.servers.environment())
        self.supervisor.watches.append(self._watch_servers)
        self._compile_catalogues(env)
        if env["DEBUG"] == "0":
            self._require(self._manage("collectstatic", env, "--no-input", "-v", "0"))  # their names carry a digest
        with_demo = has_demo(env)
        stamp = PreparedStamp(self.var, self.servers.postgres) if self.servers.postgres and with_demo else None
        prepared = stamp is not None and stamp.holds()
        if not prepared:
            self._require(self._manage("migrate", env, "--no-input"))
        self._start_processes(env)
        if with_demo and not prepared:
            self._require(self._manage("demo", env, *story(env)))
            if stamp and not self.supervisor.stopping:
                stamp.write()
        if self._wait_until_ready(env):
            self._greet(env)
        while not self.supervisor.stopping:
            self.supervisor.turn()
        return 0

    def _compile_catalogues(self, env: Mapping[str, str]) -> None:
        if catalogue_files.stale():
            argv = [str(PYTHON), "-m", "devtool.catalogues", "compile"]
            self._require(self.supervisor.add("locale", argv, env, lasting=False))

    def _start_processes(self, env: Mapping[str, str]) -> None:
        check_free(self.ports)  # again: installing and migrating may have taken minutes
        for process in load_processes():
            if env["SANDBOX"] == "1" or not process.development_only:
                self.supervisor.add(process.name, command(process, HOST, self.ports.web), env)

    def _manage(self, name: str, env: Mapping[str, str], *arguments: str) -> Child:
        return self.supervisor.add(name, [str(PYTHON), "manage.py", name, *arguments], env, lasting=False)

    def _require(self, child: Child) -> None:
        if self.supervisor.finish(child):
            raise Stop(f"{child.name} failed (exit {child.code}): see its lines above", 1)

    def _wait_until_ready(self, env: Mapping[str, str]) -> bool:
        deadline = time.monotonic() + READY_WITHIN
        while not self.supervisor.stopping:
            self.supervisor.turn()
            if is_ready(self.ports.web, env) and not (env["SANDBOX"] == "1" and port_is_free(self.ports.sandbox)):
                return True
            if time.monotonic() > deadline:
                self.supervisor.console.say(f"/readyz does not answer 200 after {READY_WITHIN:.0f} s; still trying")
                deadline += READY_WITHIN
        return False

    def _watch_servers(self) -> None:
        for server in self.servers.embedded:
            if not server.record.alive():
                self.supervisor.console.say(f"{server.record.name} died; starting it again")
                self._restart(server)

    def _restart(self, server: Postgres | Valkey) -> None:
        try:
            server.start()
        except Stop as stop:  # a full disk, say: tried again at the next look
            self.supervisor.console.say(str(stop))

    def _greet(self, env: Mapping[str, str]) -> None:
        lines = ["", f"Plaza      {env['PUBLIC_URL']}/"]
        if env["SANDBOX"] == "1":
            lines += [f"Phone      {env['SANDBOX_URL']}/", f"Mailbox    {env['SANDBOX_URL']}/mailbox/"]
        if has_demo(env):
            lines += [
                "Log in as  ana@plaza.example (admin), bruno@plaza.example or carla@plaza.example (agents)",
                "           marina@plaza.example in Portuguese, grace@plaza.example in English",
                "           password: plaza-demo",
            ]
        lines += ["Ctrl-C stops everything.", ""]
        for line in lines:
            self.supervisor.console.say(line)


def has_demo(env: Mapping[str, str]) -> bool:
    """Logins whose password everybody knows: where there is a sandbox, never in production."""
    return env["SANDBOX"] == "1"


def story(env: Mapping[str, str]) -> tuple[str, ...]:
    """What `manage demo` is told. A shop that is there stays as it is: its customers may have been taken away."""
    return () if env.get("PLAZA_DEMO") == BARE else ("add", "--new-only")


def is_ready(port: int, env: Mapping[str, str]) -> bool:
    host = env.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/readyz", headers={"Host": "localhost" if host in {"", "*"} else host})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
