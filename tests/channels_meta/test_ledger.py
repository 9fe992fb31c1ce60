"""Group commit: nobody is told that it is stored before it is, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import psycopg
import pytest

from channels_meta import door as doors
from channels_meta import ledger as ledgers
from channels_meta.ledger import Entry, Lane, Ledger, Unavailable, columns
from channels_meta.parts import Part

T = TypeVar("T")
Connection = psycopg.Connection[tuple[Any, ...]]
NOWHERE = "host=127.0.0.1 port=1 dbname=nowhere connect_timeout=2"


def entry(name: str = "1", size: int = 0, *parts: Part) -> Entry:
    return Entry("whatsapp", "", name.encode().ljust(size, b"."), parts or (Part(name, "chat"),))


class Stored:
    """What was said to be stored."""

    def __init__(self) -> None:
        self.lanes: list[set[Lane]] = []
        self.counts: list[int] = []

    def __call__(self, lanes: set[Lane], bodies: int) -> None:
        self.lanes.append(lanes)
        self.counts.append(bodies)


def with_ledger(
    scenario: Callable[[Ledger], Awaitable[T]], stored: Callable[[set[Lane], int], None] | None = None
) -> T:
    async def play() -> T:
        ledger = Ledger(doors._conninfo, stored or Stored())
        ledger.open()
        try:
            return await scenario(ledger)
        finally:
            await asyncio.wait_for(ledger.close(), 5)

    return asyncio.run(play())


async def fates(ledger: Ledger, *entries: Entry) -> list[str]:
    """For each entry "stored", or why not."""
    found = await asyncio.gather(*[ledger.write(one) for one in entries], return_exceptions=True)
    return ["stored" if one is None else str(one) for one in found]


def bodies(rows: Connection) -> list[bytes]:
    return [row[0].rstrip(b".") for row in rows.execute("SELECT body FROM channels_meta_webhookbody ORDER BY id")]


class TestStoring:
    def test_what_was_answered_is_committed_and_told(self, rows: Connection) -> None:
        stored = Stored()

        async def scenario(ledger: Ledger) -> list[bytes]:
            await ledger.write(entry("1", 0, Part("1", "chat"), Part("1", "status"), Part("2", "chat")))
            return bodies(rows)

        assert with_ledger(scenario, stored) == [b"1"]
        assert stored.counts == [1]
        assert stored.lanes == [{("whatsapp", "1", "chat"), ("whatsapp", "1", "status"), ("whatsapp", "2", "chat")}]

    def test_parts_keep_their_order_and_their_body(self, rows: Connection) -> None:
        parts = [Part("a", "chat", b"A"), Part("b", "status"), Part("c", "chat", b"C")]

        async def scenario(ledger: Ledger) -> list[str]:
            return await fates(ledger, entry("1", 0, *parts), entry("2", 0, *parts))

        assert with_ledger(scenario) == ["stored", "stored"]
        found = rows.execute(
            "SELECT body.body, part.account_key, part.lane, part.payload, part.state, part.attempts, part.error "
            "FROM channels_meta_webhookpart part JOIN channels_meta_webhookbody body ON body.id = part.body_id "
            "ORDER BY part.id"
        ).fetchall()
        expected = [("a", "chat", b"A"), ("b", "status", None), ("c", "chat", b"C")]
        assert found == [(body, *part, 0, 0, "") for body in (b"1", b"2") for part in expected]

    def test_its_size_and_place_are_kept(self, rows: Connection) -> None:
        with_ledger(lambda ledger: ledger.write(Entry("whatsapp", "my-app", b"12345", (Part("1", "chat"),))))
        assert rows.execute("SELECT platform, app, size FROM channels_meta_webhookbody").fetchall() == [
            ("whatsapp", "my-app", 5)
        ]

    @pytest.mark.parametrize(
        "body", [b"", b"\x00", b"\xff\xfe\x00", "é\ud800".encode("utf-8", "surrogatepass"), b"\\x00", b"{}" * 100_000]
    )
    def test_any_bytes_are_kept_as_they_came(self, rows: Connection, body: bytes) -> None:
        with_ledger(lambda ledger: ledger.write(Entry("whatsapp", "", body, (Part("", "status", body),))))
        kept = "SELECT body.body, payload FROM channels_meta_webhookbody body, channels_meta_webhookpart"
        assert rows.execute(kept).fetchall() == [(body, body)]

    def test_one_connection_serves_flush_after_flush(self, rows: Connection) -> None:
        async def scenario(ledger: Ledger) -> set[int]:
            seen = set()
            for n in range(5):
                await ledger.write(entry(str(n)))
                assert ledger._connection is not None
                seen.add(ledger._connection.info.backend_pid)
            return seen

        assert len(with_ledger(scenario)) == 1

    def test_columns_name_each_part_by_the_place_of_its_body(self) -> None:
        entries = [entry("1", 0, Part("a", "chat"), Part("b", "chat", b"B")), entry("2", 0, Part("c", "status"))]
        *_, places, keys, lanes, payloads = columns(entries)
        assert places == [1, 1, 2]
        assert keys == ["a", "b", "c"]
        assert lanes == ["chat", "chat", "status"]
        assert payloads == [None, b"B", None]


class TestBatches:
    @pytest.mark.parametrize(
        ("sizes", "counts"),
        [
            ([10] * 5, [5]),
            ([400, 400, 400], [3]),  # the one that fills it is in it still
            ([1_000, 10, 10], [1, 2]),
            ([10, 2_000, 10], [2, 1]),
            ([2_000, 2_000], [1, 1]),
        ],
    )
    def test_a_flush_holds_only_so_many_bytes(
        self, rows: Connection, monkeypatch: pytest.MonkeyPatch, sizes: list[int], counts: list[int]
    ) -> None:
        monkeypatch.setattr(ledgers, "FLUSH_BYTES", 1_000)
        stored = Stored()
        entries = [entry(str(n), size) for n, size in enumerate(sizes)]
        assert set(with_ledger(lambda ledger: fates(ledger, *entries), stored)) == {"stored"}
        assert stored.counts == counts
        assert bodies(rows) == [str(n).encode() for n in range(len(sizes))]

    def test_a_flush_holds_only_so_many_bodies(self, rows: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ledgers, "FLUSH_BODIES", 3)
        stored = Stored()
        with_ledger(lambda ledger: fates(ledger, *[entry(str(n)) for n in range(7)]), stored)
        assert stored.counts == [3, 3, 1]

    def test_its_room_is_counted_in_bytes_too_and_is_given_back(
        self, rows: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ledgers, "MAX_WAITING_BYTES", 100)

        async def scenario(ledger: Ledger) -> list[str]:
            first = await fates(ledger, *[entry(str(n), 60) for n in range(4)])
            return [*first, *await fates(ledger, entry("9", 60))]

        assert with_ledger(scenario) == ["stored", "stored", "full", "full", "stored"]

    def test_a_refusal_gives_the_room_back(self, rows: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ledgers, "MAX_WAITING_BYTES", 100)

        async def scenario(ledger: Ledger) -> tuple[list[str], list[str]]:
            good, ledger._conninfo = ledger._conninfo, lambda: NOWHERE
            away = await fates(ledger, entry("1", 90), entry("2", 90))
            ledger._conninfo = good
            return away, await fates(ledger, entry("3", 90), entry("4", 90))

        away, back = with_ledger(scenario)
        assert away == ["the database did not answer"] * 2
        assert back == ["stored", "stored"]


class TestWhoWaits:
    def test_one_who_left_does_not_disturb_the_others(self, rows: Connection) -> None:
        """A platform that hung up: what it sent is stored or not, its neighbours are answered."""

        async def scenario(ledger: Ledger) -> list[str]:
            leaving = asyncio.ensure_future(ledger.write(entry("1")))
            staying = asyncio.ensure_future(fates(ledger, entry("2"), entry("3")))
            await asyncio.sleep(0)
            leaving.cancel()
            return await staying

        assert with_ledger(scenario) == ["stored", "stored"]
        assert bodies(rows)[-2:] == [b"2", b"3"]

    def test_one_who_left_before_a_refusal_neither(self, rows: Connection) -> None:
        async def scenario(ledger: Ledger) -> list[str]:
            ledger._conninfo = lambda: NOWHERE
            leaving = asyncio.ensure_future(ledger.write(entry("1")))
            staying = asyncio.ensure_future(fates(ledger, entry("2")))
            await asyncio.sleep(0)
            leaving.cancel()
            return await staying

        assert with_ledger(scenario) == ["the database did not answer"]

    def test_those_behind_a_failed_flush_are_refused_with_it(
        self, rows: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ledgers, "FLUSH_BODIES", 2)
        tries: list[int] = []

        async def scenario(ledger: Ledger) -> list[str]:
            def nowhere() -> str:
                tries.append(1)
                return NOWHERE

            ledger._conninfo = nowhere
            return await fates(ledger, *[entry(str(n)) for n in range(9)])

        assert with_ledger(scenario) == ["the database did not answer"] * 9
        assert len(tries) == 1

    def test_before_it_opens_and_after_it_closed_nothing_is_taken(self, rows: Connection) -> None:
        async def scenario() -> list[str]:
            ledger = Ledger(doors._conninfo, Stored())
            early = await fates(ledger, entry())
            ledger.open()
            await ledger.close()
            return [*early, *await fates(ledger, entry())]

        assert asyncio.run(scenario()) == ["closed", "closed"]
        assert bodies(rows) == []

    def test_closing_one_that_never_opened(self) -> None:
        asyncio.run(Ledger(doors._conninfo, Stored()).close())

    def test_whoever_is_told_may_fail_without_stopping_it(
        self, rows: Connection, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(lanes: set[Lane], bodies: int) -> None:
            raise RuntimeError("the waker broke")

        async def scenario(ledger: Ledger) -> list[str]:
            return [*await fates(ledger, entry("1")), *await asyncio.wait_for(fates(ledger, entry("2")), 3)]

        assert with_ledger(scenario, fail) == ["stored", "stored"]
        assert "RuntimeError" in caplog.text


class TestASilentServer:
    def test_beyond_so_many_stuck_flushes_nothing_is_tried(
        self, rows: Connection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(ledgers, "FLUSH_SECONDS", 0.02)
        monkeypatch.setattr(ledgers, "MAX_STUCK", 2)
        begun: list[int] = []

        async def scenario(ledger: Ledger) -> list[str]:
            silence = asyncio.Event()

            async def store(entries: list[Entry]) -> None:
                begun.append(len(entries))
                await silence.wait()

            monkeypatch.setattr(ledger, "_store", store)
            found = [(await fates(ledger, entry(str(n))))[0] for n in range(4)]
            assert len(ledger._stuck) == 2
            silence.set()
            await asyncio.sleep(0.01)
            assert not ledger._stuck
            return [*found, *await fates(ledger, entry("9"))]

        assert with_ledger(scenario) == ["the database did not answer"] * 4 + ["stored"]
        assert len(begun) == 3
        assert caplog.text.count("Unavailable") == 4

    def test_a_late_failure_is_told_without_what_was_sent(
        self, rows: Connection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(ledgers, "FLUSH_SECONDS", 0.02)

        async def scenario(ledger: Ledger) -> list[str]:
            async def store(entries: list[Entry]) -> None:
                await asyncio.sleep(0.03)
                raise psycopg.DataError(f"about {entries[0].body!r}")

            monkeypatch.setattr(ledger, "_store", store)
            found = await fates(ledger, entry("SECRET"))
            await asyncio.sleep(0.03)
            return found

        with caplog.at_level(logging.DEBUG):
            assert with_ledger(scenario) == ["the database did not answer"]
        assert "a late flush failed: DataError" in caplog.text
        assert "SECRET" not in caplog.text

    def test_closing_does_not_wait_for_what_is_stuck(self, rows: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ledgers, "FLUSH_SECONDS", 0.02)

        async def scenario(ledger: Ledger) -> list[str]:
            async def store(entries: list[Entry]) -> None:
                await asyncio.sleep(60)

            monkeypatch.setattr(ledger, "_store", store)
            return await fates(ledger, entry())

        assert with_ledger(scenario) == ["the database did not answer"]

    def test_a_connection_that_was_cut_is_replaced_at_once(self, rows: Connection) -> None:
        async def scenario(ledger: Ledger) -> list[str]:
            found = await fates(ledger, entry("1"))
            assert ledger._connection is not None
            rows.execute("SELECT pg_terminate_backend(%s)", [ledger._connection.info.backend_pid])
            return [*found, *await fates(ledger, entry("2"), entry("3"))]

        assert with_ledger(scenario) == ["stored"] * 3
        assert bodies(rows) == [b"1", b"2", b"3"]

    def test_what_the_server_refuses_is_not_tried_on_a_second_connection(
        self, rows: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Only a broken line is: else a statement that cannot succeed would cost two connections a flush."""

        async def scenario(ledger: Ledger) -> list[str]:
            first = await fates(ledger, entry("1"))
            assert ledger._connection is not None
            await ledger._connection.execute("SET statement_timeout = '1ms'")
            await ledger._connection.execute("SET lock_timeout = '1ms'")
            with psycopg.connect(doors._conninfo()) as other:
                other.execute("LOCK TABLE channels_meta_webhookbody")
                refused = await fates(ledger, entry("2"))
                other.rollback()
            return [*first, *refused, *await fates(ledger, entry("3"))]

        assert with_ledger(scenario) == ["stored", "the database did not answer", "stored"]
        assert bodies(rows) == [b"1", b"3"]


def test_unavailable_says_why() -> None:
    assert str(Unavailable("full")) == "full"
