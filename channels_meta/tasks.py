"""Doorbells and clock jobs of this room."""

from __future__ import annotations

from celery import shared_task

from channels_meta import drain as drains
from channels_meta import retention


@shared_task
def drain(platform: str, account_key: str, lane: str) -> int:
    return drains.drain(platform, account_key, lane)


def drain_overdue() -> int:
    return drains.drain_overdue()


def forget_old_bodies() -> int:
    return retention.forget_old_bodies()
