"""Ringing a worker. The rows hold the work and the clock guarantees it; a ring only makes it prompt, so one that does
not get through is logged and forgotten, and for a moment no further one is tried."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, Protocol

from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0


class Rung(Protocol):
    """A task of the broker's."""

    @property
    def name(self) -> str: ...

    @property
    def apply_async(self) -> Callable[..., Any]: ...


class _Line:
    """Whether the broker answered lately. One a process; a race between threads costs a ring or a log line."""

    dead_until = 0.0


def ring(task: Rung, *args: Any) -> bool:
    """Rings now; answers whether it got through."""
    if time.monotonic() < _Line.dead_until:
        return False
    try:
        task.apply_async(args=args, retry=False, ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        _Line.dead_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("doorbell not heard: %s (%s)", task.name, type(error).__name__)
        return False
    return True


def ring_on_commit(task: Rung, *args: Any) -> None:
    def ring_doorbell() -> None:
        ring(task, *args)

    transaction.on_commit(ring_doorbell, robust=True)  # robust needs a function with a name, so no partial
