"""The ladder of delivery states: which of two wins."""

from __future__ import annotations

from collections.abc import Iterable

from inbox.models import Delivery, State

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


def has_arrived(delivery: Delivery) -> bool:
    """Whether the platform has it, as far as anybody knows: then no other attempt may leave."""
    return delivery.state >= State.ACCEPTED and delivery.state not in (State.FAILED, State.CANCELLED)


def shown(attempts: Iterable[Delivery]) -> Delivery:
    """The attempt that a message shows: the one that came furthest of those that arrived, else the latest."""
    oldest_first = sorted(attempts, key=lambda attempt: attempt.pk)
    arrived = [attempt for attempt in oldest_first if has_arrived(attempt)]
    if arrived:
        return max(arrived, key=lambda attempt: attempt.state)
    return ([attempt for attempt in oldest_first if attempt.state != State.CANCELLED] or oldest_first)[-1]
