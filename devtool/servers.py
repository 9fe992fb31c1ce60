"""PostgreSQL and Valkey for one folder: embedded unless the caller names others."""

import contextlib
import fcntl
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from devtool.environment import given
from devtool.errors import UNAVAILABLE, USAGE, Stop
from devtool.paths import PYTHON, ROOT
from devtool.postgres import Postgres
from devtool.valkey import Valkey

PROBE = """
import os, sys
name, url = sys.argv[1], os.environ["PROBED_URL"]
try:
    if name == "REDIS_URL":
        import redis
        redis.Redis.from_url(url, socket_connect_timeout=5).ping()
    else:
        import psycopg
        psycopg.connect(url, connect_timeout=5).close()
except Exception as error:
    sys.exit(" ".join(str(error).split()) or type(error).__name__)
"""


class Servers:
    """Both servers of `var`. What the caller's DATABASE_URL or REDIS_URL replaces is None and never touched."""

    def __init__(self, var: Path) -> None:
        said = given()
        self.var = var
        self.external = {
            name: said[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL") if name in said
        }
        self.postgres = None if "DATABASE_URL" in said else Postgres(var)
        self.valkey = None if "REDIS_URL" in said else Valkey(var)

    @property
    def embedded(self) -> list[Postgres | Valkey]:
        return [server for server in (self.postgres, self.valkey) if server is not None]

    def start(self) -> None:
        self.check_external()
        for server in self.embedded:
            server.begin()
        for server in self.embedded:
            server.wait()

    def stop(self) -> None:
        for server in reversed(self.embedded):
            server.stop()

    def running(self) -> bool:
        return all(server.running() for server in self.embedded)

    def environment(self) -> dict[str, str]:
        found: dict[str, str] = {}
        if self.postgres:
            found["DATABASE_URL"] = self.postgres.url("plaza_app")
            found["DATABASE_OWNER_URL"] = self.postgres.url("plaza_owner")
        if self.valkey:
            found["REDIS_URL"] = self.valkey.url()
        return found

    def check_external(self) -> None:
        for name, url in self.external.items():
            if trouble := probe(name, url):
                raise Stop(f"{name} does not work: {trouble}", UNAVAILABLE)
        pair = {"DATABASE_URL", "DATABASE_OWNER_URL"}
        missing = pair - self.external.keys()
        if missing and missing != pair:
            raise Stop(f"{missing.pop()} is missing: the app's and the owner's (it migrates) come together", USAGE)


def probe(name: str, url: str) -> str:
    """Why the URL does not work, or an empty string. The drivers live in the virtual environment, we may not."""
    environment: Mapping[str, str] = {**os.environ, "PROBED_URL": url}
    done = subprocess.run(
        [str(PYTHON), "-c", PROBE, name], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    lines = done.stderr.strip().splitlines()
    return lines[-1] if done.returncode and lines else ("no answer" if done.returncode else "")


@contextlib.contextmanager
def running_servers(var: Path) -> Iterator[Servers]:
    """Uses the servers that another ./dev keeps running in `var`, else starts them for the time of the block and for
    whoever uses them beside us: they would die with us."""
    servers = Servers(var)
    var.mkdir(parents=True, exist_ok=True)
    with (var / "servers.lock").open("a") as door, (var / "users.lock").open("a") as users:
        fcntl.flock(door, fcntl.LOCK_EX)  # one at a time starts or stops them
        ours = not (servers.embedded and servers.running())
        if ours:
            servers.start()
        fcntl.flock(users, fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        try:
            yield servers
        finally:
            if ours and servers.embedded:
                fcntl.flock(door, fcntl.LOCK_EX)
                _outlast(users)
                servers.stop()


def _outlast(users: IO[str]) -> None:
    """Waits until nobody else uses what we started."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("dev: done; the servers stay until the other ./dev that uses them has ended", flush=True)
        fcntl.flock(users, fcntl.LOCK_EX)
