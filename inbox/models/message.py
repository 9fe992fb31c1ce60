from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from inbox import kinds
from inbox.models.delivery import State
from inbox.port import Failure, adapter_for
from workspaces.tenancy import WorkspaceForeignKey, WorkspaceModel

EXCERPT_LENGTH = 120


class Message(WorkspaceModel):
    """One entry of a thread. `seq` is its place and `rev` its last change, both on the conversation's clock; shown in
    order of (`at`, `seq`). `client_id` names it on screen from before it exists here."""

    class Direction(models.TextChoices):
        IN = "in"
        OUT = "out"
        EVENT = "event"
        NOTE = "note"

    conversation = WorkspaceForeignKey("inbox.Conversation", models.CASCADE, related_name="messages")
    channel = WorkspaceForeignKey("inbox.Channel", models.CASCADE, related_name="+")
    client_id = models.UUIDField(default=uuid.uuid4)
    external_id = models.CharField(max_length=255, blank=True)
    direction = models.CharField(max_length=5, choices=Direction.choices)
    source = models.CharField(max_length=12, blank=True)  # agent, api, app, automation; empty for the customer's
    author = WorkspaceForeignKey("workspaces.Membership", models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=20)
    text = models.TextField(blank=True)
    content = models.JSONField(default=dict)
    raw = models.JSONField(null=True)  # the platform's item, for kinds that have no drawing of their own
    reactions = models.JSONField(default=list)  # [{emoji, by}], by: "customer" or "team"
    reply_to = WorkspaceForeignKey("self", models.SET_NULL, null=True, related_name="+")
    reply_to_external_id = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField()
    seq = models.BigIntegerField()
    rev = models.BigIntegerField()
    state = models.PositiveSmallIntegerField(choices=State.choices, null=True)
    failure = models.JSONField(null=True)  # {code, title, detail} of a send that failed
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            # at least once in, once on screen
            models.UniqueConstraint(
                fields=["workspace", "channel", "external_id"],
                name="message_external_id_once",
                condition=~Q(external_id=""),
            ),
            models.UniqueConstraint(fields=["workspace", "conversation", "client_id"], name="message_client_id_once"),
        ]
        indexes: ClassVar = [
            # the thread, newest first, by keyset
            models.Index(fields=["workspace", "conversation", "-at", "-seq"], name="message_thread"),
            # catch-up: what changed since a cursor
            models.Index(fields=["workspace", "conversation", "rev"], name="message_changed"),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.kind} {self.at:%F %T}"

    @property
    def dom_id(self) -> str:
        return f"message-{self.client_id}"

    @property
    def author_name(self) -> str:
        """Who wrote it, as the thread shows them; empty where nobody of the team is known."""
        if self.direction == self.Direction.IN:
            return str(self.conversation.contact)
        return self.author.name if self.author else ""

    @property
    def state_word(self) -> str:
        return State(self.state).name.lower() if self.state is not None else ""

    @property
    def is_followed_in_its_second(self) -> bool:
        """Whether another of the same platform time came after it: then the list's row shows that one."""
        later = Message.objects.filter(conversation=self.conversation_id, at=self.at, seq__gt=self.seq)
        return later.exclude(direction=self.Direction.EVENT).exists()

    @property
    def can_retry(self) -> bool:
        return self.state in (State.FAILED, State.UNKNOWN)

    @property
    def failure_words(self) -> str:
        """Why it failed, in the active language."""
        if not self.failure:
            return ""
        return str(adapter_for(self.channel.kind).explain(Failure(**self.failure)))

    @property
    def excerpt(self) -> str:
        """The beginning of it, as a quote shows it; what was deleted is not quoted either."""
        return "" if self.deleted_at else self.text[:EXCERPT_LENGTH]

    @property
    def drawings(self) -> list[str]:
        """The templates that may draw its content, the first that exists."""
        if self.direction == self.Direction.EVENT and self.kind not in (kinds.EVENT, kinds.SYSTEM):
            return ["inbox/message/event.html"]
        return [f"inbox/message/{self.kind}.html", "inbox/message/other.html"]

    @property
    def shown_reactions(self) -> list[dict[str, str]]:
        return [reaction for reaction in self.reactions if reaction["emoji"]]


class Attachment(WorkspaceModel):
    """A file of a message, as the platform announced it. Fetching it comes with media."""

    class State(models.TextChoices):
        PENDING = "pending"

    message = WorkspaceForeignKey(Message, models.CASCADE, related_name="attachments", db_index=True)
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=20)
    external_id = models.CharField(max_length=255, blank=True)
    url = models.TextField(blank=True)
    mime_type = models.CharField(max_length=120, blank=True)
    filename = models.CharField(max_length=255, blank=True)
    sha256 = models.CharField(max_length=88, blank=True)
    is_voice = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)

    def __str__(self) -> str:
        return self.filename or self.kind


class EarlyChange(WorkspaceModel):
    """An edit, a deletion or a reaction that came before its message: kept for a while, applied when that comes."""

    channel = WorkspaceForeignKey("inbox.Channel", models.CASCADE, related_name="+")
    target = models.CharField(max_length=255)
    what = models.CharField(max_length=10)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "channel", "target"], name="early_change_target"),
            models.Index(fields=["created_at"], name="early_change_age"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.target}"
