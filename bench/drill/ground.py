"""Where the drills run: the embedded servers that ./dev started for them, and a database to copy for each."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.drill import database
from devtool.errors import UNAVAILABLE, Stop
from devtool.paths import PYTHON, ROOT
from devtool.postgres import Postgres
from devtool.valkey import Valkey, port_is_free

PORTS = range(17000, 20900, 3)
BYSTANDER = "otra-tienda"
NUMBER, OTHER_NUMBER = "110000000000009", "110000000000777"
OTHER_ACCOUNT, OTHER_TOKEN = "290000000000777", "other-token"


@dataclass(frozen=True)
class Ground:
    var: Path
    postgres: Postgres
    valkey: Valkey

    def environment(self, data: database.Database) -> dict[str, str]:
        """For processes on this database, with ports that nobody uses now."""
        web = next(port for port in random.sample(PORTS, len(PORTS)) if _free(port))
        sandbox = f"http://127.0.0.1:{web + 1}"
        return {
            **os.environ,
            "PLAZA_VAR": str(self.var),
            "DATABASE_URL": data.url("plaza_app"),
            "DATABASE_OWNER_URL": data.url("plaza_owner"),
            "REDIS_URL": self.valkey.url(),
            "PUBLIC_URL": f"http://localhost:{web}",
            "GRAPH_URL": sandbox,
            "EMAIL_URL": f"smtp://127.0.0.1:{web + 2}",
            "SANDBOX": "1",
            "SANDBOX_URL": sandbox,
            "SANDBOX_PORT": str(web + 1),
            "SANDBOX_SMTP_PORT": str(web + 2),
            "SANDBOX_STATE": str(self.var / f"{data.name}.sqlite3"),
            "SANDBOX_WEBHOOK_URL": f"http://127.0.0.1:{web}/webhooks/whatsapp/",
        }


def _free(web: int) -> bool:
    return all(port_is_free(port) for port in (web, web + 1, web + 2))


@contextmanager
def prepared(environment: Mapping[str, str]) -> Iterator[Ground]:
    """The servers, with a migrated and seeded database to copy."""
    var = _home(environment)
    (var / "stage").mkdir(parents=True, exist_ok=True)
    ground = Ground(var / "stage", Postgres(var), Valkey(var))
    data = database.make_template(ground.postgres)
    try:
        _seed(ground.environment(data))
        yield ground
    finally:
        ground.postgres.start()
        database.drop_template(ground.postgres)


def _home(environment: Mapping[str, str]) -> Path:
    """The folder of the servers that we were given."""
    var, url = Path(environment.get("PLAZA_VAR") or ROOT / "var"), environment.get("DATABASE_URL", "")
    for folder in (var / "drill", var):
        memory = folder / "run" / "postgres-socket"
        if url and memory.exists() and memory.read_text() in url:
            return folder
    raise Stop("drills stop and kill the servers: run ./dev drill, without a DATABASE_URL or REDIS_URL of yours")


def _seed(env: Mapping[str, str]) -> None:
    connect = ("connect_channel", "--workspace", BYSTANDER, "--kind", "whatsapp", "--name", "Loja")
    account = ("--id", OTHER_NUMBER, "--account", OTHER_ACCOUNT, "--token", OTHER_TOKEN)
    for arguments in (("migrate", "--no-input", "-v", "0"), ("demo",), (*connect, *account)):
        done = subprocess.run(
            [str(PYTHON), "manage.py", *arguments], cwd=ROOT, env=dict(env), capture_output=True, text=True, check=False
        )
        if done.returncode:
            words = done.stderr.strip().splitlines() or ["no reason given"]
            raise Stop(f"manage {arguments[0]} failed: {words[-1]}", UNAVAILABLE)
