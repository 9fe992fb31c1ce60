"""The browser of `live`: what it notes, when it asks, and that the page behaves so."""

from __future__ import annotations

import asyncio
import random
import re
from pathlib import Path

import pytest

from bench import load
from bench import page as pages
from bench.page import CLOCK, ROW, Page, Seen
from devtool.paths import ROOT
from inbox.views.loading import MOST_IDS

CONTROLLERS = ROOT / "static" / "js" / "controllers"


def row(pk: int, rev: int) -> bytes:
    return (
        f'<li class="row" id="row-{pk}" data-id="{pk}" data-at="2026-11-20T12:00:00+00:00" data-rev="{rev}">'.encode()
    )


def number(path: Path, name: str) -> float:
    found = re.search(rf"\b{name} = ([\d_]+)", path.read_text())
    assert found
    return float(found[1].replace("_", ""))


def test_it_keeps_the_pace_of_the_page() -> None:
    for name, value in (("PACE", pages.PACE), ("JITTER", pages.JITTER)):
        assert number(CONTROLLERS / "list_controller.js", name) == value * 1_000
    assert number(CONTROLLERS / "list_controller.js", "MOST") == pages.MOST == MOST_IDS
    assert number(CONTROLLERS / "live_controller.js", "EVERY") == pages.EVERY * 1_000


def test_a_row_is_found_as_it_is_drawn() -> None:
    drawn = (ROOT / "templates" / "inbox" / "_row.html").read_text()
    for name, value in (
        ("{{ conversation.pk }}", "7"),
        ("{{ conversation.last_message_at.isoformat }}", "2026-11-20T12:00:00+00:00"),
        ("{{ conversation.rev }}", "4"),
    ):
        drawn = drawn.replace(name, value)
    assert ROW.findall(drawn.encode()) == [(b"7", b"4")]


def test_lost_is_what_any_page_did_not_hear_or_draw() -> None:
    seen = Seen(pages=2)
    seen.posted = {7: 0.0, 8: 0.0}
    assert seen.lost() == 8
    for page in (0, 1):
        for pk in (7, 8):
            seen.note(seen.framed, page, pk)
            assert not seen.whole.is_set()
    seen.note(seen.framed, 0, 7)  # heard twice
    seen.note(seen.framed, 0, 99)  # somebody else's
    assert seen.lost() == 4
    for page in (0, 1):
        for pk in (7, 8):
            seen.note(seen.drawn, page, pk)
    assert seen.lost() == 0
    assert seen.whole.is_set()


def test_only_the_first_time_counts() -> None:
    seen = Seen(pages=1)
    seen.posted = {7: 0.0}
    seen.note(seen.framed, 0, 7)
    first = seen.framed[0, 7]
    seen.note(seen.framed, 0, 7)
    assert seen.framed[0, 7] == first


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PACE", 0.05)
    monkeypatch.setattr(pages, "JITTER", 0.0)
    monkeypatch.setattr(pages, "MOST", 3)


async def _asked(page: Page, answer: bytes, ids: list[int]) -> list[bytes]:
    """What the page asks of a server that always answers this, after nudges of these."""
    heads: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not reader.at_eof():
            try:
                heads.append(await reader.readuntil(load.HEAD_END))
            except asyncio.IncompleteReadError:
                break
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(answer) + answer)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        page.lines = await load.connect(server.sockets[0].getsockname()[1], 2)
        asking = asyncio.create_task(page.keep_asking())
        page.heard(b'{"ready": true}')
        for pk in ids:
            page.heard(b'{"nudge": [%d]}' % pk)
        await asyncio.sleep(0.25)
        asking.cancel()
        for line in page.lines:
            line.close()
        await asyncio.sleep(0.01)
    return [head.split(b" ")[1] for head in heads]


@pytest.mark.usefixtures("quick")
def test_nudges_are_asked_for_together_and_no_more_than_so_many_at_once() -> None:
    page = Page("acme", "a=b", random.Random(1))
    asked = asyncio.run(_asked(page, b"", [1, 2, 2, 3, 4, 5]))
    path = b"/w/acme/inbox/rows/?view=all&status=open&ids="
    assert asked == [path + b"1,2,3", path + b"4,5"]


@pytest.mark.usefixtures("quick")
def test_a_row_is_fresh_when_it_holds_the_message() -> None:
    page, seen = Page("acme", "a=b", random.Random(1)), Seen(pages=1)
    page.follow(seen, 0)
    seen.posted = {7: 0.0, 8: 0.0}
    asyncio.run(_asked(page, row(7, CLOCK + 1) + row(8, CLOCK), [7, 8]))
    assert set(seen.framed) == {(0, 7), (0, 8)}
    assert set(seen.drawn) == {(0, 7)}
