"""PostgreSQL and Valkey of one folder: embedded unless others are named, and those are never touched."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from devtool import servers as module
from devtool.errors import UNAVAILABLE, USAGE, Stop
from devtool.servers import Servers, probe, running_servers

pytestmark = pytest.mark.usefixtures("nothing_said")


class Fake:
    """A server that only remembers what was asked of it."""

    def __init__(self, var: Path) -> None:
        self.done: list[str] = []
        self.up = False

    def begin(self) -> None:
        self.done.append("begin")

    def wait(self) -> None:
        self.done.append("wait")
        self.up = True

    def stop(self) -> None:
        self.done.append("stop")
        self.up = False

    def running(self) -> bool:
        return self.up

    def url(self, role: str = "") -> str:
        return f"fake://{role}"


@pytest.fixture(autouse=True)
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "Postgres", Fake)
    monkeypatch.setattr(module, "Valkey", Fake)


def of(servers: Servers) -> list[Any]:
    return list(servers.embedded)


class TestWhichOnes:
    @pytest.mark.parametrize(
        ("said", "embedded", "environment"),
        [
            ({}, 2, {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"}),
            ({"REDIS_URL": "redis://x"}, 1, {"DATABASE_URL", "DATABASE_OWNER_URL"}),
            ({"DATABASE_URL": "postgresql://a/b", "DATABASE_OWNER_URL": "postgresql://o/b"}, 1, {"REDIS_URL"}),
            (
                {
                    "DATABASE_URL": "postgresql://a/b",
                    "DATABASE_OWNER_URL": "postgresql://o/b",
                    "REDIS_URL": "redis://x",
                },
                0,
                set(),
            ),
            ({"DATABASE_URL": "", "REDIS_URL": ""}, 2, {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"}),
        ],
    )
    def test_what_is_named_is_not_started(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        said: dict[str, str],
        embedded: int,
        environment: set[str],
    ) -> None:
        for name, value in said.items():
            monkeypatch.setenv(name, value)
        servers = Servers(tmp_path)
        assert (len(servers.embedded), set(servers.environment())) == (embedded, environment)

    def test_the_app_and_the_owner_have_an_address_each(self, tmp_path: Path) -> None:
        found = Servers(tmp_path).environment()
        assert (found["DATABASE_URL"], found["DATABASE_OWNER_URL"]) == ("fake://plaza_app", "fake://plaza_owner")

    def test_they_start_beside_each_other_and_stop_the_other_way_round(self, tmp_path: Path) -> None:
        servers = Servers(tmp_path)
        servers.start()
        assert servers.running()
        servers.stop()
        assert [one.done for one in of(servers)] == [["begin", "wait", "stop"]] * 2
        assert not servers.running()


class TestOthers:
    @pytest.mark.parametrize("name", ["DATABASE_URL", "DATABASE_OWNER_URL"])
    def test_half_a_pair_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        monkeypatch.setattr(module, "probe", lambda *_: "")
        monkeypatch.setenv(name, "postgresql://a/b")
        with pytest.raises(Stop, match="come together") as caught:
            Servers(tmp_path).start()
        assert caught.value.code == USAGE

    def test_one_that_does_not_answer_is_named_before_anything_starts(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "probe", lambda name, url: "connection refused")
        monkeypatch.setenv("REDIS_URL", "redis://x")
        servers = Servers(tmp_path)
        with pytest.raises(Stop, match="REDIS_URL does not work: connection refused") as caught:
            servers.start()
        assert caught.value.code == UNAVAILABLE
        assert of(servers)[0].done == []

    @pytest.mark.parametrize(
        ("name", "url"),
        [
            ("REDIS_URL", "redis://127.0.0.1:1/0"),
            ("REDIS_URL", "not a url"),
            ("DATABASE_URL", "postgresql://a@127.0.0.1:1/b"),
        ],
    )
    def test_why_one_does_not_work_is_a_line(self, name: str, url: str) -> None:
        trouble = probe(name, url)
        assert trouble
        assert "\n" not in trouble
        assert "Traceback" not in trouble

    def test_one_that_works_has_no_trouble(self) -> None:
        from django.conf import settings  # the servers that these tests run on

        assert probe("REDIS_URL", settings.REDIS_URL) == ""


class TestSharing:
    def test_they_run_for_the_time_of_the_block(self, tmp_path: Path) -> None:
        with running_servers(tmp_path) as servers:
            assert servers.running()
            fakes = of(servers)
        assert [one.done[-1] for one in fakes] == ["stop", "stop"]

    def test_and_stop_when_the_block_fails(self, tmp_path: Path) -> None:
        kept: list[Servers] = []
        with pytest.raises(RuntimeError), running_servers(tmp_path) as servers:
            kept.append(servers)
            raise RuntimeError
        assert not kept[0].running()

    def test_those_that_run_already_are_used_and_left(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Fake, "running", lambda self: True)
        with running_servers(tmp_path) as servers:
            fakes = of(servers)
        assert [one.done for one in fakes] == [[], []]

    def test_who_started_them_waits_for_who_uses_them(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        used, may_leave, order = threading.Event(), threading.Event(), list[str]()

        def user() -> None:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Fake, "running", lambda self: True)
                with running_servers(tmp_path):
                    used.set()
                    may_leave.wait(5)
                    order.append("the user left")

        with running_servers(tmp_path) as servers:
            for one in of(servers):
                monkeypatch.setattr(one, "stop", lambda: order.append("stopped"))
            thread = threading.Thread(target=user)
            thread.start()
            assert used.wait(5)
            threading.Timer(0.05, may_leave.set).start()
        thread.join()
        assert order == ["the user left", "stopped", "stopped"]

    def test_two_who_begin_at_once_start_them_once(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        state, started, both = {"up": False}, list[int](), threading.Barrier(2, timeout=5)

        def begin(self: Fake) -> None:
            started.append(1)

        monkeypatch.setattr(Fake, "begin", begin)
        monkeypatch.setattr(Fake, "wait", lambda self: state.update(up=True))
        monkeypatch.setattr(Fake, "stop", lambda self: state.update(up=False))
        monkeypatch.setattr(Fake, "running", lambda self: state["up"])

        def use() -> None:
            with running_servers(tmp_path):
                both.wait()  # neither would get here if one had to wait for the other
                assert state["up"]

        threads = [threading.Thread(target=use) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert not both.broken
        assert len(started) == 2  # PostgreSQL's and Valkey's, once each
        assert not state["up"]

    def test_others_servers_are_waited_for_by_nobody(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
            monkeypatch.setenv(name, "x://")
        monkeypatch.setattr(module, "probe", lambda *_: "")
        with running_servers(tmp_path), running_servers(tmp_path) as servers:
            assert servers.embedded == []
