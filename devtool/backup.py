"""A copy of the database in one file, and a database from such a file: PostgreSQL's own programs, as the superuser,
whom row-level security does not stop. The keys that open its secrets (FIELD_KEYS) are not in it: keep them apart."""

import os
import subprocess
from pathlib import Path

from devtool.errors import UNAVAILABLE, USAGE, Stop
from devtool.postgres import Postgres

TABLES = "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"


def backup(postgres: Postgres, target: Path, database: str = "plaza") -> None:
    """One consistent moment, also while everything writes. Whole or not at all under its name, and nobody else's."""
    draft = target.with_name(f".{target.name}.draft")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        _run(
            postgres, "pg_dump", "--format=custom", f"--file={draft}", f"--dbname={postgres.url('postgres', database)}"
        )
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def restore(postgres: Postgres, source: Path, database: str = "plaza") -> None:
    """Into a database that is empty, as that of a new cluster is; all of it or nothing."""
    if not source.is_file():
        raise Stop(f"{source}: there is no such file", USAGE)
    if int(postgres.psql("--command", TABLES, database=database)):
        raise Stop("the database holds tables already: restore into a new one (another PLAZA_VAR)", USAGE)
    target = f"--dbname={postgres.url('postgres', database)}"
    _run(postgres, "pg_restore", "--exit-on-error", "--single-transaction", target, str(source))


def _run(postgres: Postgres, program: str, *arguments: str) -> None:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    argv = [str(postgres.place.programs / program), *arguments]
    done = subprocess.run(argv, env={**ours, "LC_ALL": "C"}, capture_output=True, text=True, check=False)
    if done.returncode:
        words = done.stderr.strip().splitlines() or ["no reason given"]
        raise Stop(f"{program} failed: {words[-1]}", UNAVAILABLE)
