"""The clock: one at a time, each job at its interval, whatever happens in one of them or to the database."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, connection

from workspaces import locks
from workspaces.management.commands.clock import Command

HERE = "tests.workspaces.test_clock"
ran: list[str] = []


def quick() -> None:
    ran.append("quick")


def slow() -> None:
    ran.append("slow")


def broken() -> None:
    ran.append("broken")
    raise KeyError("a job's own fault")


def away() -> None:
    ran.append("away")
    raise OperationalError("gone")


@pytest.fixture(autouse=True)
def _nothing_ran() -> None:
    ran.clear()


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The monotonic clock's hand."""
    hand = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: hand[0])
    return hand


@pytest.fixture
def jobs(settings: Any) -> dict[str, float]:
    settings.CLOCK_JOBS = {f"{HERE}.quick": 1.0, f"{HERE}.slow": 3600.0}
    return dict.fromkeys(settings.CLOCK_JOBS, 0.0)


class TestIntervals:
    def test_each_job_runs_at_its_own(self, jobs: dict[str, float], hours: list[float]) -> None:
        for _ in range(7_200):
            Command().tick(jobs)
            hours[0] += 0.5
        assert (ran.count("quick"), ran.count("slow")) == (3_600, 1)

    def test_a_late_tick_runs_each_once_and_not_all_it_missed(self, jobs: dict[str, float], hours: list[float]) -> None:
        Command().tick(jobs)
        hours[0] += 86_400
        Command().tick(jobs)
        assert (ran.count("quick"), ran.count("slow")) == (2, 2)

    def test_a_broken_job_is_told_and_runs_again_in_its_time(
        self, settings: Any, hours: list[float], caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.CLOCK_JOBS = {f"{HERE}.broken": 5.0, f"{HERE}.quick": 5.0}
        next_at = dict.fromkeys(settings.CLOCK_JOBS, 0.0)
        for _ in range(10):
            Command().tick(next_at)
            hours[0] += 1
        assert ran == ["broken", "quick", "broken", "quick"]
        assert caplog.text.count("clock job tests.workspaces.test_clock.broken failed") == 2

    def test_a_job_that_is_not_there_stops_no_other(
        self, settings: Any, hours: list[float], caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.CLOCK_JOBS = {f"{HERE}.gone": 1.0, "no.such.module": 1.0, f"{HERE}.quick": 1.0}
        Command().tick(dict.fromkeys(settings.CLOCK_JOBS, 0.0))
        assert ran == ["quick"]
        assert caplog.text.count("failed") == 2

    @pytest.mark.parametrize("path", ["channels_meta.tasks.drain_overdue", "inbox.tasks.deliver_due"])
    def test_what_waits_is_asked_for_every_second(self, settings: Any, path: str) -> None:
        assert settings.CLOCK_JOBS[path] == 1.0


class Ended(Exception):
    """The test has seen enough."""


@pytest.fixture
def ticking(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[list[str]]:
    """The loop without its pauses, ended after five of them; what it did is listed."""
    settings.CLOCK_JOBS = {f"{HERE}.quick": 0.0}
    settings.CLOCK_TICK_SECONDS = 0.25
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 5:
            raise Ended

    monkeypatch.setattr(time, "sleep", pause)
    handler = signal.getsignal(signal.SIGTERM)
    yield ran
    signal.signal(signal.SIGTERM, handler)
    with connection.cursor() as cursor:  # the clock's lock lasts as long as its connection
        cursor.execute("SELECT pg_advisory_unlock_all()")
    assert set(pauses) <= {0.25}


@pytest.mark.django_db
class TestTheLoop:
    def test_ticks_while_it_holds_the_lock(self, ticking: list[str]) -> None:
        with pytest.raises(Ended):
            Command().handle()
        assert ticking == ["quick"] * 5

    def test_a_second_one_waits_for_the_first(self, ticking: list[str]) -> None:
        values = connection.get_connection_params()
        other = psycopg.connect(**{key: values[key] for key in ("dbname", "user", "host") if key in values})
        with other, other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext('the one'))", [locks._family("clock")])
            assert cursor.fetchone() == (True,)
            with pytest.raises(Ended):
                Command().handle()
        assert ticking == []

    def test_goes_on_after_the_database_was_away(
        self, ticking: list[str], settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        answers: Iterator[bool | Exception] = iter(
            [OperationalError("starting up"), True, InterfaceError("closed"), True, True]
        )

        def lock(*_: str) -> bool:
            answer = next(answers)
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(locks, "try_session_lock", lock)
        monkeypatch.setattr(connection, "close", lambda: ran.append("closed"))
        with pytest.raises(Ended):
            Command().handle()
        assert ticking == ["closed", "quick", "closed", "quick", "quick"]
        assert caplog.text.count("the database is away") == 2

    def test_a_database_that_goes_away_in_a_job_ends_the_tick_and_not_the_clock(
        self, ticking: list[str], settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.CLOCK_JOBS = {f"{HERE}.away": 0.0, f"{HERE}.quick": 0.0}
        monkeypatch.setattr(connection, "close", lambda: None)
        with pytest.raises(Ended):
            Command().handle()
        assert ticking == ["away"] * 5

    def test_a_signal_stops_it_after_the_tick(self, ticking: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
        command = Command()
        monkeypatch.setattr(time, "sleep", lambda _: signal.raise_signal(signal.SIGTERM))
        command.handle()
        assert (ticking, command.stopping) == (["quick"], True)
