"""The working set of one `receive`: what is known, what is new, what has changed, and writing it all at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter

from django.db import connection
from django.db.models import F, Max, Model
from django.utils import timezone
from django.utils.functional import cached_property

from inbox import sql
from inbox.models import Attachment, Channel, Conversation, EarlyChange, Message
from inbox.port import Edited, Event, Inbound, KeysChanged, Reaction, Revoked
from workspaces import tenancy
from workspaces.events import Happened
from workspaces.rows import as_json


class Batch:
    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.now = timezone.now()
        self.conversations: dict[int, Conversation] = {}
        self.known: dict[str, Message] = {}
        self.claimed: set[str] = set()
        self.added: list[Message] = []
        self.attachments: list[Attachment] = []
        self.early: list[EarlyChange] = []
        self.changed: dict[int, Message] = {}
        self.touched: set[int] = set()
        self.happened: list[Happened] = []

    def read(self, events: Sequence[Event]) -> None:
        """Loads every message that these events name: themselves, what they quote, what they change."""
        names = {name for event in events for name in _names(event) if name}
        if names:
            stored = Message.objects.filter(channel=self.channel, external_id__any_of=names)
            self.known = {message.external_id: message for message in stored}

    def is_new(self, external_id: str) -> bool:
        """Whether this message is to be stored; only the first to ask hears yes."""
        if external_id and (external_id in self.known or external_id in self.claimed):
            return False
        self.claimed.add(external_id)
        return True

    def tick(self, conversation: Conversation) -> int:
        """The next number of the conversation's clock; its row is locked and will be written."""
        conversation.clock += 1
        self.touched.add(conversation.pk)
        return conversation.clock

    def add(self, message: Message) -> None:
        self.added.append(message)
        self.conversations[message.conversation_id].updated_at = self.now
        if message.external_id:
            self.known[message.external_id] = message

    def change(self, message: Message) -> None:
        """Marks a message as changed: it gets the clock's next number, so that every browser asks for it."""
        message.rev = self.tick(self.conversations[message.conversation_id])
        self.changed[message.pk] = message

    def read_again(self, names: set[str]) -> None:
        """What another lane or a send has changed of these messages until their conversations were locked here."""
        stale = {message.pk: message for name, message in self.known.items() if name in names} if names else {}
        for pk in {message.pk for message in self.added}:
            stale.pop(pk, None)
        if stale:
            fresh = Message.objects.in_bulk(stale)
            self.known = {name: fresh.get(message.pk, message) for name, message in self.known.items()}

    def is_previewed(self, message: Message) -> bool:
        """Whether the list's row shows this message: of several of the same platform time, the last to come."""
        conversation = self.conversations[message.conversation_id]
        if message.at != conversation.last_message_at:
            return False
        newer = (one for one in self.added if one.conversation_id == conversation.pk and one.at == message.at)
        seqs = [one.seq for one in newer if one.direction != Message.Direction.EVENT]
        return message.seq >= max(seqs or [self._newest.get(conversation.pk, 0)])

    @cached_property
    def _newest(self) -> dict[int, int]:
        """For each conversation the place of the message that its row showed before this batch."""
        shown = Message.objects.filter(
            conversation__any_of=self.conversations, at=F("conversation__last_message_at")
        ).exclude(direction=Message.Direction.EVENT)
        return dict(shown.order_by().values_list("conversation").annotate(Max("seq")))

    def write(self) -> None:
        new = {message.pk for message in self.added}
        changed = [message for pk, message in self.changed.items() if pk not in new]
        touched = [self.conversations[pk] for pk in sorted(self.touched)]
        workspace, channel = tenancy.current_id(), self.channel.pk
        _write(sql.INSERT_MESSAGES, sql.MESSAGE, self.added, before=[workspace, channel])
        _write(sql.INSERT_ATTACHMENTS, sql.ATTACHMENT, self.attachments, before=[workspace])
        EarlyChange.objects.bulk_create(self.early)
        _write(sql.UPDATE_MESSAGES, sql.CHANGED_MESSAGE, changed, after=[workspace])
        _write(sql.UPDATE_CONVERSATIONS, sql.CONVERSATION, touched, after=[workspace])


def _write(
    statement: str, columns: Iterable[str], rows: Sequence[Model], before: Sequence[int] = (), after: Sequence[int] = ()
) -> None:
    """One statement for all rows; its parameters, if there are more, stand before or after them."""
    if rows:
        values = attrgetter(*columns)
        names = tuple(columns)
        text = as_json(dict(zip(names, values(row), strict=True)) for row in rows)
        with connection.cursor() as cursor:
            cursor.execute(statement, [*before, text, *after])


def _names(event: Event) -> Iterable[str]:
    if isinstance(event, Inbound):
        return (event.external_id, event.reply_to)
    if isinstance(event, KeysChanged):
        return (event.external_id,)
    return (event.target,) if isinstance(event, Edited | Revoked | Reaction) else ()


def message_ids(count: int) -> list[int]:
    """Ids for messages that will name each other before they are written."""
    with connection.cursor() as cursor:
        cursor.execute(sql.NEXT_MESSAGE_IDS, [count])
        return [row[0] for row in cursor.fetchall()]
