"""One table of processes: what ./dev starts, what the containers run, and what their settings are called."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.processes import PROCESSES, Process
from tests.house.files import ROOT

COMPOSE = ROOT / "docker-compose.yml"
SERVICES_BESIDE = {"db", "valkey", "migrate"}
SETTING_READ = re.compile(
    r"\benv(?:\.\w+)?\(\s*\"([A-Z_]+)\"|database\(\s*\"([A-Z_]+)\"|environ(?:\.get\(|\[)\"([A-Z_]+)\""
)
DOCUMENTED = re.compile(r"^#? ?([A-Z][A-Z_]+)=", re.MULTILINE)
NOT_OURS = {"DJANGO_SETTINGS_MODULE", "NO_COLOR", "DEBIAN_FRONTEND", "PATH", "PROBED_URL"}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found = yaml.safe_load(COMPOSE.read_text())["services"]
    assert isinstance(found, dict)
    return found


def test_names_are_unique() -> None:
    names = [process.name for process in PROCESSES]
    assert len(set(names)) == len(names) > 3


def test_the_containers_run_the_same_processes(services: dict[str, Any]) -> None:
    assert services.keys() - SERVICES_BESIDE == {process.name for process in PROCESSES}


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_with_the_same_commands(process: Process, services: dict[str, Any]) -> None:
    assert services[process.name]["command"] == process.argv(host="0.0.0.0", port=8000)  # noqa: S104
    assert ("profiles" in services[process.name]) is process.development_only


def test_the_image_alone_is_the_web() -> None:
    command = re.search(r"^CMD (\[.*\])$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert command
    assert yaml.safe_load(command[1]) == PROCESSES[0].argv(host="0.0.0.0", port=8000)  # noqa: S104


def test_every_service_waits_for_the_migrations(services: dict[str, Any]) -> None:
    for process in PROCESSES:
        assert services[process.name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_only_migrations_and_the_app_know_a_database(services: dict[str, Any]) -> None:
    environment = services["web"]["environment"]
    assert "plaza_app" in environment["DATABASE_URL"]
    assert "plaza_owner" in environment["DATABASE_OWNER_URL"]
    assert environment["DEBUG"] == "0"


def settings_read() -> set[str]:
    files: list[Path] = [
        *ROOT.glob("config/*.py"),
        *ROOT.glob("devtool/*.py"),
        ROOT / "channels_meta/sandbox/settings.py",
    ]
    hits = (hit for path in files for hit in SETTING_READ.findall(path.read_text()))
    return {name for hit in hits for name in hit if name} - NOT_OURS


def test_every_setting_is_documented() -> None:
    read = settings_read()
    assert {"SECRET_KEY", "REDIS_URL", "SANDBOX_PORT", "PLAZA_VAR"} <= read
    assert read - set(DOCUMENTED.findall((ROOT / ".env.example").read_text())) == set()


def test_the_containers_ask_only_for_what_is_documented() -> None:
    asked = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", COMPOSE.read_text()))
    assert asked
    assert asked - set(DOCUMENTED.findall((ROOT / ".env.example").read_text())) == set()
