"""The worker's application. Its logging is ours: Celery's own would neither mask nor name what it logs."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_process_init

from config.memory import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("plaza", task_cls="workspaces.doorbell:NamedTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def _settle(**_given: object) -> None:
    settle()


@setup_logging.connect  # whoever answers keeps Celery from configuring anything
def keep_our_logging(**_: Any) -> None:
    from logging.config import dictConfig

    from django.conf import settings

    dictConfig(settings.LOGGING)


@worker_process_init.connect  # after the fork: what sends has a thread
def begin_telemetry(**_: Any) -> None:
    from config import telemetry

    telemetry.begin("worker")
