"""A month in a demo shop: sixty customers, a hundred and twenty conversations, in every state that a desk knows. The
same for the same shop and hour; written in a handful of statements."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from crm.models import Contact, Identity, IdentityKey
from inbox.demo import cast
from inbox.demo.cast import Customer
from inbox.demo.plot import Plot, plots
from inbox.demo.script import Dialogue, Line, Script, script
from inbox.demo.telling import Rows, Teller
from inbox.models import Attachment, Channel, Conversation, Delivery, Message, ReadMark
from inbox.receiving.batch import message_ids
from workspaces import tenancy
from workspaces.models import Membership, Workspace

LONG_TEXT = 6_000
BATCH = 500
EARLIER = 0.35  # so many conversations have a history from days before
NAMED = re.compile(r",? \{first\}")
FOUNDED = timedelta(days=60)  # since when the shop and its people have been here


def is_told() -> bool:
    return _keys().exists()


@transaction.atomic
def tell(now: datetime) -> int:
    """Writes the story of the entered workspace; answers how many conversations."""
    workspace = tenancy.current()
    rng, words = random.Random(workspace.slug), script(workspace.language)
    channels = list(Channel.objects.order_by("id"))
    agents = list(Membership.objects.select_related("user").order_by("id"))
    people = _people(workspace)
    identities = _introduce(people, channels[0].identity_scope)
    conversations = _threads(identities, channels)
    rows = Rows()
    tellings = _tellings(words, list(plots(now, ZoneInfo(workspace.time_zone), rng)), rng)
    for conversation, (plot, lines) in zip(conversations, tellings, strict=True):
        teller = Teller(conversation, plot, agents, settings.DEMO_FAILURES, now, rng, rows)
        teller.tell(_filled(lines, words, conversation.contact, rng))
    _write(conversations, rows)
    _read(conversations, [plot for plot, _ in tellings], agents)
    _grow_old(rows.messages, agents, now)
    return len(conversations)


@transaction.atomic
def forget() -> int:
    """Takes the customers of the story away, with all that was said; answers how many there were."""
    contacts = list(_keys().values_list("identity__contact", flat=True))
    theirs = list(Conversation.objects.filter(contact__in=contacts).values_list("pk", flat=True))
    Attachment.objects.filter(message__conversation__any_of=theirs).delete()
    for model in (Delivery, Message, ReadMark):
        model.objects.filter(conversation__any_of=theirs).delete()
    Conversation.objects.filter(pk__any_of=theirs).delete()
    Contact.objects.filter(pk__any_of=contacts).delete()
    return len(contacts)


def _people(workspace: Workspace) -> list[Customer]:
    return cast.customers(script(workspace.language).names, workspace.country)


def _keys() -> QuerySet[IdentityKey]:
    scoped = [one.scoped for one in _people(tenancy.current())]
    return IdentityKey.objects.filter(kind="scoped", value__any_of=scoped)


def _introduce(people: Sequence[Customer], scope: str) -> list[Identity]:
    contacts, identities, keys = cast.rows(people, scope)
    Contact.objects.bulk_create(contacts)
    Identity.objects.bulk_create(identities)
    IdentityKey.objects.bulk_create(keys)
    return identities


def _threads(identities: Sequence[Identity], channels: Sequence[Channel]) -> list[Conversation]:
    """One conversation of each customer on each channel."""
    return [
        Conversation(channel=channel, contact=identity.contact, identity=identity)
        for identity in identities
        for channel in channels[:2]
    ]


def _tellings(words: Script, plots: list[Plot], rng: random.Random) -> list[tuple[Plot, list[Line]]]:
    rng.shuffle(plots)
    once, tellings = list(words.once), []
    for plot in plots:
        told = once.pop() if plot.once else rng.choice(words.usual)
        lines = list(_cut(told, rng) if plot.waits else told.lines)
        if not told.once and rng.random() < EARLIER:
            days = {"later": f"{rng.randint(3, 12)}d"}
            lines = [*rng.choice(words.usual).lines, replace(lines[0], traits=lines[0].traits | days), *lines[1:]]
        tellings.append((plot, lines))
    return tellings


def _cut(dialogue: Dialogue, rng: random.Random) -> Sequence[Line]:
    """Up to where the customer waits for an answer."""
    lines = dialogue.lines
    asks = [line.by_customer and "later" not in line.traits for line in lines]
    ends = [nth for nth in range(len(lines) - 1) if asks[nth] and not lines[nth + 1].by_customer]
    return lines[: rng.choice(ends[:2]) + 1]


def _filled(lines: Sequence[Line], words: Script, contact: Contact, rng: random.Random) -> list[Line]:
    """With the placeholders of texts and arguments filled in."""
    values = {name: rng.choice(choices) for name, choices in words.values.items()}
    first = next((word for word in contact.name.split() if word.isalpha()), "")
    values |= {"size": str(rng.randint(35, 44)), "order": f"PED-{rng.randint(10_000, 99_999)}", "first": first}
    values["long"] = "\n\n".join(words.long * 9)[:LONG_TEXT]
    texts = [(line.text if first else NAMED.sub("", line.text)).format_map(values) for line in lines]
    return [
        replace(line, text=text, argument=line.argument.format_map(values))
        for line, text in zip(lines, texts, strict=True)
    ]


def _write(conversations: list[Conversation], rows: Rows) -> None:
    Conversation.objects.bulk_create(conversations, batch_size=BATCH)
    for pk, message in zip(message_ids(len(rows.messages)), rows.messages, strict=True):
        message.pk = pk
    for message in rows.messages:  # what they point to has an id by now
        message.conversation, message.reply_to = message.conversation, message.reply_to
    for delivery in rows.deliveries:
        delivery.conversation, delivery.message = delivery.conversation, delivery.message
    for attachment in rows.attachments:
        attachment.message = attachment.message
    Message.objects.bulk_create(rows.messages, batch_size=BATCH)
    Attachment.objects.bulk_create(rows.attachments, batch_size=BATCH)
    Delivery.objects.bulk_create(rows.deliveries, batch_size=BATCH)


def _read(conversations: list[Conversation], told: list[Plot], agents: Sequence[Membership]) -> None:
    """Everybody has read everything but what is unread, and of that what was answered."""
    marks = []
    for conversation, plot in zip(conversations, told, strict=True):
        fresh = min(2, conversation.inbound_count) if plot.unread else 0
        count = conversation.inbound_count - fresh
        marks += [ReadMark(member=agent, conversation=conversation, inbound_count=count) for agent in agents]
    ReadMark.objects.bulk_create(marks, batch_size=BATCH)


def _grow_old(messages: Sequence[Message], agents: Sequence[Membership], now: datetime) -> None:
    """The rows are as old as what they tell: `auto_now_add` knows only the hour of writing."""
    founded = now - FOUNDED
    Membership.objects.filter(pk__in=[agent.pk for agent in agents], created_at__gt=founded).update(created_at=founded)
    conversations: dict[int, Conversation] = {}
    contacts: dict[int, Contact] = {}
    for message in messages:
        conversation = conversations.setdefault(message.conversation_id, message.conversation)
        contact = contacts.setdefault(conversation.contact_id, conversation.contact)
        conversation.created_at = min(conversation.created_at, message.at)
        contact.created_at = min(contact.created_at, message.at)
        if message.direction == Message.Direction.IN:
            contact.last_seen_at = max(contact.last_seen_at or message.at, message.at)
    Conversation.objects.bulk_update(conversations.values(), ["created_at"], batch_size=BATCH)
    Contact.objects.bulk_update(contacts.values(), ["created_at", "last_seen_at"], batch_size=BATCH)
