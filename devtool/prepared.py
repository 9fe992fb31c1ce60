"""Whether the migrations on disk are those the database already has, told in milliseconds."""

import hashlib
import json
from pathlib import Path

from devtool.errors import Stop
from devtool.paths import ROOT, write_private
from devtool.postgres import Postgres

APPLIED = "SELECT md5(string_agg(app || '.' || name, ',' ORDER BY app, name)) FROM django_migrations"


class MigrationStamp:
    """Written after a successful migrate; it names the files and what the database says it applied."""

    def __init__(self, var: Path, postgres: Postgres) -> None:
        self.path = var / "run" / "migrated.json"
        self.postgres = postgres

    def holds(self) -> bool:
        try:
            stored = json.loads(self.path.read_text())
        except (FileNotFoundError, ValueError):
            return False
        return bool(stored == self._now() and stored["applied"])

    def write(self) -> None:
        write_private(self.path, json.dumps(self._now()))

    def _now(self) -> dict[str, str]:
        return {"files": migrations_digest(), "applied": self._applied()}

    def _applied(self) -> str:
        try:
            return self.postgres.psql("--command", APPLIED, database="plaza").strip()
        except Stop:  # no such table yet
            return ""


def migrations_digest(root: Path = ROOT) -> str:
    """Of our own migrations, and of the lock for those of the packages."""
    total = hashlib.sha256((root / "requirements.lock").read_bytes())
    for path in sorted(root.glob("*/migrations/*.py")):
        total.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return total.hexdigest()
