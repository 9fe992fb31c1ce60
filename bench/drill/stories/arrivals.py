"""What the platform may do to webhooks at any time: repeat, reorder, batch, and be early."""

from __future__ import annotations

import base64
import json
import time

from bench.drill import sql, talk
from bench.drill.drill import Drill
from bench.drill.stage import Stage
from bench.drill.verdict import Verdict


def twice(stage: Stage, verdict: Verdict) -> None:
    """Every webhook comes twice, both at the same time as often as not."""
    stage.sandbox.turn(copies=2, concurrency=16)
    chats = stage.open_chats(20)
    stage.sandbox.say(talk.mixed(20, 10))
    for nth, chat in enumerate(chats):
        stage.desk.reply(chat, f"Sí, tenemos ({nth})")


def shuffled(stage: Stage, verdict: Verdict) -> None:
    """Edits before their messages, "read" before "sent", the second question before the first."""
    stage.sandbox.turn(hold=60, hold_ms=1500, seed=20261122, concurrency=16, receipts=["sent", "delivered", "read"])
    stage.sandbox.turn(sent_ms=200, delivered_ms=300, read_ms=400)
    chats = stage.open_chats(12)
    stage.sandbox.say(talk.mixed(12, 25))
    for nth, chat in enumerate(chats * 2):
        stage.desk.reply(chat, f"Enseguida ({nth})")


def thousand(stage: Stage, verdict: Verdict) -> None:
    """One body of a thousand messages of a hundred people."""
    stage.sandbox.turn(batch=1000, batch_ms=4000)
    stage.sandbox.say(talk.chatter(100, 10))
    stage.calm(60)
    verdict.equal("largest_body", max(_sizes(stage)), 1000)
    stage.sandbox.turn(batch=1)


def _sizes(stage: Stage) -> list[int]:
    """How many messages each webhook's body holds."""
    bodies = [json.loads(base64.b64decode(one["body_base64"])) for one in stage.sandbox.webhooks(bodies=1)]
    changes = [[change for entry in body["entry"] for change in entry["changes"]] for body in bodies]
    return [sum(len(change["value"].get("messages", ())) for change in some) for some in changes]


def early_receipts(stage: Stage, verdict: Verdict) -> None:
    """Receipts come before the platform has answered our send; and some are for messages that nobody knows."""
    chats = stage.open_chats(12)
    stage.sandbox.turn(receipt_first=True, receipts=["sent", "delivered", "read"])
    _reply_to_all(stage, chats, "con el recibo antes que la respuesta")
    stage.calm(60)
    stage.sandbox.turn(receipt_first=False, answer_ms=900, sent_ms=50, delivered_ms=150, read_ms=300)
    _reply_to_all(stage, chats, "con una respuesta lenta")
    stage.calm(60)
    strangers = [f"wamid.never-sent-{nth}" for nth in range(10)]
    for wamid in strangers:
        stage.sandbox.post("receipts", {"message_id": wamid, "status": "delivered", "customer": talk.phone(0)})
    stage.calm(30)
    verdict.equal("strangers_kept", stage.db.number(sql.KEPT_RECEIPTS, strangers), len(strangers))


def _reply_to_all(stage: Stage, chats: list[int], words: str) -> None:
    for chat in chats:
        stage.desk.reply(chat, f"{words} ({chat})")


def album(stage: Stage, verdict: Verdict) -> None:
    """Thirty pictures of a customer we have never seen, as thirty webhooks at the same moment."""
    before = stage.db.ask(sql.COUNTS, stage.desk.workspace)[0]
    stage.sandbox.turn(concurrency=30, paused=True)
    now = int(time.time())
    ids = stage.sandbox.say([talk.picture(7000, f"foto {nth}", now) for nth in range(30)])
    stage.sandbox.turn(paused=False)
    stage.stored(ids)
    stage.calm(60)
    after = stage.db.ask(sql.COUNTS, stage.desk.workspace)[0]
    names = ("contacts", "conversations", "messages", "attachments")
    for name, old, new, wanted in zip(names, before, after, (1, 1, 30, 30), strict=True):
        verdict.equal(f"album_{name}", new - old, wanted)


DRILLS = (
    Drill("twice", twice),
    Drill("shuffled", shuffled),
    Drill("thousand", thousand),
    Drill("early_receipts", early_receipts),
    Drill("album", album),
)
