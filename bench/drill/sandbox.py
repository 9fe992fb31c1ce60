"""The levers of the sandbox: its control API (channels_meta/sandbox/README.md)."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import httpx

from bench.drill.records import Said, said_from

Json = dict[str, Any]
PAGE = 100_000


class Sandbox:
    def __init__(self, port: int) -> None:
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}/control/", timeout=60, trust_env=False)

    def close(self) -> None:
        self.client.close()

    def post(self, path: str, body: Mapping[str, Any]) -> Json:
        answer = self.client.post(path, json=body)
        answer.raise_for_status()
        found: Json = answer.json()
        return found

    def get(self, path: str, **query: Any) -> Json:
        answer = self.client.get(path, params=query)
        answer.raise_for_status()
        found: Json = answer.json()
        return found

    def is_up(self) -> bool:
        try:
            return bool(self.get("health")["ok"])
        except httpx.HTTPError:
            return False

    def turn(self, **knobs: Any) -> None:
        """Sets knobs for every number, `channel=` for one."""
        self.post("knobs", knobs)

    def say(self, messages: Sequence[Mapping[str, Any]]) -> list[str]:
        """The wamids of what the customers said, in order."""
        ids: list[str] = self.post("messages", {"messages": list(messages)})["ids"]
        return ids

    def send_raw(self, body: bytes, *, channel: str, tries: int = 20) -> None:
        """A signed webhook of exactly these bytes."""
        encoded = base64.b64encode(body).decode()
        self.post("webhooks", {"channel": channel, "body_base64": encoded, "max_attempts": tries})

    def log(self) -> list[Said]:
        return said_from(self.get("log")["messages"])

    def waiting(self) -> int:
        """Webhooks that have not got their 200, and receipts and messages that are not due yet."""
        health = self.get("health")
        return int(health["pending"] + health["updates_waiting"])

    def attempts(self) -> int:
        return int(self.get("health")["attempts"])

    def delivered(self) -> Counter[str]:
        """The digests of the bodies that were answered with 200."""
        listed = self.get("webhooks", limit=PAGE, state="delivered", bodies=1)["webhooks"]
        return Counter(_digest(webhook["body_base64"]) for webhook in listed)

    def given_up(self) -> int:
        return int(self.get("health")["gave_up"])

    def answers(self, webhooks: Iterable[int]) -> Counter[str]:
        """What the door answered to these, over all tries: HTTP statuses, "none" where none came."""
        found: Counter[str] = Counter()
        for webhook in webhooks:
            found.update(str(one["http"] or "none") for one in self.get(f"webhooks/{webhook}")["tries"])
        return found

    def webhooks(self, **query: Any) -> list[Json]:
        listed: list[Json] = self.get("webhooks", limit=PAGE, **query)["webhooks"]
        return listed


def _digest(encoded: str) -> str:
    return hashlib.sha256(base64.b64decode(encoded)).hexdigest()
