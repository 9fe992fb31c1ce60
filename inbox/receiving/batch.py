"""The working set of one `receive`: what is known, what is new, what has changed, and writing it all at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection
from django.utils import timezone

from inbox import sql
from inbox.models import Attachment, Channel, Conversation, EarlyChange, Message
from inbox.port import Edited, Event, Inbound, KeysChanged, Reaction, Revoked
from workspaces import tenancy
from workspaces.events import Happened


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
            stored = Message.objects.filter(channel=self.channel, external_id__in=names)
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
        if message.external_id:
            self.known[message.external_id] = message

    def change(self, message: Message) -> None:
        """Marks a message as changed: it gets the clock's next number, so that every browser asks for it."""
        message.rev = self.tick(self.conversations[message.conversation_id])
        self.changed[message.pk] = message

    def write(self) -> None:
        new = {message.pk for message in self.added}
        Message.objects.bulk_create(self.added)
        Attachment.objects.bulk_create(self.attachments)
        EarlyChange.objects.bulk_create(self.early)
        self._update_messages([message for pk, message in self.changed.items() if pk not in new])
        self._update_conversations([self.conversations[pk] for pk in sorted(self.touched)])

    def _update_messages(self, messages: Sequence[Message]) -> None:
        if messages:
            fields = [
                "text",
                "content",
                "reactions",
                "rev",
                "state",
                "failure",
                "edited_at",
                "deleted_at",
                "external_id",
            ]
            Message.objects.bulk_update(messages, fields, batch_size=500)

    def _update_conversations(self, conversations: Sequence[Conversation]) -> None:
        if not conversations:
            return
        columns = [[getattr(row, name) for row in conversations] for name in sql.CONVERSATION_COLUMNS]
        with connection.cursor() as cursor:
            cursor.execute(sql.UPDATE_CONVERSATIONS, [*columns, tenancy.current_id()])


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
