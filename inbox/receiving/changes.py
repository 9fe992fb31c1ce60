"""Edits, deletions and reactions. One that comes before its message waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from inbox import kinds
from inbox.models import EarlyChange, Message
from inbox.port import Edited, Inbound, KeysChanged, Person, Reaction, Revoked
from inbox.receiving.batch import Batch
from inbox.receiving.messages import PREVIEW_LENGTH

Change = Edited | Revoked | Reaction


def as_message(event: KeysChanged) -> Inbound:
    """A change of number or id, as the platform's own line in the thread. Naming both keys makes them one person's;
    the new ones come last among the sought, and first for the reply (`Sought.reply`)."""
    person = Person((*event.before.keys, *event.after.keys), event.after.name, event.after.username)
    return Inbound(
        raw=event.raw,
        at=event.at,
        external_id=event.external_id,
        person=person,
        kind=kinds.SYSTEM,
        text=event.text,
        content={"change": "keys"},
        opens_window=False,
    )


def apply(batch: Batch, events: Sequence[Change]) -> None:
    batch.read_again({event.target for event in events})
    for event in events:
        what, data = _described(event)
        message = batch.known.get(event.target)
        if message is None:
            batch.early.append(
                EarlyChange(channel=batch.channel, target=event.target, what=what, at=event.at, data=data)
            )
        else:
            _apply(batch, message, what, event.at, data)
    _catch_up(batch)


def _described(event: Change) -> tuple[str, dict[str, Any]]:
    if isinstance(event, Edited):
        return "edit", {"text": event.text, "content": dict(event.content)}
    if isinstance(event, Revoked):
        return "revoke", {}
    return "reaction", {"emoji": event.emoji, "by": "team" if event.from_us else "customer"}


def _catch_up(batch: Batch) -> None:
    """What waited for the messages that this batch brings."""
    fresh = {message.external_id: message for message in batch.added if message.external_id}
    if not fresh:
        return
    waiting = EarlyChange.objects.filter(channel=batch.channel, target__any_of=fresh).order_by("id")
    rows = list(waiting)
    for row in rows:
        _apply(batch, fresh[row.target], row.what, row.at, row.data)
    if rows:
        EarlyChange.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _apply(batch: Batch, message: Message, what: str, at: datetime, data: dict[str, Any]) -> None:
    changed = {"edit": _edit, "revoke": _revoke, "reaction": _react}[what](message, at, data)
    if not changed:
        return
    batch.change(message)
    conversation = batch.conversations[message.conversation_id]
    conversation.updated_at = batch.now
    if what != "reaction" and batch.is_previewed(message):
        conversation.preview_text = message.text[:PREVIEW_LENGTH]
        conversation.preview_kind = "deleted" if message.deleted_at else message.kind


def _edit(message: Message, at: datetime, data: dict[str, Any]) -> bool:
    if message.edited_at and message.edited_at >= at:
        return False
    message.text, message.edited_at = data["text"], at
    message.content = {**message.content, **data["content"]}
    return True


def _revoke(message: Message, at: datetime, data: dict[str, Any]) -> bool:
    if message.deleted_at:
        return False
    message.deleted_at = at
    return True


def _react(message: Message, at: datetime, data: dict[str, Any]) -> bool:
    """One reaction a side; a later one replaces it, an empty one takes it back."""
    stamp, by = at.isoformat(), data["by"]
    mine = next((reaction for reaction in message.reactions if reaction["by"] == by), None)
    if mine and mine["at"] >= stamp:
        return False
    others = [reaction for reaction in message.reactions if reaction["by"] != by]
    message.reactions = [*others, {"emoji": data["emoji"], "by": by, "at": stamp}]
    return True
