"""The settings module, run anew under another environment; what this process uses stays as it is."""

from __future__ import annotations

import os
import runpy
import sys
from typing import Any
from unittest import mock

from tests.house.files import ROOT

NEEDED = {
    "SECRET_KEY": "s" * 50,
    "FIELD_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "DATABASE_URL": "postgresql://plaza_app:p@db:5432/plaza",
    "DATABASE_OWNER_URL": "postgresql://plaza_owner:o@db:5432/plaza",
    "REDIS_URL": "redis://:v@valkey:6379/0",
    "PUBLIC_URL": "https://plaza.example",
}


def loaded(*, command: str = "", without: str = "", **environment: str) -> dict[str, Any]:
    """`command`: manage.py's first argument."""
    said = {**NEEDED, **environment}
    said.pop(without, None)
    with mock.patch.dict(os.environ, said, clear=True), mock.patch.object(sys, "argv", ["manage.py", command]):
        return runpy.run_path(str(ROOT / "config" / "settings.py"))
