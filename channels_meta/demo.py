"""Makes the demo's customers known to the sandbox, so that its phone rings when an agent answers one of them."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any

import httpx
from django.conf import settings
from django.utils import timezone

from inbox.models import Conversation
from workspaces import tenancy
from workspaces.models import Workspace

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 10.0  # it may be starting at this moment, beside us


def introduce(shops: Sequence[str]) -> None:
    """Numbers, customers and when each last wrote; best effort, since a demo without a sandbox is only mute."""
    if not (settings.SANDBOX and shops):
        return
    with httpx.Client(base_url=settings.GRAPH_URL, timeout=10) as client:
        try:
            _wait_for(client)
            _register(client, shops)
            for slug in shops:
                _post(client, "chats", {"chats": _chats(slug)})
        except httpx.HTTPError as error:
            logger.warning("the sandbox does not know the demo's customers: %s", type(error).__name__)


def _wait_for(client: httpx.Client) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            client.get("/control/health").raise_for_status()
        except httpx.HTTPError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


def _register(client: httpx.Client, shops: Sequence[str]) -> None:
    """Those it does not know: the first number stays the first."""
    answer = client.get("/control/accounts").raise_for_status().json()
    known = {account["phone_number_id"] for account in answer["accounts"]}
    for slug, _kind, key, business, name, token in settings.DEMO_SHOP_ACCOUNTS:
        if slug in shops and key not in known:
            number = f"+1 555-000-{key[-4:]}"
            account = {"phone_number_id": key, "waba": business, "name": name, "token": token}
            _post(client, "accounts", {**account, "display_phone_number": number})


def _chats(slug: str) -> list[dict[str, Any]]:
    now = timezone.now()
    with tenancy.enter(Workspace.objects.get(slug=slug)):
        rows = Conversation.objects.select_related("channel", "identity").exclude(window_from=None)
        return [
            {
                "channel": row.channel.account_key,
                "from": row.identity.reply_value,
                "name": row.identity.name or row.identity.reply_value,
                "seconds_ago": (now - row.window_from).total_seconds(),
            }
            for row in rows
            if row.window_from
        ]


def _post(client: httpx.Client, path: str, body: dict[str, Any]) -> None:
    client.post(f"/control/{path}", json=body).raise_for_status()
