"""Receipts: kept, matched with their delivery by the platform's id or our attempt's, applied only upwards."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from django.db.models import Q

from inbox import metrics, states
from inbox.models import Delivery, Message, State
from inbox.models import Receipt as ReceiptRow
from inbox.port import Echo, Event, Receipt
from inbox.receiving.batch import Batch
from workspaces import locks


@dataclass(slots=True)
class Due:
    """A receipt and the delivery it is about."""

    receipt: Receipt
    delivery: Delivery


def from_echoes(batch: Batch, events: Sequence[Event]) -> list[Receipt]:
    """An echo that gives our attempt id back is no message of somebody else's but a word about ours: it was sent."""
    echoes = {id_: event for event in events if isinstance(event, Echo) and (id_ := _attempt(event.attempt))}
    if not echoes:
        return []
    ours = Delivery.objects.filter(channel=batch.channel, attempt__in=echoes).values_list("attempt", flat=True)
    found = [echoes[attempt] for attempt in ours]
    batch.claimed.update(echo.external_id for echo in found)
    return [
        Receipt(raw=echo.raw, at=echo.at, external_id=echo.external_id, status="sent", attempt=echo.attempt)
        for echo in found
    ]


def find(batch: Batch, events: Sequence[Receipt]) -> list[Due]:
    """Keeps every receipt, known or not, and answers those whose delivery is known already."""
    if not events:
        return []
    attempts = {attempt for event in events if (attempt := _attempt(event.attempt))}
    named = Q(external_id__in={event.external_id for event in events}) | Q(attempt__in=attempts)
    # a send that stores its id at this moment either sees these receipts or is seen here
    locks.lock("receipts", str(batch.channel.pk))
    ReceiptRow.objects.bulk_create([_row(batch, event) for event in events], ignore_conflicts=True)
    deliveries = list(Delivery.objects.filter(named, channel=batch.channel))
    by_id = {delivery.external_id: delivery for delivery in deliveries if delivery.external_id}
    by_attempt = {str(delivery.attempt): delivery for delivery in deliveries}
    found = [(event, by_id.get(event.external_id) or by_attempt.get(event.attempt)) for event in events]
    return [Due(event, delivery) for event, delivery in found if delivery is not None]


def _attempt(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None  # another tool's word, not an attempt of ours


def _row(batch: Batch, event: Receipt) -> ReceiptRow:
    return ReceiptRow(
        channel=batch.channel,
        external_id=event.external_id,
        participant=event.participant,
        status=event.status,
        at=event.at,
        attempt=event.attempt[:64],
        failure=asdict(event.error) if event.error else None,
        pricing=dict(event.pricing) if event.pricing else None,
    )


def apply(batch: Batch, due: Sequence[Due]) -> None:
    """The conversations are locked by now; deliveries and messages are read again under those locks."""
    if not due:
        return
    messages = Message.objects.in_bulk({item.delivery.message_id for item in due})
    attempts: dict[int, dict[int, Delivery]] = {pk: {} for pk in messages}
    for delivery in Delivery.objects.filter(message__any_of=messages):
        attempts[delivery.message_id][delivery.pk] = delivery
    moved: dict[int, Delivery] = {}
    for item in due:
        tried = attempts[item.delivery.message_id]
        delivery = tried[item.delivery.pk]
        if _advance(delivery, item.receipt):
            moved |= {one.pk: one for one in (delivery, *_withdrawn(delivery, tried.values()))}
            metrics.reached[State(delivery.state)].inc()
            message = batch.changed.get(delivery.message_id, messages[delivery.message_id])
            _show(batch, message, states.shown(tried.values()))
    Delivery.objects.bulk_update(moved.values(), ["state", "external_id", "failure", "lease_until"], batch_size=500)


def _advance(delivery: Delivery, receipt: Receipt) -> bool:
    """A receipt that carries our attempt id settles a send whose answer never came."""
    state = states.BY_STATUS.get(receipt.status)
    if state is None:
        return False
    settles = not delivery.external_id
    if settles:
        delivery.external_id, delivery.lease_until = receipt.external_id, None
        delivery.state = max(delivery.state, State.ACCEPTED)
    if not states.outranks(state, delivery.state):
        return settles
    delivery.state = state
    delivery.failure = asdict(receipt.error) if receipt.error and state == State.FAILED else None
    return True


def _withdrawn(delivery: Delivery, attempts: Iterable[Delivery]) -> list[Delivery]:
    """Somebody may have asked for another attempt meanwhile: what has arrived must not be seen twice."""
    if not states.has_arrived(delivery):
        return []
    queued = [one for one in attempts if one.state == State.QUEUED and one.part == delivery.part]
    for one in queued:
        one.state = State.CANCELLED
    return queued


def _show(batch: Batch, message: Message, delivery: Delivery) -> None:
    message.state, message.failure = delivery.state, delivery.failure
    message.external_id = delivery.external_id or message.external_id
    batch.change(message)
    if batch.is_previewed(message):
        batch.conversations[message.conversation_id].preview_state = delivery.state
