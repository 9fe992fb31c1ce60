"""WhatsApp Business Cloud API, as the inbox's port wants it: this module is the adapter."""

from __future__ import annotations

from datetime import timedelta

from channels_meta.whatsapp.errors import explain
from channels_meta.whatsapp.parse import parse
from channels_meta.whatsapp.send import BUILDERS, TEXT_LIMIT, mark_read, send
from inbox import kinds
from inbox.port import Policy, Unit

__all__ = ["explain", "kind", "label", "mark_read", "parse", "policy", "send"]

kind = "whatsapp"
label = "WhatsApp"
policy = Policy(
    window=timedelta(hours=24),
    kinds=frozenset(BUILDERS),
    closed_kinds=frozenset({kinds.TEMPLATE}),
    text_limit=TEXT_LIMIT,
    text_unit=Unit.CHARACTERS,
    time_step=timedelta(seconds=1),
)
