"""The embedded PostgreSQL: its own initdb and postgres programs on a private socket."""

import functools
import os
import shutil
import signal
import subprocess
from pathlib import Path

from devtool.errors import UNAVAILABLE, Stop
from devtool.paths import ROOT, private_folder
from devtool.places import SOCKET_NAME, Place, find_place, private_or_open, socket_folder
from devtool.process import Identity, Launch, Record, spawn, wait_until

ROLES = ROOT / "docker" / "postgres" / "roles.sql"
READY_LINE = 7  # of postmaster.pid
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",  # compiling costs more than it saves on short statements
    "timezone": "UTC",
    "log_timezone": "UTC",
    "fsync": "on",
    "synchronous_commit": "on",
}
INITDB = (
    "--username=postgres",
    "--auth=trust",  # the socket's folder is the lock: 0700
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--no-instructions",
)


class Postgres:
    """One cluster in `var`: start, stop, kill, start again; safe to start after anything was killed."""

    def __init__(self, var: Path) -> None:
        self.var = var.resolve()  # as /proc names it
        self.log = self.var / "log" / "postgres.log"
        self.record = Record(self.var / "run", "postgres")
        self.child: subprocess.Popen[bytes] | None = None

    @functools.cached_property
    def place(self) -> Place:
        return find_place(self.var)

    @functools.cached_property
    def socket(self) -> Path:
        return socket_folder(self.var, self.place.account)

    def url(self, role: str = "plaza_app", database: str = "plaza") -> str:
        return f"postgresql://{role}@/{database}?host={self.socket}"

    def start(self) -> None:
        self.begin()
        self.wait()

    def begin(self) -> None:
        """Starts without waiting, so that other servers can start beside it."""
        if self.running():
            return
        private_or_open(self.var)
        private_folder(self.var / "run")
        private_or_open(self.var / "log")
        self._make_cluster()
        self._end_leftovers()
        self._reap()
        if self.log.exists() and self.log.stat().st_size > 10_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))
        settings = {**SETTINGS, "unix_socket_directories": str(self.socket)}
        argv = [str(self.place.programs / "postgres"), "-D", str(self.place.data)]
        for name, value in settings.items():
            argv += ["-c", f"{name}={value}"]
        with self.log.open("ab") as output:
            self.child = spawn(
                Launch(
                    argv,
                    env=self._environment(),
                    cwd=Path("/"),  # one that its user may enter
                    output=output,
                    account=self.place.account,
                    death_signal=signal.SIGINT,  # a fast shutdown, where SIGTERM would wait for clients
                )
            )
        self.record.write(self.child.pid)

    def wait(self, timeout: float = 60) -> None:
        child = self.child
        if not wait_until(lambda: self.running() or (child is not None and child.poll() is not None), timeout):
            raise Stop(f"PostgreSQL did not become ready within {timeout:.0f} s: see {self.log}", UNAVAILABLE)
        if not self.running():
            raise Stop(f"PostgreSQL did not start: {self._last_words()} (see {self.log})", UNAVAILABLE)
        self._make_roles()

    def running(self) -> bool:
        identity = self.record.read()
        if identity is None or not identity.alive():
            return False
        lines = self._pid_file()
        return len(lines) > READY_LINE and lines[0] == str(identity.pid) and lines[READY_LINE].strip() == "ready"

    def stop(self, timeout: float = 20) -> None:
        self._end((signal.SIGINT, signal.SIGQUIT, signal.SIGKILL), timeout)

    def kill(self) -> None:
        """As a power cut would, the server's own children included."""
        self._end((signal.SIGKILL,), 20)

    def psql(self, *arguments: str, database: str = "postgres") -> str:
        """Runs psql as the superuser; returns what it printed."""
        program = str(self.place.programs / "psql")
        base = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--tuples-only", "--no-align"]
        done = subprocess.run(
            [program, *base, *arguments, self.url("postgres", database)],
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Stop(f"PostgreSQL refused: {done.stderr.strip().splitlines()[-1]}", UNAVAILABLE)
        return done.stdout

    def _environment(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return {**ours, "LC_ALL": "C", "TZ": "UTC"}

    def _pid_file(self) -> list[str]:
        try:
            return (self.place.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _make_cluster(self) -> None:
        """initdb into a draft that is renamed when whole: one killed in the middle leaves no half of a cluster."""
        data, account = self.place.data, self.place.account
        if data.exists():
            return
        draft = data.with_name("draft")
        shutil.rmtree(draft, ignore_errors=True)
        done = subprocess.run(
            [str(self.place.programs / "initdb"), "-D", str(draft), *INITDB],
            env=self._environment(), cwd="/", capture_output=True, text=True, check=False,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )  # fmt: skip
        if done.returncode:
            words = (done.stderr.strip() or done.stdout.strip() or "no reason given").splitlines()[-1]
            raise Stop(f"initdb failed: {words}", UNAVAILABLE)
        draft.rename(data)

    def _make_roles(self) -> None:
        self.psql("--file", str(ROLES))

    def _end_leftovers(self) -> None:
        """A postmaster killed with -9 leaves backends that hold its memory, and a pid file that may name a stranger."""
        for pid in self._family():
            _signal(pid, signal.SIGKILL)
        wait_until(lambda: not self._family(), 10)
        (self.place.data / "postmaster.pid").unlink(missing_ok=True)

    def _family(self) -> list[int]:
        """Every process that works in this cluster's folder; elsewhere than on Linux only the known postmaster."""
        if not Path("/proc/self/cwd").exists():
            identity = self.record.read()
            return [identity.pid] if identity and identity.alive() else []
        return [
            int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and self._works_here(entry)
        ]

    def _works_here(self, entry: Path) -> bool:
        try:
            return (entry / "cwd").readlink() == self.place.data and Identity.of(int(entry.name)) is not None
        except OSError:  # gone meanwhile, or another user's
            return False

    def _end(self, signals: tuple[signal.Signals, ...], timeout: float) -> None:
        identity = self.record.read()
        for number in signals:
            if identity and identity.alive():
                _signal(identity.pid, number)
                wait_until(lambda: not self._breathes(identity), timeout)
        self._reap()
        self._end_leftovers()
        self.record.clear()

    def _reap(self) -> None:
        """Only when it is known to be dead."""
        if self.child is not None:
            self.child.wait()
            self.child = None

    def _breathes(self, identity: Identity) -> bool:
        if self.child is not None:
            self.child.poll()  # reaps it
        return identity.alive()

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        telling = [line for line in lines[-20:] if "FATAL" in line or "ERROR" in line] or lines[-1:] or ["no log"]
        return telling[-1]

    def socket_path(self) -> Path:
        return self.socket / SOCKET_NAME


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
