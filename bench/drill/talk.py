"""What customers say, made from numbers so that a run can be repeated."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from typing import Any

from bench.drill.ground import NUMBER

Message = dict[str, Any]
WORDS = (
    "Olá, vocês têm tênis 42?",
    "¿Cuánto sale el envío?",
    "Obrigado! 👟",
    "Quiero el negro, talle 38",
    "E a troca?",
)
PICTURE = {"mime_type": "image/jpeg", "sha256": "u5E0Ffp1vJXL9sCbHnqkhY7mGv1cgQ==", "id": "1037543291543630"}


def phone(nth: int) -> str:
    return f"54911{55500000 + nth}"


def text(nth: int, words: str, at: int, *, channel: str = NUMBER) -> Message:
    """`at`: whole seconds, the platform's time of it."""
    return {"channel": channel, "from": phone(nth), "name": f"Cliente {nth}", "text": words, "timestamp": str(at)}


def named(message: Message) -> Message:
    """With an id of our choosing, so that others can refer to it."""
    return {**message, "id": f"wamid.{uuid.uuid4().hex}"}


def chatter(people: int, each: int, *, began: int | None = None) -> list[Message]:
    """Everybody in turn, each message of a person at least a second after their last."""
    start = began if began is not None else int(time.time()) - people * each - 60
    return [
        text(nth % people, f"{WORDS[nth % len(WORDS)]} ({nth})", start + nth // people) for nth in range(people * each)
    ]


def about(message: Message, kind: str, at: int, body: dict[str, Any]) -> Message:
    """A reaction, an edit or a deletion of a message that has an id."""
    return {"channel": message["channel"], "from": message["from"], "type": kind, kind: body, "timestamp": str(at)}


def edit(message: Message, words: str, at: int) -> Message:
    inner = {"type": "text", "text": {"body": words}, "context": {"id": message["id"]}}
    return about(message, "edit", at, {"original_message_id": message["id"], "message": inner})


def reaction(message: Message, emoji: str, at: int) -> Message:
    return about(message, "reaction", at, {"message_id": message["id"], "emoji": emoji})


def revocation(message: Message, at: int) -> Message:
    return about(message, "revoke", at, {"original_message_id": message["id"]})


def picture(nth: int, caption: str, at: int) -> Message:
    plain = text(nth, "", at)
    del plain["text"]
    return {**plain, "type": "image", "image": {**PICTURE, "caption": caption}}


def mixed(people: int, each: int) -> list[Message]:
    """Chatter with pictures, reactions, edits and deletions of what was said before."""
    said: list[Message] = []
    for nth, message in enumerate(map(named, chatter(people, each))):
        at = int(message["timestamp"])
        said.append(message if nth % 5 else named(picture(nth % people, f"foto {nth}", at)))
        said += _changes(nth, said, at)
    return said


def _changes(nth: int, said: Sequence[Message], at: int) -> list[Message]:
    own = [one for one in said if "id" in one and one["from"] == said[-1]["from"] and "text" in one]
    if not own:
        return []
    if nth % 7 == 3:
        return [edit(own[0], f"corregido {nth}", at)]
    if nth % 11 == 5:
        return [reaction(own[-1], "👍", at)]
    return [revocation(own[-1], at)] if nth % 13 == 9 else []
