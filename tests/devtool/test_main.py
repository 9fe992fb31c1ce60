"""The command line of ./dev: what it runs, what it passes on, and how it ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from devtool import checks, prepared
from devtool import main as dev
from devtool.errors import UNAVAILABLE, USAGE, Stop
from tests.devtool.noting import noted


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Instead of being done, what would be done is noted."""
    done: list[tuple[Any, ...]] = []

    def named(name: str, answer: int) -> Any:
        return noted(done, answer, lambda *arguments: (name, *arguments))

    monkeypatch.setattr(dev, "ensure_dev", lambda: done.append(("dev lock",)))
    monkeypatch.setattr(dev, "ensure_runtime", lambda: done.append(("runtime lock",)))
    monkeypatch.setattr(checks, "test", named("test", 4))
    monkeypatch.setattr(checks, "lint", named("lint", 5))
    monkeypatch.setattr(dev, "with_servers", named("servers", 6))
    monkeypatch.setattr(dev, "up", named("up", 0))
    monkeypatch.setattr(prepared, "forget", lambda var: done.append(("forget", var)))
    monkeypatch.setattr(dev, "var_folder", lambda: Path("/var"))
    return done


@pytest.mark.parametrize(
    ("arguments", "code", "done"),
    [
        (["up"], 0, [("up", Path("/var"), 8000)]),
        (["up", "--port", "9000"], 0, [("up", Path("/var"), 9000)]),
        (["lint"], 5, [("lint", Path("/var/test"))]),
        (["test"], 4, [("test", Path("/var/test"), [])]),
        (["test", "-k", "send", "--help"], 4, [("test", Path("/var/test"), ["-k", "send", "--help"])]),
        (["bench", "door"], 6, [("dev lock",), ("servers", Path("/var/bench"), ["-m", "bench", "door"])]),
        (["drill", "--json"], 6, [("dev lock",), ("servers", Path("/var/drill"), ["-m", "bench.drill", "--json"])]),
        (
            ["manage", "shell", "-c", "1"],
            6,
            [("runtime lock",), ("forget", Path("/var")), ("servers", Path("/var"), ["manage.py", "shell", "-c", "1"])],
        ),
    ],
)
def test_each_command(calls: list[Any], arguments: list[str], code: int, done: list[Any]) -> None:
    assert dev.main(arguments) == code
    assert calls == done


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_is_given(calls: list[Any], capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        dev.main(arguments)
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert all(word in said for word in ("up", "test", "lint", "bench", "drill", "manage"))
    assert calls == []


@pytest.mark.parametrize(
    "arguments", [["dance"], ["up", "--port", "x"], ["up", "more"], ["lint", "more"], ["--port", "1"]]
)
def test_what_is_not_understood_is_refused(
    calls: list[Any], capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        dev.main(arguments)
    assert ended.value.code == 2
    assert "usage: ./dev" in capsys.readouterr().err
    assert calls == []


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (Stop("port 8000 is busy"), USAGE, "dev: port 8000 is busy\n"),
        (Stop("no database", UNAVAILABLE), UNAVAILABLE, "dev: no database\n"),
        (PermissionError(13, "denied", "/x/var"), UNAVAILABLE, "dev: /x/var: permission denied"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
@pytest.mark.parametrize("command", ["up", "lint", "test", "manage"])
def test_how_it_ends(
    calls: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    error: BaseException,
    code: int,
    said: str,
) -> None:
    """One line for a person and a code for a program; what we did not think of is shown whole."""

    def fail(*_: Any) -> int:
        raise error

    for owner, name in ((dev, "up"), (dev, "with_servers"), (checks, "lint"), (checks, "test")):
        monkeypatch.setattr(owner, name, fail)
    assert dev.main([command]) == code
    assert capsys.readouterr().err.startswith(said)


def test_a_mistake_of_ours_is_not_hidden(calls: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "up", lambda *_: int("a mistake"))
    with pytest.raises(ValueError, match="a mistake"):
        dev.main(["up"])
