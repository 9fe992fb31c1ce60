"""The doorbells and clock jobs of this room: named as settings name them, on the queue somebody listens to."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from channels_meta import tasks
from config.celery import app
from config.processes import PROCESSES
from inbox.models import Channel
from tests.channels_meta.arrivals import State, arrive, states, texts
from tests.channels_meta.poison import NUMBER, message, whole
from workspaces import doorbell
from workspaces.models import Workspace

OURS = {"channels_meta.tasks.drain", "inbox.tasks.deliver", "inbox.tasks.tell_read", "workspaces.tasks.drain_events"}


@pytest.fixture(scope="module")
def known() -> set[str]:
    app.loader.import_default_modules()
    return {name for name in app.tasks if not name.startswith("celery.")}


def queue_of(task: str) -> str:
    options = app.amqp.router.route({}, task)
    queue = options.get("queue", app.conf.task_default_queue)
    return str(getattr(queue, "name", queue))


def listened_to() -> set[str]:
    commands = [process.command for process in PROCESSES]
    return {command[place + 1] for command in commands for place, word in enumerate(command) if word == "-Q"}


def test_every_task_waits_where_a_worker_listens(known: set[str]) -> None:
    assert known >= OURS
    assert {queue_of(task) for task in known} <= listened_to() == {"fast", "slow"}


def test_every_route_is_of_a_task(known: set[str]) -> None:
    assert set(settings.CELERY_TASK_ROUTES) <= known


@pytest.mark.parametrize(
    ("task", "queue"),
    [
        ("channels_meta.tasks.drain", "fast"),
        ("inbox.tasks.deliver", "fast"),
        ("workspaces.tasks.drain_events", "fast"),
        ("inbox.tasks.tell_read", "slow"),
        ("made.up", "slow"),
    ],
)
def test_what_somebody_waits_for_is_fast(task: str, queue: str) -> None:
    assert queue_of(task) == queue


@pytest.mark.parametrize("path", settings.CLOCK_JOBS)
def test_every_job_of_the_clock_can_be_called(path: str) -> None:
    assert callable(import_string(path))
    assert settings.CLOCK_JOBS[path] >= settings.CLOCK_TICK_SECONDS


@pytest.mark.django_db
class TestOurs:
    @pytest.fixture(autouse=True)
    def _no_broker(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(doorbell, "ring", lambda *_: True)

    def age(self, seconds: float) -> None:
        with connection.cursor() as cursor:
            for table in ("channels_meta_webhookbody", "channels_meta_webhookpart"):
                cursor.execute(f"UPDATE {table} SET received_at = now() - make_interval(secs => %s)", [seconds])

    def test_a_ring_drains_its_lane_alone(self, calzado: Workspace, ventas: Channel) -> None:
        arrive(whole([message(1)]))
        assert tasks.drain("whatsapp", NUMBER, "status") == 0
        assert states() == [State.PENDING]
        assert tasks.drain("whatsapp", NUMBER, "chat") == 1
        assert texts(calzado) == ["Hola 1"]

    def test_a_second_ring_finds_nothing(self, ventas: Channel) -> None:
        arrive(whole([message(1)]))
        assert [tasks.drain("whatsapp", NUMBER, "chat") for _ in range(3)] == [1, 0, 0]

    def test_the_clock_drains_what_is_overdue(self, calzado: Workspace, ventas: Channel) -> None:
        arrive(whole([message(1)]))
        assert tasks.drain_overdue() == 0
        self.age(6)
        assert tasks.drain_overdue() == 1
        assert texts(calzado) == ["Hola 1"]

    def test_the_clock_forgets_what_is_old(self, ventas: Channel, settings: Any) -> None:
        settings.WEBHOOK_RETENTION_DAYS = 2
        arrive(whole([message(1)]))
        tasks.drain("whatsapp", NUMBER, "chat")
        assert tasks.forget_old_bodies() == 0
        self.age(2 * 86_400 + 1)
        assert tasks.forget_old_bodies() == 1

    def test_parts_of_a_platform_that_was_taken_back_stay_and_stop_nobody(
        self, calzado: Workspace, ventas: Channel
    ) -> None:
        """A newer version's door stored them; after it was rolled back nobody here can read them."""
        arrive(whole([message(1)]), whole([message(2)]))
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE channels_meta_webhookpart SET platform = 'afuture' WHERE id = "
                "(SELECT min(id) FROM channels_meta_webhookpart)"
            )
        self.age(6)
        assert tasks.drain_overdue() == 1
        assert states() == [State.PENDING, State.DONE]
        assert texts(calzado) == ["Hola 2"]
