"""One request for one message (contract §8)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from channels_meta import graph
from channels_meta.whatsapp.errors import EMPTY, KIND, RECIPIENT, TOO_LONG, judge
from channels_meta.whatsapp.people import address_key, in_order, parent_key, scoped_key
from channels_meta.whatsapp.shape import LONGEST_ID, is_storable, objs, text
from inbox import kinds
from inbox.port import Accepted, Failure, Key, Outcome, Outgoing, Raw, Scope, SendError

if TYPE_CHECKING:
    from inbox.models import Channel

TEXT_LIMIT = 4096
LINK = re.compile(r"https?://\S", re.IGNORECASE)


def send(channel: Channel, outgoing: Outgoing) -> Accepted:
    """200 means that the platform took the message, not that it arrived: receipts say that."""
    answer = _post(channel, request_body(outgoing))
    message = next(iter(objs(answer, "messages")), {})
    external_id = text(message, "id")
    if not 0 < len(external_id) <= LONGEST_ID or not is_storable(external_id):
        raise SendError(Failure(graph.UNREADABLE_ANSWER, "No message id in the answer"), Outcome.UNKNOWN)
    return Accepted(external_id=external_id, keys=_recipient_keys(answer))


def mark_read(channel: Channel, external_id: str) -> None:
    """Marks the message and every earlier one of that customer as read."""
    _post(channel, {"messaging_product": "whatsapp", "status": "read", "message_id": external_id})


def request_body(outgoing: Outgoing) -> dict[str, object]:
    build = BUILDERS.get(outgoing.kind)
    if build is None:
        raise _refused(KIND, f"Kind {outgoing.kind}")
    quoted = {"context": {"message_id": outgoing.reply_to}} if outgoing.reply_to else {}
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **_address(outgoing.to),
        **quoted,
        "biz_opaque_callback_data": str(outgoing.attempt),
        "type": outgoing.kind,
        outgoing.kind: build(outgoing),
    }


def _address(key: Key) -> dict[str, str]:
    """The "+" stays: without it the platform may put our own country's code in front."""
    match key.kind:
        case "phone":
            return {"to": f"+{key.value.removeprefix('+')}"}
        case "scoped" | "parent":
            return {"recipient": key.value}
    raise _refused(RECIPIENT, f"Key of kind {key.kind}", Scope.RECIPIENT)


def _text(outgoing: Outgoing) -> dict[str, object]:
    if not outgoing.text.strip():
        raise _refused(EMPTY, "Empty text")
    if len(outgoing.text) > TEXT_LIMIT:
        raise _refused(TOO_LONG, f"{len(outgoing.text)} characters")
    preview = {"preview_url": True} if LINK.search(outgoing.text) else {}
    return {"body": outgoing.text, **preview}


# What can be sent from here; the adapter's policy promises no more than this.
BUILDERS: Mapping[str, Callable[[Outgoing], dict[str, object]]] = {kinds.TEXT: _text}


def _refused(code: str, title: str, scope: Scope = Scope.MESSAGE) -> SendError:
    return SendError(Failure(code, title), Outcome.REJECTED, scope=scope)


def _recipient_keys(answer: Raw) -> tuple[Key, ...]:
    """`wa_id` leads: it may differ from the number dialled, which is kept as well (§3)."""
    contact = next(iter(objs(answer, "contacts")), {})
    return in_order(
        [
            address_key(text(contact, "wa_id")),
            address_key(text(contact, "input")),
            scoped_key(text(contact, "user_id")),
            parent_key(text(contact, "parent_user_id")),
        ]
    )


def _post(channel: Channel, body: Raw) -> Raw:
    path = f"{quote(channel.account_key, safe='')}/messages"
    return graph.post(path, body, token=channel.secrets.get("token"), judge=judge)
