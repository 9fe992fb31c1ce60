"""Small things of the ground: names, locks, the doorbell, the cache, the clock, health."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import ConnectionError as RedisConnectionError

from workspaces import doorbell, locks
from workspaces.caching import ForgivingRedisCache
from workspaces.management.commands.clock import Command as Clock
from workspaces.models import Membership, User, Workspace
from workspaces.names import hue, initials
from workspaces.templatetags.plaza import capped, icon


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Lia Prado", "LP"),
        ("Cooperadora de la Escuela", "CE"),
        ("ñandú", "Ñ"),
        ("🙂 Lia", "L"),
        ("🙂", "?"),
        ("", "?"),
        ("4 Estações", "4E"),
    ],
)
def test_initials(name: str, shown: str) -> None:
    assert initials(name) == shown


def test_neighbours_have_different_hues() -> None:
    assert all(hue(n) != hue(n + 1) for n in range(100))
    assert {hue(n) for n in range(12)} == set(range(12))


def test_counters_stop_at_99() -> None:
    assert [capped(0), capped(99), capped(100)] == ["0", "99", "99+"]


def test_an_icon_is_hidden_from_screen_readers() -> None:
    assert 'aria-hidden="true"' in icon("inbox", "lg")


@pytest.mark.django_db
def test_a_lock_held_elsewhere_is_not_given() -> None:
    values = connection.get_connection_params()
    other = psycopg.connect(**{key: values[key] for key in ("dbname", "user", "host") if key in values})
    with connection.cursor() as cursor:
        cursor.execute("SELECT hashtext('a')")
        row = cursor.fetchone()
    assert row
    with other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [locks._family("test"), row[0]])
        assert not locks.try_lock("test", "a")
        assert locks.try_lock("test", "b")
        assert locks.try_lock("other", "a")
    assert locks.try_lock("test", "a")


class Unheard:
    name = "a.task"

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.rung = 0

    def apply_async(self, **_: Any) -> None:
        self.rung += 1
        raise self.error


@pytest.mark.parametrize("error", [BrokerError(), RedisConnectionError(), OSError()])
def test_a_doorbell_nobody_hears_is_no_failure_and_not_tried_at_once_again(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorbell._Line, "dead_until", 0.0)
    task = Unheard(error)
    assert doorbell.ring(task, 1) is False
    assert doorbell.ring(task, 1) is False
    assert task.rung == 1


def test_a_programming_error_in_a_task_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorbell._Line, "dead_until", 0.0)
    with pytest.raises(TypeError):
        doorbell.ring(Unheard(TypeError()), 1)


def test_the_cache_forgets_while_redis_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ForgivingRedisCache, "dead_until", 0.0)
    away = ForgivingRedisCache("redis://127.0.0.1:1/0", {"OPTIONS": {"socket_connect_timeout": 0.2}})
    away.set("a", 1)
    assert away.get("a", "nothing") == "nothing"
    assert away.get_many(["a"]) == {}
    assert away.set_many({"a": 1}) == []
    assert away.add("a", 1) is True
    assert away.delete("a") is False
    assert away.incr("a") == 1


def test_the_cache_remembers_while_redis_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ForgivingRedisCache, "dead_until", 0.0)
    cache.set_many({"t:a": 1, "t:b": 2})
    assert cache.get_many(["t:a", "t:b", "t:c"]) == {"t:a": 1, "t:b": 2}
    assert cache.delete("t:a") is True


ticks: list[str] = []


def first_job() -> None:
    ticks.append("first")


def failing_job() -> None:
    raise ValueError("this job is broken")


def away_job() -> None:
    raise OperationalError("gone")


class TestTheClock:
    def test_one_jobs_fault_does_not_stop_the_others(self, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
        here = "tests.workspaces.test_ground"
        settings.CLOCK_JOBS = {f"{here}.failing_job": 0.0, f"{here}.first_job": 60.0}
        ticks.clear()
        next_at = dict.fromkeys(settings.CLOCK_JOBS, 0.0)
        Clock().tick(next_at)
        Clock().tick(next_at)
        assert ticks == ["first"]
        assert "failing_job failed" in caplog.text

    def test_a_database_that_is_away_is_the_loops_matter(self, settings: Any) -> None:
        settings.CLOCK_JOBS = {"tests.workspaces.test_ground.away_job": 0.0}
        with pytest.raises(OperationalError):
            Clock().tick({"tests.workspaces.test_ground.away_job": 0.0})


@pytest.mark.django_db
class TestTheDoorsOfHealth:
    def test_alive_and_ready(self) -> None:
        assert Client().get("/healthz").json() == {"status": "ok"}
        assert Client().get("/readyz").json() == {"status": "ready"}

    def test_a_database_that_is_away_is_not_ready(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def away(*_: object) -> None:
            raise OperationalError

        monkeypatch.setattr("config.health.MigrationExecutor", away)
        assert Client().get("/readyz").status_code == 503


@pytest.mark.django_db
class TestTheDemo:
    def test_seeding_twice_makes_it_once(self) -> None:
        call_command("demo")
        call_command("demo")
        assert Workspace.objects.count() == 2
        assert User.objects.filter(email="ana@plaza.example").get().check_password("plaza-demo")

    def test_a_demo_login_works(self) -> None:
        call_command("demo")
        client = Client()
        answer = client.post("/accounts/login/", {"login": "ana@plaza.example", "password": "plaza-demo"})
        assert answer["Location"] == "/"
        assert client.get("/")["Location"] == "/w/calzado-sur/"
        assert client.get("/w/calzado-sur/")["Location"] == "/w/calzado-sur/inbox/"


def test_a_person_of_two_workspaces_chooses(ana: Membership, otra: Workspace, browser_of: Any) -> None:
    from tests.conftest import member_of

    member_of(otra, ana.user, "agent")
    html = browser_of(ana.user).get("/").content.decode()
    assert "Calzado Sur" in html
    assert "Otra Tienda" in html
