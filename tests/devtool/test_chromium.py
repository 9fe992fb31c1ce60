"""The browser is found, or one line says what is missing: never a green that did not run."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from devtool import chromium
from devtool.checks import needs_browser
from devtool.errors import UNAVAILABLE, USAGE, Stop


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH, empty; nobody names a browser."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    return tmp_path


def program(folder: Path, name: str) -> Path:
    made = folder / name
    made.write_text("#!/bin/sh\n")
    made.chmod(0o755)
    return made


@pytest.mark.parametrize("name", chromium.NAMES)
def test_the_systems_browser_is_found_by_its_usual_names(path: Path, name: str) -> None:
    assert chromium.find() is None
    made = program(path, name)
    assert chromium.find() == made
    assert chromium.ensure() == made


def test_chromium_in_the_environment_comes_first(path: Path, tmp_path_factory: Any, monkeypatch: Any) -> None:
    program(path, "chromium")
    own = program(tmp_path_factory.mktemp("own"), "my-browser")
    monkeypatch.setenv("CHROMIUM", str(own))
    assert chromium.find() == own


def test_a_name_of_nothing_is_said_and_not_replaced_by_another(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(path, "chromium")
    monkeypatch.setenv("CHROMIUM", "/no/such/browser")
    with pytest.raises(Stop, match="CHROMIUM names no program: /no/such/browser") as stop:
        chromium.ensure()
    assert stop.value.code == USAGE


def as_user(monkeypatch: pytest.MonkeyPatch, uid: int) -> None:
    monkeypatch.setattr("devtool.chromium.os.geteuid", lambda: uid)


@pytest.mark.parametrize(("uid", "has_apt"), [(1000, True), (0, False), (1000, False)])
def test_without_the_right_to_install_one_it_ends_with_one_line_and_3(
    path: Path, monkeypatch: pytest.MonkeyPatch, uid: int, has_apt: bool
) -> None:
    as_user(monkeypatch, uid)
    if has_apt:
        program(path, "apt-get")
    with pytest.raises(Stop) as stop:
        chromium.ensure()
    assert stop.value.code == UNAVAILABLE
    assert str(stop.value) == "a browser is needed here: install Chromium, or name one with CHROMIUM=/path"


def apt(path: Path, code: int, *, brings: str = "") -> Callable[..., Any]:
    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        if brings and "install" in command:
            program(path, brings)
        return subprocess.CompletedProcess(command, code, "", "Reading…\nE: no network\n")

    return run


@pytest.fixture
def root(path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    as_user(monkeypatch, 0)
    program(path, "apt-get")
    return path


def test_root_gets_it_installed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devtool.chromium.subprocess.run", apt(root, 0, brings="chromium"))
    assert chromium.ensure() == root / "chromium"


@pytest.mark.parametrize(("code", "words"), [(100, "apt-get update failed: E: no network"), (0, "yet none of")])
def test_an_installation_that_fails_ends_with_one_line_and_3(
    root: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    monkeypatch.setattr("devtool.chromium.subprocess.run", apt(root, code))
    with pytest.raises(Stop, match=words) as stop:
        chromium.ensure()
    assert stop.value.code == UNAVAILABLE
    assert "\n" not in str(stop.value)


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [([], True), (["tests/browser", "-q"], True), (["tests/inbox"], False), (["-m", "not browser"], False)],
)
def test_only_what_runs_browser_tests_needs_one(arguments: list[str], needed: bool) -> None:
    assert needs_browser(arguments) is needed
