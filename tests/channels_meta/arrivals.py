"""Webhooks as the door stores them, without its event loop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.db import connection

from channels_meta import sql
from channels_meta.drain import drain
from channels_meta.jsonsplit import NotJSON
from channels_meta.ledger import Entry, columns
from channels_meta.models import WebhookPart
from channels_meta.parts import parts_of, salvaged
from channels_meta.platforms import CHAT, PLATFORMS, STATUS
from inbox.models import Message
from tests.channels_meta.poison import NUMBER
from workspaces import tenancy
from workspaces.models import Workspace

State = WebhookPart.State


def entry_of(body: bytes | Mapping[str, Any]) -> Entry:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    try:
        parts = parts_of(PLATFORMS["whatsapp"], raw)
    except NotJSON:
        parts = salvaged(PLATFORMS["whatsapp"], raw)
    return Entry("whatsapp", "", raw, parts)


def arrive(*bodies: bytes | Mapping[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.STORE, columns([entry_of(body) for body in bodies]))


def drain_both(account_key: str = NUMBER) -> int:
    return drain("whatsapp", account_key, CHAT) + drain("whatsapp", account_key, STATUS)


def texts(workspace: Workspace) -> list[str]:
    with tenancy.enter(workspace):
        return list(Message.objects.order_by("at", "seq").values_list("text", flat=True))


def states() -> list[State]:
    return [State(state) for state in WebhookPart.objects.order_by("id").values_list("state", flat=True)]


def payload(part: WebhookPart) -> bytes:
    assert part.payload is not None
    return bytes(part.payload)


def letters() -> list[WebhookPart]:
    return list(WebhookPart.objects.filter(state=State.DEAD).order_by("id"))
