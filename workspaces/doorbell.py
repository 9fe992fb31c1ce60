"""Ringing a worker. The rows hold the work and the clock guarantees it; a ring only makes it prompt, so one that does
not get through is logged and forgotten, and for a moment no further one is tried."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, Protocol

from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from workspaces import logs, metrics

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0


class Rung(Protocol):
    """A task of the broker's."""

    @property
    def name(self) -> str: ...

    @property
    def apply_async(self) -> Callable[..., Any]: ...


_heard, _unheard = metrics.RINGS.labels("heard"), metrics.RINGS.labels("unheard")


class _Line:
    """Whether the broker answered lately. One a process; a race between threads costs a ring or a log line."""

    dead_until = 0.0


class NamedTask(Task):  # type: ignore[type-arg]  # not generic when it runs
    """Every task: what it logs carries the request that rang for it, and that request's workspace."""

    def before_start(self, task_id: str, args: Any, kwargs: Any) -> None:
        logs.request.set(self.request.get("request_id") or task_id[:16])
        logs.asked_by.set(self.request.get("workspace_id"))


def ring(task: Rung, *args: Any) -> bool:
    """Rings now; answers whether it got through. Who asks goes with it, as headers."""
    if time.monotonic() < _Line.dead_until:
        _unheard.inc()
        return False
    names = {"request_id": logs.request.get(), "workspace_id": logs.workspace()}
    try:
        task.apply_async(args=args, headers=names, retry=False, ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        _Line.dead_until = time.monotonic() + PAUSE_SECONDS
        _unheard.inc()
        logger.warning("doorbell not heard: %s (%s)", task.name, type(error).__name__)
        return False
    _heard.inc()
    return True


def ring_on_commit(task: Rung, *args: Any) -> None:
    names = logs.request.get(), logs.workspace()  # the scope may be closed by then

    def ring_doorbell() -> None:
        with logs.named(*names):
            ring(task, *args)

    transaction.on_commit(ring_doorbell, robust=True)  # robust needs a function with a name, so no partial
