"""Ringing the drain after a flush, in a thread of its own: a slow, stopped or frozen broker never slows an answer of
the door. Rings for one lane that wait together become one; what is not heard the clock finds."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable

from channels_meta.ledger import Lane

logger = logging.getLogger(__name__)

BUSY_BODIES = 16  # a flush this big means many more are coming,
BUSY_SECONDS = 0.05  # so the next ring may wait for them: each costs about as much as ten answers
MAX_LANES = 10_000


class Waker:
    def __init__(self, ring: Callable[[Lane], object]) -> None:
        self._ring = ring
        self._lanes: set[Lane] = set()
        self._changed = threading.Condition()
        self._busy = False
        self._stopping = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name="webhook-waker", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()
        with self._changed:
            self._changed.notify()

    def wake(self, lanes: Iterable[Lane], bodies: int) -> None:
        with self._changed:
            if len(self._lanes) < MAX_LANES:
                self._lanes.update(lanes)
            self._busy = bodies >= BUSY_BODIES
            self._changed.notify()

    def _run(self) -> None:
        while not self._stopping.is_set():
            for lane in self._next():
                self._ring_one(lane)
            if self._busy:
                self._stopping.wait(BUSY_SECONDS)

    def _next(self) -> set[Lane]:
        with self._changed:
            self._changed.wait_for(lambda: self._lanes or self._stopping.is_set())
            lanes, self._lanes = self._lanes, set()
        return lanes

    def _ring_one(self, lane: Lane) -> None:
        try:
            self._ring(lane)
        except Exception as error:  # noqa: BLE001 - the thread outlives whatever the broker's client does
            logger.warning("doorbell failed: %s", type(error).__name__)
