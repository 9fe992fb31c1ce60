"""The ladder of delivery states: which of two wins."""

from __future__ import annotations

from inbox.models import State

BY_STATUS = {
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "read": State.READ,
    "played": State.PLAYED,
    "failed": State.FAILED,
}


def outranks(new: int, old: int | None) -> bool:
    """A state applies only if its rank is higher: a late "delivered" never takes "read" back, and "failed" wins over
    queued to sent only. Nothing follows a cancelled delivery, and it is reached from queued only."""
    if old is None:
        return True
    if new == State.CANCELLED:
        return old == State.QUEUED
    return old != State.CANCELLED and new > old
