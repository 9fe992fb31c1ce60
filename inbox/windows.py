"""May this be sent? One function decides. The composer, the API and every automatic sender ask it, so nothing can
send what a person could not. It evaluates the `Policy` that a channel's adapter declares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from inbox import kinds

if TYPE_CHECKING:
    from inbox.models import Conversation

AMBER = timedelta(hours=2)
RED = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Window:
    """Whether free text may be sent now. `until` is None where no window applies or it has closed."""

    open: bool
    until: datetime | None = None
    closed_because: str = ""

    @property
    def level(self) -> str:
        """ "" (comfortable), "warn" (under two hours), "danger" (under half an hour)."""
        if self.until is None:
            return ""
        left = self.until - timezone.now()
        if left < RED:
            return "danger"
        return "warn" if left < AMBER else ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something may not be sent: a stable code for programs, words for people."""

    code: str
    words: str


def window_of(conversation: Conversation) -> Window:
    length = conversation.channel.policy.window
    if length is None:
        return Window(open=True)
    if conversation.window_from is None:
        return Window(open=False, closed_because=_("This customer has not written yet. Start with a template."))
    until = conversation.window_from + length
    if until > timezone.now():
        return Window(open=True, until=until)
    hours = int(length.total_seconds() // 3600)
    words = _(
        "More than %(hours)s hours have passed since the customer's last message. Send a template to write again."
    )
    return Window(open=False, closed_because=words % {"hours": hours})


def refusal(conversation: Conversation, kind: str, text: str) -> Refusal | None:
    """None when a message of this kind with this text may be sent in the conversation now."""
    policy = conversation.channel.policy
    if conversation.contact.is_blocked:
        return Refusal("contact_blocked", _("This contact is blocked. Unblock them to write."))
    if conversation.channel.state != conversation.channel.State.CONNECTED:
        return Refusal("channel_disconnected", _("This channel is not connected. Ask an admin to reconnect it."))
    if kind not in policy.kinds:
        return Refusal("kind_unsupported", _("This channel cannot send this kind of message."))
    window = window_of(conversation)
    if not window.open and kind not in policy.closed_kinds:
        return Refusal("window_closed", window.closed_because)
    return _text_refusal(conversation, kind, text)


def _text_refusal(conversation: Conversation, kind: str, text: str) -> Refusal | None:
    policy = conversation.channel.policy
    if kind == kinds.TEXT and not text.strip():
        return Refusal("text_empty", _("Write something first."))
    if "\x00" in text:
        return Refusal("text_unreadable", _("The text holds a character that cannot be sent."))
    length = policy.length(text)
    if length > policy.text_limit:
        words = _("The text is too long: %(length)s of %(limit)s.")
        return Refusal("text_too_long", words % {"length": length, "limit": policy.text_limit})
    return None
