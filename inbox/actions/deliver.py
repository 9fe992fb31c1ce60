"""Bringing messages to their platform: in sequence, one in flight a conversation, never twice what a customer sees.

COMMIT `sending` with an attempt id and a lease, then the HTTP call, then the outcome. A lease that ran out becomes
`unknown`, never `queued`; only what provably was not sent is tried again. The receipt that carries our attempt id
settles an unknown one; else a person decides.
"""

from __future__ import annotations

import random
from dataclasses import asdict
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from crm.models import IdentityKey
from inbox import metrics, states, streams
from inbox.actions.lock import locked
from inbox.models import Channel, Conversation, Delivery, Message, Receipt, State
from inbox.port import Accepted, Failure, Key, Outcome, Outgoing, Scope, SendError
from workspaces import audit, live, locks

LEASE = timedelta(seconds=60)
MAX_TRIES = 6
IN_FLIGHT = (State.QUEUED, State.SENDING)


def deliver(conversation: Conversation) -> int:
    """Sends what is queued in the conversation, in order; answers how many requests were made."""
    made = 0
    while (delivery := _claim(conversation)) is not None:
        made += 1
        _attempt(delivery)
    return made


def _claim(conversation: Conversation) -> Delivery | None:
    """The head of the queue, now SENDING; None if it is empty, not due, or one is in flight."""
    with transaction.atomic():
        row = locked(conversation)
        head = Delivery.objects.filter(conversation=row, state__in=IN_FLIGHT).order_by("id").first()
        if head is None or head.state == State.SENDING or head.run_at > timezone.now():
            return None
        if row.channel.state != Channel.State.CONNECTED:
            return None  # it waits, queued, until the channel is connected again
        head.state, head.lease_until, head.tries = State.SENDING, timezone.now() + LEASE, head.tries + 1
        head.save(update_fields=["state", "lease_until", "tries", "updated_at"])
    return head


def _attempt(delivery: Delivery) -> None:
    """The HTTP call, outside every transaction."""
    message = Message.objects.select_related("conversation__identity").get(pk=delivery.message_id)
    channel = Channel.objects.get(pk=delivery.channel_id)
    try:
        accepted = channel.adapter.send(channel, _outgoing(message, delivery))
    except SendError as error:
        _refused(delivery, channel, error)
    else:
        settle(delivery, accepted)


def _outgoing(message: Message, delivery: Delivery) -> Outgoing:
    identity = message.conversation.identity
    return Outgoing(
        to=Key(identity.reply_kind, identity.reply_value),
        kind=message.kind,
        text=message.text,
        content=message.content,
        reply_to=message.reply_to_external_id,
        attempt=delivery.attempt,
    )


def settle(delivery: Delivery, accepted: Accepted) -> None:
    """The platform took it. Receipts that came before this answer are applied at once."""
    with transaction.atomic():
        locks.share("receipts", str(delivery.channel_id))
        row = locked(delivery.conversation)
        delivery = Delivery.objects.get(pk=delivery.pk)
        delivery.external_id, delivery.lease_until = accepted.external_id, None
        early = Receipt.objects.filter(channel=delivery.channel_id, external_id=accepted.external_id)
        for receipt in [None, *early.order_by("id")]:
            state = states.BY_STATUS.get(receipt.status) if receipt else State.ACCEPTED
            if state is not None and states.outranks(state, delivery.state):
                delivery.state = state
                delivery.failure = receipt.failure if receipt and state == State.FAILED else None
        delivery.save(update_fields=["external_id", "lease_until", "state", "failure", "updated_at"])
        if states.has_arrived(delivery):  # somebody may have asked for another attempt while this answer was late
            others = Delivery.objects.filter(message=delivery.message_id, part=delivery.part, state=State.QUEUED)
            others.update(state=State.CANCELLED)
        _count(delivery, "accepted")
        _learn_keys(row, accepted)
        _show(row, delivery)


