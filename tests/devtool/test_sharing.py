"""Who starts the servers of a folder, who uses them beside, and who stops them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from devtool import servers as serving
from devtool.errors import UNAVAILABLE, USAGE, Stop
from devtool.process import wait_until
from devtool.servers import Servers, running_servers


class Fake:
    """A server that only counts."""

    def __init__(self) -> None:
        self.started = self.stopped = 0

    def begin(self) -> None:
        self.started += 1

    def wait(self) -> None:
        assert self.running()

    def stop(self) -> None:
        self.stopped += 1

    def running(self) -> bool:
        return self.started > self.stopped


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, nothing_said: None) -> Fake:
    fake = Fake()
    monkeypatch.setattr(serving, "Postgres", lambda _: fake)
    monkeypatch.setattr(serving, "Valkey", lambda _: fake)
    monkeypatch.setattr(Servers, "embedded", [fake])
    return fake


class User(threading.Thread):
    """Another ./dev, which stays until it is let go. Locks are the open file's, so a thread of ours counts as one."""

    def __init__(self, var: Path) -> None:
        super().__init__(daemon=True)
        self.var = var
        self.inside, self.leave = threading.Event(), threading.Event()
        self.start()

    def run(self) -> None:
        with running_servers(self.var):
            self.inside.set()
            self.leave.wait(20)

    def go(self) -> None:
        self.leave.set()
        self.join(5)


def test_they_run_for_the_time_of_the_block(tmp_path: Path, server: Fake) -> None:
    with running_servers(tmp_path / "var"):
        assert server.running()
    assert (server.started, server.stopped) == (1, 1)


def test_they_stop_also_when_the_block_breaks_off(tmp_path: Path, server: Fake) -> None:
    with pytest.raises(KeyboardInterrupt), running_servers(tmp_path):
        raise KeyboardInterrupt
    assert not server.running()


def test_what_another_keeps_running_is_used_and_left_running(tmp_path: Path, server: Fake) -> None:
    server.begin()  # by ./dev up
    with running_servers(tmp_path):
        pass
    assert (server.started, server.stopped) == (1, 0)


def test_two_at_once_do_not_wait_for_each_other(tmp_path: Path, server: Fake) -> None:
    first = User(tmp_path)
    assert first.inside.wait(5)
    second = User(tmp_path)
    assert second.inside.wait(5), "it waited for the first to end"
    second.go()
    assert server.running()
    first.go()
    assert (server.started, server.stopped) == (1, 1)


def test_who_started_them_stays_until_the_others_have_ended(
    tmp_path: Path, server: Fake, capsys: pytest.CaptureFixture[str]
) -> None:
    first = User(tmp_path)
    assert first.inside.wait(5)
    second = User(tmp_path)
    assert second.inside.wait(5)
    first.leave.set()
    first.join(0.3)
    assert first.is_alive()
    assert server.running()
    second.go()
    first.join(5)
    assert not server.running()
    assert "the servers stay until" in capsys.readouterr().out


def test_who_comes_while_they_are_about_to_stop_starts_them_anew(tmp_path: Path, server: Fake) -> None:
    first, second = User(tmp_path), None
    assert first.inside.wait(5)
    second = User(tmp_path)
    assert second.inside.wait(5)
    first.leave.set()
    first.join(0.3)  # it waits for the second
    third = User(tmp_path)
    assert not third.inside.wait(0.3)
    second.go()
    assert third.inside.wait(5)
    assert (server.started, server.stopped) == (2, 1)
    third.go()
    assert wait_until(lambda: not server.running(), 5)


class TestServersOfTheCallers:
    @pytest.fixture
    def broken(self, nothing_said: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Stop]:
        def start(**said: str) -> Stop:
            for name, url in said.items():
                monkeypatch.setenv(name, url)
            with pytest.raises(Stop) as stop:
                Servers(Path("/nonexistent")).start()
            return stop.value

        return start

    @pytest.mark.parametrize("url", ["postgresql://x:y@127.0.0.1:1/none", "nonsense", "sqlite:///x"])
    def test_a_broken_database_url_is_one_line_and_3(self, broken: Any, url: str) -> None:
        stop = broken(DATABASE_URL=url)
        assert stop.code == UNAVAILABLE
        assert str(stop).startswith("DATABASE_URL does not work: ")
        assert "\n" not in str(stop)

    @pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "nonsense"])
    def test_so_is_a_broken_redis_url(self, broken: Any, url: str) -> None:
        stop = broken(REDIS_URL=url)
        assert stop.code == UNAVAILABLE
        assert str(stop).startswith("REDIS_URL does not work: ")

    def test_one_database_url_alone_is_a_usage_error(self, broken: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(serving, "probe", lambda *_: "")
        stop = broken(DATABASE_URL="postgresql://a@/b")
        assert (stop.code, "DATABASE_OWNER_URL is missing" in str(stop)) == (USAGE, True)
