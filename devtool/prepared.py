"""Whether this database already has its migrations and its demo workspaces, told in milliseconds."""

import hashlib
import json
from pathlib import Path

from devtool.errors import Stop
from devtool.paths import ROOT, write_private
from devtool.postgres import Postgres

APPLIED = "SELECT md5(string_agg(app || '.' || name, ',' ORDER BY app, name)) FROM django_migrations"


def stamp_path(var: Path) -> Path:
    return var / "run" / "prepared.json"


def forget(var: Path) -> None:
    stamp_path(var).unlink(missing_ok=True)


class PreparedStamp:
    """Written after migrate and demo succeeded; it names their files and what the database says it applied."""

    def __init__(self, var: Path, postgres: Postgres) -> None:
        self.path = stamp_path(var)
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
        return {"files": preparing_digest(), "applied": self._applied()}

    def _applied(self) -> str:
        try:
            return self.postgres.psql("--command", APPLIED, database="plaza").strip()
        except Stop:  # no such table yet
            return ""


def preparing_digest(root: Path = ROOT) -> str:
    """Of everything that migrate and demo are made of, the packages' own migrations included."""
    files = [root / "requirements.lock", root / "config" / "settings.py"]
    files += sorted([*root.glob("*/migrations/*.py"), *root.glob("*/demo.py"), *root.glob("*/demo/**/*.*")])
    total = hashlib.sha256()
    for path in files:
        total.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return total.hexdigest()