def _learn_keys(conversation: Conversation, accepted: Accepted) -> None:
    identity = conversation.identity
    fresh = [
        IdentityKey(identity=identity, scope=identity.scope, kind=key.kind, value=key.value) for key in accepted.keys
    ]
    IdentityKey.objects.bulk_create(fresh, ignore_conflicts=True)


def _refused(delivery: Delivery, channel: Channel, error: SendError) -> None:
    with transaction.atomic():
        row = locked(delivery.conversation)
        delivery = Delivery.objects.get(pk=delivery.pk)
        if delivery.state != State.SENDING:
            return  # a receipt settled it while we waited for the answer
        delivery.failure, delivery.lease_until = asdict(error.failure), None
        if error.outcome == Outcome.UNKNOWN:
            delivery.state = State.UNKNOWN
        elif error.scope == Scope.ACCOUNT:
            delivery.state, delivery.tries = State.QUEUED, delivery.tries - 1  # it waits for the account
        elif error.outcome == Outcome.RETRY and delivery.tries < MAX_TRIES:
            delivery.state = State.QUEUED
            delivery.run_at = timezone.now() + _wait(delivery.tries, error.retry_after)
        else:
            delivery.state = State.FAILED
        delivery.save(update_fields=["failure", "lease_until", "state", "run_at", "tries", "updated_at"])
        metrics.ERRORS.labels(error.failure.code or "none").inc()
        _count(delivery, error.outcome)
        if error.scope == Scope.ACCOUNT:
            _needs_reconnect(channel, error.failure)
        _show(row, delivery)


def _count(delivery: Delivery, outcome: str) -> None:
    metrics.SENDS.labels(outcome).inc()
    metrics.reached[State(delivery.state)].inc()


def _wait(tries: int, wish: float) -> timedelta:
    """Exponential with full jitter, never under the platform's own wish."""
    return timedelta(seconds=max(wish, random.uniform(0.5, 2.0**tries)))


def _needs_reconnect(channel: Channel, failure: Failure) -> None:
    Channel.objects.filter(pk=channel.pk).update(
        state=Channel.State.NEEDS_RECONNECT, state_reason=f"{failure.code} {failure.title}"[:255]
    )
    audit.record("channel.needs_reconnect", f"channel:{channel.pk}", code=failure.code)


def _show(conversation: Conversation, delivery: Delivery) -> None:
    """The message takes on its attempts' state; the conversation's clock moves, the browsers hear of it."""
    message = Message.objects.get(pk=delivery.message_id)
    shown = states.shown(message.deliveries.all())
    conversation.clock += 1
    message.state, message.failure, message.rev = shown.state, shown.failure, conversation.clock
    message.external_id = shown.external_id or message.external_id
    message.save(update_fields=["state", "failure", "rev", "external_id"])
    if message.at == conversation.last_message_at and not message.is_followed_in_its_second:
        conversation.preview_state = shown.state
    conversation.save(update_fields=["clock", "preview_state"])
    live.publish(streams.message_fragment(message), streams.rows_changed(conversation.pk))


def expire(delivery: Delivery) -> None:
    """A lease that ran out: the sender died in the middle of the call, and nobody knows whether it was heard."""
    with transaction.atomic():
        row = locked(delivery.conversation)
        delivery = Delivery.objects.get(pk=delivery.pk)
        if delivery.state != State.SENDING or delivery.lease_until is None or delivery.lease_until > timezone.now():
            return
        delivery.state, delivery.lease_until = State.UNKNOWN, None
        delivery.save(update_fields=["state", "lease_until", "updated_at"])
        _show(row, delivery)


def retry(message: Message) -> None:
    """A person decides to send again what failed or is not confirmed: a new attempt. Asking twice makes one."""
    from inbox.actions.send import enqueue

    with transaction.atomic():
        row = locked(message.conversation)
        message = Message.objects.get(pk=message.pk)
        if message.state not in (State.FAILED, State.UNKNOWN):
            return
        latest = message.deliveries.order_by("-id").first()
        delivery = enqueue(message, latest.part if latest else 0)
        _show(row, delivery)
