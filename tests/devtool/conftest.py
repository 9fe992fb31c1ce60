from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtool import environment
from devtool.paths import ROOT


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder with a blank in its path that another user may pass through, as a checkout's var/ is."""
    top = Path(tempfile.mkdtemp(prefix="plaza test "))
    top.chmod(0o755)
    try:
        yield top / "a var"
    finally:
        shutil.rmtree(top)


@pytest.fixture
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine where nobody set anything: ./dev test itself did."""
    for name in re.findall(r"^#? ?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(environment.given, "__defaults__", (Path("/nonexistent/.env"),))
