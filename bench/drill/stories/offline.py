"""A browser is cut off while its conversation goes on; back again, it shows what a fresh load shows."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

from bench.drill import talk
from bench.drill.desk import AGENT, PASSWORD
from bench.drill.drill import Drill
from bench.drill.stage import Stage
from bench.drill.verdict import Verdict
from bench.drill.wire import Wire
from devtool import chromium

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
)
BACK_SECONDS = 45.0  # the page waits up to 30 before it tries again
# Every message in order with all that it shows, and the list's rows in theirs.
SEEN = """() => {
  const words = (node, part) => node.querySelector(part)?.innerText.trim() ?? ""
  const messages = [...document.querySelectorAll("#thread article.message")].map((node) => ({
    ...node.dataset, joined: "", continued: "", id: node.id, pk: node.dataset.id, classes: node.className,
    bubble: words(node, ".bubble"), meta: words(node, ".meta"), ticks: words(node, ".ticks"),
    reactions: words(node, ".reactions"),
  }))
  const rows = [...document.querySelectorAll("#rows .row")].map((node) => ({
    id: node.id, rev: node.dataset.rev, at: node.dataset.at, preview: words(node, ".preview.said"),
  }))
  return { messages, rows }
}"""


def cut_off(stage: Stage, verdict: Verdict) -> None:
    """Twice: the network drops every connection, then the browser itself goes offline."""
    said = [talk.named(talk.text(0, f"mensaje {n}", int(time.time()) - 600 + 10 * n)) for n in range(12)]
    chat = stage.stored(stage.sandbox.say(said))[0]
    stage.open_chats(5)
    stage.desk.reply(chat, "La primera respuesta")
    stage.calm(30)
    wire = Wire(stage.port)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium.ensure(), args=list(FLAGS))
            context = browser.new_context(base_url=f"http://localhost:{wire.port}", locale="es-AR")
            context.set_default_timeout(20_000)
            _both_ways(stage, verdict, wire, context, chat, said)
            browser.close()
    finally:
        wire.close()


def _both_ways(
    stage: Stage, verdict: Verdict, wire: Wire, context: BrowserContext, chat: int, said: list[talk.Message]
) -> None:
    troubles: list[str] = []
    page = _log_in(context)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(f"/w/{stage.desk.workspace}/conversations/{chat}/?view=all")
    ways: dict[str, tuple[Callable[[], None], Callable[[], None]]] = {
        "cut": (wire.cut, wire.mend),
        "offline": (lambda: context.set_offline(True), lambda: context.set_offline(False)),
    }
    for nth, (name, (go, come_back)) in enumerate(ways.items()):
        time.sleep(2)  # its streams are open by now
        before = page.evaluate(SEEN)
        go()
        _meanwhile(stage, chat, said, nth)
        verdict.must(page.evaluate(SEEN)["messages"] == before["messages"], f"{name}: it was not cut off")
        come_back()
        verdict.count(f"{name}_messages", len(before["messages"]))
        _catches_up(verdict, name, context, page, before)
    verdict.none("page_errors", troubles)


def _log_in(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("#id_login", AGENT)
    page.fill("#id_password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("**/inbox/**")
    return page


def _meanwhile(stage: Stage, chat: int, said: list[talk.Message], nth: int) -> None:
    """Receipts, an edit, a deletion, a reaction, a late message, new ones, and a colleague's answer."""
    now = int(time.time())
    late = int(said[4]["timestamp"]) + 3 + nth
    stage.sandbox.say(
        [
            talk.text(0, f"llegué tarde {nth}", late),
            talk.edit(said[1 + nth], f"corregido mientras no mirabas {nth}", now),
            talk.reaction(said[5 + nth], "❤️", now),
            talk.revocation(said[8 + nth], now),
            talk.text(0, f"nuevo {nth}", now),
        ]
    )
    stage.desk.reply(chat, f"Contesta una colega {nth}")
    stage.calm(30)
    stage.sandbox.post("opened", {"customer": talk.phone(0)})
    stage.calm(30)


def _catches_up(verdict: Verdict, name: str, context: BrowserContext, page: Page, before: dict[str, Any]) -> None:
    fresh = context.new_page()
    fresh.goto(page.url)
    began = time.monotonic()
    while (ours := page.evaluate(SEEN)) != (theirs := fresh.evaluate(SEEN)):
        if time.monotonic() - began > BACK_SECONDS:
            break
        time.sleep(0.25)
        fresh.reload()
    verdict.count(f"{name}_equal_after_s", round(time.monotonic() - began, 1))
    verdict.must(theirs["messages"] != before["messages"], f"{name}: nothing happened meanwhile")
    for what in ("messages", "rows"):
        verdict.must(
            len(ours[what]) == len(theirs[what]), f"{name}: {len(ours[what])} {what}, {len(theirs[what])} fresh"
        )
        pairs = zip(ours[what], theirs[what], strict=False)
        verdict.none(f"{name}_{what}_differ", (_difference(mine, other) for mine, other in pairs if mine != other))
    fresh.close()


def _difference(ours: dict[str, str], fresh: dict[str, str]) -> str:
    names = [name for name in fresh if ours.get(name) != fresh[name]]
    return json.dumps({name: (ours.get(name), fresh[name]) for name in names}, ensure_ascii=False)


DRILLS = (Drill("cut_off", cut_off, limit=300, browser=True),)
