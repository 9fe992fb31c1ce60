"""./dev up before anything is installed or started: who may run, and on which ports."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from devtool import up as upping
from devtool.alone import alone
from devtool.console import Console
from devtool.environment import Ports
from devtool.errors import USAGE, Stop
from devtool.supervisor import Supervisor
from devtool.valkey import HOST, port_is_free


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which a stranger listens."""
    # below the system's own range, where a neighbour would be taken by whoever asks for any port
    free = next(port for port in range(21_000, 29_000, 10) if all(map(port_is_free, range(port - 2, port + 3))))
    with socket.create_server((HOST, free)) as stranger:
        yield stranger.getsockname()[1]


@pytest.mark.parametrize("before", [0, 1, 2])
def test_a_busy_port_of_any_of_the_three_is_named(taken: int, before: int) -> None:
    with pytest.raises(Stop, match=f"port {taken} is busy") as stop:
        upping.check_free(Ports(taken - before))
    assert stop.value.code == USAGE
    assert f"--port {taken - before + 10}" in str(stop.value)


@pytest.mark.parametrize("port", [0, -1, 65534, 99999])
def test_a_port_that_cannot_be_is_refused(port: int) -> None:
    with pytest.raises(Stop, match="a number from 1 to 65533"):
        upping.check_range(Ports(port))


def test_a_port_that_was_taken_while_we_installed_is_seen_before_anything_starts(tmp_path: Path, taken: int) -> None:
    """Else the stranger's answer to /readyz would be greeted as ours."""
    started: list[str] = []
    supervisor: Any = SimpleNamespace(add=lambda name, *_, **__: started.append(name))
    run = upping.Run(tmp_path, Ports(taken), SimpleNamespace(), supervisor)  # type: ignore[arg-type]
    with pytest.raises(Stop, match="is busy"):
        run._start_processes({"SANDBOX": "1"})
    assert started == []


@pytest.mark.parametrize(("sandbox", "last"), [("1", "sandbox"), ("0", "clock")])
def test_the_whole_table_is_started_and_the_sandbox_only_where_it_belongs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sandbox: str, last: str
) -> None:
    started: list[str] = []
    monkeypatch.setattr(upping, "check_free", lambda _: None)
    supervisor: Any = SimpleNamespace(add=lambda name, *_, **__: started.append(name))
    run = upping.Run(tmp_path, Ports(1), SimpleNamespace(), supervisor)  # type: ignore[arg-type]
    run._start_processes({"SANDBOX": sandbox})
    assert started[0] == "web"
    assert started[-1] == last


def test_a_second_one_in_the_same_folder_is_told_so(tmp_path: Path, taken: int) -> None:
    with alone(tmp_path / "up.lock", ""), pytest.raises(Stop, match=r"\./dev up already runs in") as stop:
        upping.up(tmp_path, taken)
    assert stop.value.code == USAGE
    with pytest.raises(Stop, match="is busy"):  # the first one has ended: it goes on to the next question
        upping.up(tmp_path, taken)


def test_a_step_that_fails_ends_it_with_1(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, Console(coloured=False))
    run = upping.Run(tmp_path, Ports(1), SimpleNamespace(), supervisor)  # type: ignore[arg-type]
    child = supervisor.add("migrate", ["/bin/sh", "-c", "exit 7"], {}, lasting=False)
    with pytest.raises(Stop, match=r"migrate failed \(exit 7\)") as stop:
        run._require(child)
    assert stop.value.code == 1


class Recorded:
    """A supervisor whose children all succeed at once; it is asked to stop as soon as everything runs."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.said: list[str] = []
        self.watches: list[Any] = []
        self.console = SimpleNamespace(say=self.said.append)
        self.stopping = False

    def add(self, name: str, *_: Any, **__: Any) -> SimpleNamespace:
        self.names.append(name)
        return SimpleNamespace(name=name, code=0)

    def finish(self, _: Any) -> int:
        return 0

    def turn(self) -> None:
        self.stopping = bool(self.said)


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nothing_said: None) -> Any:
    """Starts everything with these switches, on servers of somebody else's."""
    monkeypatch.setattr(upping, "check_free", lambda _: None)
    monkeypatch.setattr(upping, "is_ready", lambda *_: True)
    monkeypatch.setattr(upping, "port_is_free", lambda _: False)
    monkeypatch.setattr("devtool.catalogue_files.stale", list)

    def start(**said: str) -> Recorded:
        for name, value in said.items():
            monkeypatch.setenv(name, value)
        recorded = Recorded()
        servers = SimpleNamespace(environment=dict, postgres=None, embedded=[])
        upping.Run(tmp_path, Ports(9000), servers, recorded).all()  # type: ignore[arg-type]
        return recorded

    return start


def test_in_development_there_is_a_demo_and_its_logins_are_said(start: Any) -> None:
    recorded = start()
    assert "demo" in recorded.names
    assert "collectstatic" not in recorded.names
    assert any("plaza-demo" in line for line in recorded.said)


def test_in_production_nobody_can_log_in_with_a_password_that_everybody_knows(start: Any) -> None:
    recorded = start(DEBUG="0", PUBLIC_URL="https://plaza.example")
    assert recorded.names.index("collectstatic") < recorded.names.index("web")
    assert not {"demo", "sandbox"} & set(recorded.names)
    assert not any("plaza-demo" in line or "Phone" in line for line in recorded.said)
    assert any("https://plaza.example/" in line for line in recorded.said)


def test_production_may_be_tried_with_the_sandbox(start: Any) -> None:
    assert {"collectstatic", "demo", "sandbox"} <= set(start(DEBUG="0", SANDBOX="1").names)
