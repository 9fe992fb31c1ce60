"""Ringing after a flush: together where it can be, and never in the door's way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from channels_meta import waker as wakers
from channels_meta.ledger import Lane
from channels_meta.waker import Waker

CHAT: Lane = ("whatsapp", "1", "chat")
STATUS: Lane = ("whatsapp", "1", "status")


class Bell:
    """A broker that answers when it is let."""

    def __init__(self) -> None:
        self.rings: list[Lane] = []
        self.answers = threading.Event()
        self.answers.set()

    def ring(self, lane: Lane) -> None:
        self.rings.append(lane)
        assert self.answers.wait(5)
        if lane[1] == "fails":
            raise RuntimeError("not what a broker's client should raise")


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def waker(bell: Bell) -> Iterator[Waker]:
    waker = Waker(bell.ring)
    waker.start()
    yield waker
    bell.answers.set()
    waker.stop()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.002)


def test_it_rings_each_lane(waker: Waker, bell: Bell) -> None:
    waker.wake({CHAT, STATUS}, 2)
    until(lambda: len(bell.rings) == 2)
    assert set(bell.rings) == {CHAT, STATUS}


def test_what_comes_while_it_rings_becomes_one(waker: Waker, bell: Bell) -> None:
    bell.answers.clear()
    waker.wake({CHAT}, 1)
    until(lambda: bell.rings == [CHAT])
    for _ in range(100):
        waker.wake({CHAT, STATUS}, 1)
    bell.answers.set()
    until(lambda: len(bell.rings) == 3)
    time.sleep(0.02)
    assert sorted(bell.rings[1:]) == [CHAT, STATUS]


def test_a_broker_that_does_not_answer_delays_nobody(waker: Waker, bell: Bell) -> None:
    bell.answers.clear()
    start = time.monotonic()
    for _ in range(1_000):
        waker.wake({CHAT}, 1)
    assert time.monotonic() - start < 0.5


def test_while_much_comes_it_rings_less(waker: Waker, bell: Bell) -> None:
    start = time.monotonic()
    for _ in range(20):
        waker.wake({CHAT}, wakers.BUSY_BODIES)
        time.sleep(0.005)
    until(lambda: len(bell.rings) >= 2)
    assert len(bell.rings) <= 2 + (time.monotonic() - start) / wakers.BUSY_SECONDS


def test_it_outlives_what_goes_wrong(waker: Waker, bell: Bell, caplog: pytest.LogCaptureFixture) -> None:
    waker.wake({("whatsapp", "fails", "chat")}, 1)
    until(lambda: "RuntimeError" in caplog.text)
    waker.wake({CHAT}, 1)
    until(lambda: bell.rings[-1] == CHAT)


def test_it_holds_only_so_many(waker: Waker, bell: Bell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakers, "MAX_LANES", 3)
    bell.answers.clear()
    waker.wake({CHAT}, 1)
    until(lambda: bell.rings == [CHAT])
    for n in range(10):
        waker.wake({("whatsapp", str(n), "chat")}, 1)
    bell.answers.set()
    until(lambda: len(bell.rings) == 4)
    time.sleep(0.02)
    assert len(bell.rings) == 4
