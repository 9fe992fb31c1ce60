"""A browser with the list open, as static/js/controllers/list_controller.js and live_controller.js behave: a nudge is
asked for at most once a second, and the first page again whenever the socket opens and every half minute."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from dataclasses import dataclass, field

from bench import load, sockets

PACE, JITTER, MOST, EVERY = 1.0, 0.25, 50, 30.0
ROW = re.compile(rb'<li class="row" id="row-\d+" data-id="(\d+)" data-at="[^"]+" data-rev="(\d+)"')
CLOCK = 3  # of every conversation before its customer writes: bench/sql.py


@dataclass(slots=True)
class Seen:
    """Of each message, by its conversation: when it was due to be posted; and how many seconds later each page (its
    number and the conversation's) had its frame and its fresh row."""

    pages: int = 0
    posted: dict[int, float] = field(default_factory=dict)
    framed: dict[tuple[int, int], float] = field(default_factory=dict)
    drawn: dict[tuple[int, int], float] = field(default_factory=dict)
    whole: asyncio.Event = field(default_factory=asyncio.Event)  # all that was posted so far was seen by all

    def lost(self) -> int:
        return 2 * self.pages * len(self.posted) - len(self.framed) - len(self.drawn)

    def note(self, times: dict[tuple[int, int], float], page: int, conversation: int) -> None:
        if conversation in self.posted:
            times.setdefault((page, conversation), time.perf_counter() - self.posted[conversation])
            if not self.lost():
                self.whole.set()


class Page:
    def __init__(self, slug: str, cookie: str, dice: random.Random) -> None:
        self.slug, self.cookie, self.dice = slug, cookie, dice
        self.seen, self.number = Seen(), 0
        self.asked: dict[int, None] = {}
        self.some = asyncio.Event()
        self.last = 0.0

    async def open(self, port: int) -> None:
        self.lines = await load.connect(port, 2)
        self.socket = await sockets.listen(port, f"/w/{self.slug}/live/inbox/", self.cookie, self.heard)
        self.tasks = [asyncio.create_task(work()) for work in (self.keep_asking, self.keep_catching_up)]

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.wait(self.tasks)
        await sockets.hang_up([self.socket])
        for line in self.lines:
            line.close()

    def follow(self, seen: Seen, number: int) -> None:
        self.seen, self.number = seen, number

    def heard(self, text: bytes) -> None:
        for pk in json.loads(text).get("nudge", ()):
            self.seen.note(self.seen.framed, self.number, pk)
            self.asked[pk] = None
        if self.asked:
            self.some.set()

    async def keep_asking(self) -> None:
        while await self.some.wait():
            rest = max(0.0, self.last + PACE - time.perf_counter())
            await asyncio.sleep(rest + self.dice.random() * JITTER)
            self.last = time.perf_counter()
            ids = list(self.asked)[:MOST]
            for pk in ids:
                del self.asked[pk]
            if not self.asked:
                self.some.clear()
            await self.ask(self.lines[0], f"&ids={','.join(map(str, ids))}")

    async def keep_catching_up(self) -> None:
        while True:
            await self.ask(self.lines[1], "")
            await asyncio.sleep(EVERY * (0.9 + self.dice.random() * 0.2))

    async def ask(self, line: load.Connection, query: str) -> None:
        headers = [(b"cookie", self.cookie.encode()), (b"hx-request", b"true")]
        path = f"/w/{self.slug}/inbox/rows/?view=all&status=open{query}"
        if await line.answer(load.request("GET", path, headers=headers)) != 200:
            raise RuntimeError(f"{path} was not answered")
        for found in ROW.finditer(line.body):
            if int(found[2]) > CLOCK:
                self.seen.note(self.seen.drawn, self.number, int(found[1]))
