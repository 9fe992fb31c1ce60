"""The conversations of a batch: found, made where there is none, locked in the order of their ids."""

from __future__ import annotations

from collections.abc import Sequence

from inbox.models import Conversation
from inbox.models.conversation import OPEN
from inbox.receiving.batch import Batch
from inbox.receiving.messages import Arrival
from inbox.receiving.receipts import Due
from workspaces.events import Happened

Thread = tuple[int, str, str]


def open_and_lock(batch: Batch, arrivals: Sequence[Arrival], due: Sequence[Due]) -> None:
    """Locks every conversation the batch touches, and gives each arrival its own.

    A customer who writes after closing goes on in the same conversation, which opens again: their history stays in
    one thread."""
    identities = {arrival.identity.pk for arrival in arrivals if arrival.identity}
    found = Conversation.objects.filter(channel=batch.channel, identity__in=identities)
    wanted = {message.conversation_id for message in batch.known.values()}
    wanted.update(item.delivery.conversation_id for item in due)
    wanted.update(found.values_list("pk", flat=True) if identities else ())
    locked = Conversation.objects.filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",))
    batch.conversations = {conversation.pk: conversation for conversation in locked.select_related("contact")}
    newest: dict[Thread, Conversation] = {}
    for conversation in batch.conversations.values():
        thread = (conversation.identity_id, conversation.kind, conversation.subject)
        if thread not in newest or conversation.status == OPEN or newest[thread].status != OPEN:
            newest[thread] = conversation
    _make_missing(batch, arrivals, newest)
    for arrival in arrivals:
        arrival.conversation = newest[_thread(arrival)]


def _thread(arrival: Arrival) -> Thread:
    assert arrival.identity is not None
    return (arrival.identity.pk, arrival.event.thread, arrival.event.subject)


def _make_missing(batch: Batch, arrivals: Sequence[Arrival], newest: dict[Thread, Conversation]) -> None:
    made: dict[Thread, Conversation] = {}
    for arrival in arrivals:
        thread, identity = _thread(arrival), arrival.identity
        if thread in newest or thread in made or identity is None:
            continue
        made[thread] = Conversation(
            channel=batch.channel,
            contact=identity.contact,
            identity=identity,
            kind=arrival.event.thread,
            subject=arrival.event.subject,
            last_message_at=arrival.event.at,
        )
    for conversation in Conversation.objects.bulk_create(made.values()):
        batch.conversations[conversation.pk] = conversation
        batch.happened.append(Happened("conversation.opened", f"conversation:{conversation.pk}"))
    newest.update(made)
