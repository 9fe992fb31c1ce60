"""The clock: rings for what is due and itself does what no doorbell brought about. One at a time, by advisory lock; not
Celery beat, which dies with the broker it would have to stand in for."""

from __future__ import annotations

import logging
import signal
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection
from django.utils.module_loading import import_string

from workspaces import locks, logs

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Runs every job of settings.CLOCK_JOBS at its interval, until stopped."
    stopping = False

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, self.stop)
        next_at = dict.fromkeys(settings.CLOCK_JOBS, 0.0)
        while not self.stopping:
            try:
                if locks.try_session_lock("clock", "the one"):
                    self.tick(next_at)
            except (DatabaseError, InterfaceError) as error:
                logger.warning("the database is away: %s", type(error).__name__)
                connection.close()
            time.sleep(settings.CLOCK_TICK_SECONDS)

    def stop(self, *_: object) -> None:
        self.stopping = True

    def tick(self, next_at: dict[str, float]) -> None:
        now = time.monotonic()
        for path, interval in settings.CLOCK_JOBS.items():
            if next_at[path] <= now:
                next_at[path] = now + interval
                self.run(path)

    def run(self, path: str) -> None:
        try:
            with logs.named():
                import_string(path)()
        except (DatabaseError, InterfaceError):
            raise
        except Exception:  # one job's fault must not stop the others
            logger.exception("clock job %s failed", path)
