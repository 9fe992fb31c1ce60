"""Receipts: kept, matched with their delivery by the platform's id or our attempt's, applied only upwards."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db.models import Q

from inbox import states
from inbox.models import Delivery, Message, State
from inbox.models import Receipt as ReceiptRow
from inbox.port import Receipt
from inbox.receiving.batch import Batch
from workspaces import locks


@dataclass(slots=True)
class Due:
    """A receipt and the delivery it is about."""

    receipt: Receipt
    delivery: Delivery


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
    deliveries = Delivery.objects.in_bulk({item.delivery.pk for item in due})
    messages = Message.objects.in_bulk({delivery.message_id for delivery in deliveries.values()})
    moved: dict[int, Delivery] = {}
    for item in due:
        delivery = deliveries[item.delivery.pk]
        if _advance(delivery, item.receipt):
            moved[delivery.pk] = delivery
            message = batch.changed.get(delivery.message_id, messages[delivery.message_id])
            _show(batch, message, delivery)
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
        # somebody may have asked for another attempt meanwhile: the customer must not see it twice
        again = Delivery.objects.filter(message=delivery.message_id, part=delivery.part, state=State.QUEUED)
        again.exclude(pk=delivery.pk).update(state=State.CANCELLED)
    if not states.outranks(state, delivery.state):
        return settles
    delivery.state = state
    delivery.failure = asdict(receipt.error) if receipt.error and state == State.FAILED else None
    return True


def _show(batch: Batch, message: Message, delivery: Delivery) -> None:
    message.state, message.failure = delivery.state, delivery.failure
    message.external_id = message.external_id or delivery.external_id
    batch.change(message)
    conversation = batch.conversations[message.conversation_id]
    if message.at == conversation.last_message_at:
        conversation.preview_state = delivery.state
