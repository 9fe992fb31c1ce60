"""The conversations of a batch: found, made where there is none, locked in the order of their ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q

from crm.models import Contact, Identity
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
    people = {arrival.identity.pk: arrival.identity for arrival in arrivals if arrival.identity}
    wanted = {message.conversation_id for message in batch.known.values()}
    wanted.update(item.delivery.conversation_id for item in due)
    theirs = Q(channel=batch.channel, identity__any_of=people)
    touched = Conversation.objects.filter(Q(pk__any_of=wanted) | theirs if people else Q(pk__any_of=wanted))
    batch.conversations = {row.pk: row for row in touched.order_by("pk").select_for_update()}
    _give_contacts(batch, people.values())
    newest: dict[Thread, Conversation] = {}
    for conversation in batch.conversations.values():
        thread = (conversation.identity_id, conversation.kind, conversation.subject)
        if thread not in newest or conversation.status == OPEN or newest[thread].status != OPEN:
            newest[thread] = conversation
    _make_missing(batch, arrivals, newest)
    for arrival in arrivals:
        arrival.conversation = newest[_thread(arrival)]


def _give_contacts(batch: Batch, people: Iterable[Identity]) -> None:
    """Each conversation its contact, read once for all of them."""
    contacts = {identity.contact_id: identity.contact for identity in people}
    missing = {row.contact_id for row in batch.conversations.values()} - contacts.keys()
    contacts |= Contact.objects.in_bulk(missing) if missing else {}
    for conversation in batch.conversations.values():
        conversation.contact = contacts[conversation.contact_id]


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
