"""What each phone saw and what became of each webhook: the drills compare this with the company's database."""

import base64
import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from channels_meta.sandbox.platform import Platform
from channels_meta.sandbox.store import Store, Value, now_ms

Json = dict[str, Any]
PAGE = 100_000
WEBHOOK_FIELDS = ("id", "account", "signature", "made_at", "due_at", "attempts", "state", "settled_at")


def message_log(stage: Platform, asked: Mapping[str, str]) -> Json:
    """Filters: phone, channel, direction, attempt, after (a seq), limit. In the order the platform took them."""
    wheres, values = ["seq > ?"], list[Value]([int(asked.get("after", 0))])
    if "phone" in asked:
        customer = stage.people.find(asked["phone"])
        wheres.append("customer = ?")
        values.append(customer.id if customer else -1)
    for name, column in (("channel", "account"), ("direction", "direction"), ("attempt", "attempt")):
        if name in asked:
            wheres.append(f"{column} = ?")
            values.append(asked[name])
    limit = min(int(asked.get("limit", PAGE)), PAGE)
    rows = stage.store.all(
        f"SELECT m.*, c.wa_id, c.user_id, c.name FROM messages m JOIN customers c ON c.id = m.customer"  # noqa: S608
        f" WHERE {' AND '.join(wheres)} ORDER BY seq LIMIT ?",
        *values,
        limit,
    )
    receipts = _receipts(stage.store, rows[0]["id"] if len(rows) == 1 else None) if rows else {}
    rejects = [] if "phone" in asked else _rejects(stage.store, asked)
    entries = [_entry(row, receipts.get(row["id"], [])) for row in rows]
    return {"messages": entries, "rejects": rejects}


def _rejects(store: Store, asked: Mapping[str, str]) -> list[Json]:
    """Sends that were refused; a body need not have been readable."""
    rows = store.all(
        "SELECT * FROM rejects WHERE account = coalesce(?, account) AND (? IS NULL OR attempt = ?) ORDER BY id LIMIT ?",
        asked.get("channel"),
        asked.get("attempt"),
        asked.get("attempt"),
        PAGE,
    )
    return [dict(row) for row in rows]


def _receipts(store: Store, only: str | None) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = defaultdict(list)
    rows = store.all(
        "SELECT * FROM statuses WHERE at <= ? AND message = coalesce(?, message) ORDER BY at, rowid", now_ms(), only
    )
    for row in rows:
        receipt = {"status": row["status"], "at": row["at"]} | ({"code": row["code"]} if row["code"] else {})
        found[row["message"]].append(receipt)
    return found


def _entry(row: sqlite3.Row, receipts: list[Json]) -> Json:
    return {
        "seq": row["seq"],
        "id": row["id"],
        "channel": row["account"],
        "phone": row["wa_id"] or row["user_id"],
        "user_id": row["user_id"],
        "name": row["name"],
        "direction": row["direction"],
        "kind": row["kind"],
        "text": row["text"],
        "quoted": row["quoted"],
        "attempt": row["attempt"],
        "at": row["at"],
        "seen": row["direction"] == "in" or row["failed_code"] is None,
        "answer": row["answer"],
        "edited": bool(row["edited"]),
        "deleted": bool(row["deleted"]),
        "read_by_company_at": row["read_at"],
        "statuses": receipts,
        "body": json.loads(row["body"]),
    }


def webhook_counts(store: Store) -> Json:
    states = {row["state"]: row["n"] for row in store.all("SELECT state, count(*) n FROM webhooks GROUP BY state")}
    return {
        "made": sum(states.values()),
        "delivered": states.get("delivered", 0),
        "pending": states.get("pending", 0),
        "gave_up": states.get("gave up", 0),
        "attempts": store.number("SELECT count(*) FROM attempts"),
        "updates_waiting": store.number("SELECT count(*) FROM updates"),
    }


def webhook_list(store: Store, asked: Mapping[str, str]) -> list[Json]:
    """The newest first; `state` filters; `bodies` adds them in base64."""
    states = (asked["state"],) if "state" in asked else ("pending", "delivered", "gave up")
    marks = ", ".join("?" * len(states))
    rows = store.all(
        f"SELECT * FROM webhooks WHERE state IN ({marks}) ORDER BY id DESC LIMIT ?",  # noqa: S608
        *states,
        min(int(asked["limit"]), PAGE),
    )
    return [_webhook(row, "bodies" in asked) for row in rows]


def attempts_of(store: Store, webhook: int) -> Json | None:
    row = store.one("SELECT * FROM webhooks WHERE id = ?", webhook)
    if row is None:
        return None
    tries = store.all("SELECT at, ms, http, error FROM attempts WHERE webhook = ? ORDER BY at, rowid", webhook)
    return _webhook(row, with_body=True) | {"tries": [dict(one) for one in tries]}


def _webhook(row: sqlite3.Row, with_body: bool) -> Json:
    shown = {name: row[name] for name in WEBHOOK_FIELDS}
    return shown | ({"body_base64": base64.b64encode(row["body"]).decode()} if with_body else {})
