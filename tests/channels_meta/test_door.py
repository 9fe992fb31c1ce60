"""The webhook door: what it lets in, what it answers, and that 200 means committed."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import orjson
import psycopg
import pytest
from django.conf import settings

from channels_meta import door as doors
from channels_meta import ledger
from channels_meta.door import MAX_BODY, Door
from channels_meta.waker import Waker
from tests.channels_meta.knocking import (
    OLD_SECRET,
    OLD_TOKEN,
    SECRET,
    TOKEN,
    Answer,
    Visitor,
    at_the_door,
    posted,
    signature,
)
from tests.channels_meta.poison import NUMBER, UNPARSEABLE, body_of, change, message, poisoned, receipt, whole
from workspaces import doorbell

pytestmark = pytest.mark.usefixtures("secrets", "rung")

Connection = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
def secrets(settings: Any) -> None:
    settings.META_APP_SECRETS = ["", SECRET, OLD_SECRET]
    settings.META_VERIFY_TOKENS = ["", TOKEN, OLD_TOKEN]


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """No broker: the lanes that would have been rung."""
    rings: list[tuple[str, str, str]] = []
    monkeypatch.setattr(doorbell, "ring", lambda task, *lane: rings.append(lane))
    return rings


def bodies(rows: Connection) -> list[bytes]:
    return [row[0] for row in rows.execute("SELECT body FROM channels_meta_webhookbody ORDER BY id")]


def parts(rows: Connection) -> list[tuple[Any, ...]]:
    return rows.execute("SELECT account_key, lane, payload FROM channels_meta_webhookpart ORDER BY id").fetchall()


class TestHandshake:
    def shake(self, **asked: str) -> Answer:
        return at_the_door(lambda visitor: visitor.shake_hands(**asked))

    @pytest.mark.parametrize("token", [TOKEN, OLD_TOKEN])
    def test_a_known_token_gets_its_challenge_back(self, token: str) -> None:
        answer = self.shake(mode="subscribe", verify_token=token, challenge="1158201444")
        assert (answer.status, answer.body) == (200, b"1158201444")
        assert answer.headers[b"content-type"].startswith(b"text/plain")
        assert answer.headers[b"x-content-type-options"] == b"nosniff"

    @pytest.mark.parametrize(
        "asked",
        [
            {"mode": "subscribe", "verify_token": "wrong", "challenge": "1"},
            {"mode": "subscribe", "verify_token": "", "challenge": "1"},
            {"mode": "subscribe", "challenge": "1"},
            {"mode": "unsubscribe", "verify_token": TOKEN, "challenge": "1"},
            {"mode": "subscribe", "verify_token": TOKEN},
            {"mode": "subscribe", "verify_token": TOKEN, "challenge": "<script>"},
            {"mode": "subscribe", "verify_token": TOKEN, "challenge": "1\n"},
            {"mode": "subscribe", "verify_token": TOKEN, "challenge": "1" * 201},
            {"mode": "subscribe", "verify_token": TOKEN + "é\x00", "challenge": "1"},
        ],
    )
    def test_anything_else_is_refused(self, asked: dict[str, str]) -> None:
        answer = self.shake(**asked)
        assert (answer.status, answer.body) == (403, b"")

    @pytest.mark.parametrize(
        "query",
        [
            b"&".join([b"a=1"] * 21),
            b"hub.mode=subscribe&" * 21,
            b"&" * 100_000,
            b"\xff=\xfe&hub.mode=%ff",
            b"hub.mode=subscribe&hub.verify_token=%ED%A0%80&hub.challenge=1",
            b"hub.mode[]=subscribe",
            b"%",
        ],
        ids=lambda query: query[:20].decode("latin-1"),
    )
    def test_no_query_is_a_fault_of_ours(self, query: bytes, caplog: pytest.LogCaptureFixture) -> None:
        answer = at_the_door(lambda visitor: visitor.request("GET", query=query))
        assert (answer.status, answer.body) == (403, b"")
        assert caplog.text == ""

    def test_without_tokens_nobody_is_known(self, settings: Any) -> None:
        settings.META_VERIFY_TOKENS = []
        assert self.shake(mode="subscribe", verify_token="", challenge="1").status == 403


class TestAddress:
    @pytest.mark.parametrize(
        "path", ["/webhooks/", "/webhooks/fax/", "/webhooks/whatsapp/a/b/", "/webhooks/whatsapp/ü"]
    )
    def test_nobody_lives_here(self, path: str) -> None:
        body = raw_body()
        answer = at_the_door(lambda visitor: visitor.request("POST", path, [signature(body)], [body]))
        assert answer.status == 404

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "PATCH"])
    def test_other_methods(self, method: str) -> None:
        answer = at_the_door(lambda visitor: visitor.request(method))
        assert (answer.status, answer.headers[b"allow"]) == (405, b"GET, POST")

    def test_the_app_is_kept(self, rows: Connection) -> None:
        assert posted(whole([message(1)]), path="/webhooks/whatsapp/my-app_2")[0].status == 200
        assert rows.execute("SELECT platform, app FROM channels_meta_webhookbody").fetchone() == (
            "whatsapp",
            "my-app_2",
        )


def raw_body() -> bytes:
    return orjson.dumps(whole([message(1)]))


class TestSignature:
    @pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
    def test_every_active_secret_is_good(self, rows: Connection, secret: str) -> None:
        answer = at_the_door(lambda visitor: visitor.post(raw_body(), secret=secret))
        assert answer.status == 200
        assert bodies(rows) == [raw_body()]

    @pytest.mark.parametrize(
        "headers",
        [
            [],
            [signature(raw_body(), "another")],
            [signature(raw_body(), "")],
            [signature(raw_body() + b" ")],
            [(b"x-hub-signature-256", b"")],
            [(b"x-hub-signature-256", b"sha256=")],
            [(b"x-hub-signature-256", signature(raw_body())[1] + b"\n")],
            [(b"x-hub-signature-256", signature(raw_body())[1].upper())],
            [(b"x-hub-signature", signature(raw_body())[1])],
        ],
    )
    def test_no_row_for_a_stranger(self, rows: Connection, headers: list[tuple[bytes, bytes]]) -> None:
        answer = at_the_door(lambda visitor: visitor.request("POST", headers=headers, chunks=[raw_body()]))
        assert (answer.status, answer.body) == (403, b"")
        assert bodies(rows) == []

    def test_without_secrets_nobody_is_known(self, rows: Connection, settings: Any) -> None:
        settings.META_APP_SECRETS = []
        answer = at_the_door(lambda visitor: visitor.post(raw_body(), secret=""))
        assert answer.status == 403

    def test_the_raw_bytes_are_signed_and_kept(self, rows: Connection) -> None:
        body = rb'{ "object":"x\u00e9\/",  "entry":[] }' + b"\n"
        assert posted(body)[0].status == 200
        assert bodies(rows) == [body]


class TestBody:
    def test_it_may_come_in_pieces(self, rows: Connection) -> None:
        body = raw_body()
        chunks = [body[:5], b"", body[5:]]
        answer = at_the_door(lambda visitor: visitor.request("POST", headers=[signature(body)], chunks=chunks))
        assert answer.status == 200
        assert bodies(rows) == [body]

    def test_what_says_it_is_too_long_is_not_read(self) -> None:
        headers = [signature(b""), (b"content-length", str(MAX_BODY + 1).encode())]
        answer = at_the_door(lambda visitor: visitor.request("POST", headers=headers))
        assert (answer.status, answer.read) == (413, 0)
        assert answer.headers[b"connection"] == b"close"

    @pytest.mark.parametrize("chunks", [[b" " * (MAX_BODY + 1)], [b" " * 1_000_000] * 9])
    def test_what_is_too_long_is_not_read_on(self, rows: Connection, chunks: list[bytes]) -> None:
        headers = [signature(b"".join(chunks))]
        answer = at_the_door(lambda visitor: visitor.request("POST", headers=headers, chunks=chunks))
        assert answer.status == 413
        assert answer.read <= 5
        assert bodies(rows) == []

    def test_four_megabytes_are_taken(self, rows: Connection) -> None:
        body = raw_body().ljust(MAX_BODY)
        assert posted(body)[0].status == 200
        assert rows.execute("SELECT size FROM channels_meta_webhookbody").fetchone() == (MAX_BODY,)

    def test_who_hangs_up_is_not_answered(self, rows: Connection) -> None:
        body = raw_body()
        answer = at_the_door(
            lambda visitor: visitor.request("POST", headers=[signature(body)], chunks=[body[:9]], hangs_up=True)
        )
        assert answer.status == 0
        assert bodies(rows) == []


class TestParts:
    def test_one_change_is_one_part_without_bytes_of_its_own(self, rows: Connection) -> None:
        posted(whole([message(1)]), body_of(change(statuses=[receipt(1)])))
        assert parts(rows) == [(NUMBER, "chat", None), (NUMBER, "status", None)]

    def test_accounts_and_lanes_go_apart(self, rows: Connection) -> None:
        news = {"field": "account_alerts", "value": {"entity_type": "WABA"}}
        mixed = change(messages=[message(1)], statuses=[receipt(2)])
        posted(body_of(mixed, change("777", messages=[message(3)]), news, change(messages=[message(4)])))
        found = {(key, lane): orjson.loads(payload)["entry"] for key, lane, payload in parts(rows)}
        assert set(found) == {(NUMBER, "chat"), (NUMBER, "status"), ("777", "chat"), ("waba:290000000000001", "status")}
        (entry,) = found[NUMBER, "chat"]
        assert [one["value"]["messages"][0]["id"] for one in entry["changes"]] == ["wamid.1", "wamid.4"]
        assert all("statuses" not in one["value"] for one in entry["changes"])

    @pytest.mark.parametrize("body", [b"", b"\xff\x00", b"[[[[", b"null", b"3", b'{"entry":3}', b"[" * 100_000])
    def test_what_cannot_be_read_is_kept_for_nobody(self, rows: Connection, body: bytes) -> None:
        assert posted(body)[0].status == 200
        assert bodies(rows) == [body]
        assert parts(rows) == [("", "status", None)]

    @pytest.mark.parametrize("key", ["\x00", "x" * 121, "ü", " ", {"a": 1}, 1e9], ids=str)
    def test_no_name_of_an_account_makes_it_fail(self, rows: Connection, key: Any) -> None:
        assert posted(body_of(change(key, messages=[message(1)])))[0].status == 200
        assert parts(rows)[0][1:] == ("chat", None)

    @pytest.mark.parametrize("poison", UNPARSEABLE.values(), ids=UNPARSEABLE)
    def test_the_good_are_parted_from_the_unreadable(self, rows: Connection, poison: bytes) -> None:
        body = poisoned(20, 7, poison)
        assert posted(body)[0].status == 200
        assert bodies(rows) == [body]
        (key, lane, good), (*place, bad) = parts(rows)
        assert (key, lane) == tuple(place) == (NUMBER, "chat")
        assert good.count(b"wamid.") == 19
        assert bad.count(b"wamid.") == 1
        assert poison in bad


class TestCommit:
    def test_those_who_come_together_share_it(self, rows: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
        sizes: list[int] = []
        monkeypatch.setattr(Waker, "wake", lambda self, lanes, count: sizes.append(count))

        async def scenario(visitor: Visitor) -> list[Answer]:
            return await asyncio.gather(*[visitor.post(whole([message(n)])) for n in range(450)])

        assert {answer.status for answer in at_the_door(scenario)} == {200}
        assert len(bodies(rows)) == 450
        assert len(sizes) <= 5
        assert max(sizes) == ledger.FLUSH_BODIES

    def test_each_gets_its_own_parts(self, rows: Connection) -> None:
        async def scenario(visitor: Visitor) -> None:
            both = [body_of(change(str(n), messages=[message(n)], statuses=[receipt(n)])) for n in range(30)]
            await asyncio.gather(*[visitor.post(body) for body in both])

        at_the_door(scenario)
        joined = rows.execute(
            "SELECT account_key, body FROM channels_meta_webhookpart part "
            "JOIN channels_meta_webhookbody body ON body.id = part.body_id"
        ).fetchall()
        assert len(joined) == 60
        assert all(f'"phone_number_id":"{key}"'.encode() in body for key, body in joined)

    def test_closing_stores_what_waits(self, rows: Connection) -> None:
        async def scenario(visitor: Visitor) -> list[Answer]:
            posts = [asyncio.ensure_future(visitor.post(whole([message(n)]))) for n in range(3)]
            await asyncio.sleep(0)
            await visitor.door.close()
            late = await visitor.post(whole([message(9)]))
            return [*await asyncio.gather(*posts), late]

        assert [answer.status for answer in at_the_door(scenario)] == [200, 200, 200, 503]
        assert len(bodies(rows)) == 3

    def test_it_waits_for_the_disk(self, rows: Connection) -> None:
        with psycopg.connect(doors._conninfo()) as connection:
            assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)

    def test_it_is_the_app_role_and_the_test_database(self, rows: Connection) -> None:
        expected = (settings.DATABASES["default"]["NAME"], settings.DATABASES["default"]["USER"])
        assert rows.execute("SELECT current_database(), current_user").fetchone() == expected


class TestTrouble:
    def test_no_database_then_one(self, rows: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
        good = doors._conninfo

        async def scenario(visitor: Visitor) -> list[Answer]:
            assert visitor.door.ledger is not None
            visitor.door.ledger._conninfo = lambda: "host=127.0.0.1 port=1 dbname=nowhere connect_timeout=2"
            away = await asyncio.gather(*[visitor.post(whole([message(n)])) for n in range(5)])
            visitor.door.ledger._conninfo = good
            return [*away, await visitor.post(whole([message(9)]))]

        *away, back = at_the_door(scenario)
        assert {answer.status for answer in away} == {503}
        assert away[0].headers[b"retry-after"] == b"5"
        assert back.status == 200
        assert len(bodies(rows)) == 1

    def test_a_connection_that_was_cut(self, rows: Connection) -> None:
        async def scenario(visitor: Visitor) -> list[int]:
            statuses = [(await visitor.post(whole([message(0)]))).status]
            rows.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'plaza-door' AND pid <> pg_backend_pid() AND datname = current_database()"
            )
            return statuses + [(await visitor.post(whole([message(n)]))).status for n in (1, 2)]

        assert at_the_door(scenario) == [200, 200, 200]
        assert len(bodies(rows)) == 3

    def test_a_database_that_says_nothing(self, rows: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
        """The answer is 503 in time; the flush that was left behind may still come to its end."""
        monkeypatch.setattr(ledger, "FLUSH_SECONDS", 0.3)

        async def scenario(visitor: Visitor) -> list[int]:
            with psycopg.connect(doors._conninfo()) as other:
                other.execute("LOCK TABLE channels_meta_webhookbody")
                silent = await asyncio.wait_for(visitor.post(whole([message(1)])), 2)
                other.rollback()
            later = await visitor.post(whole([message(2)]))
            await asyncio.sleep(0.2)
            assert visitor.door.ledger is not None
            assert not visitor.door.ledger._stuck
            return [silent.status, later.status]

        assert at_the_door(scenario) == [503, 200]
        assert len(bodies(rows)) == 2

    def test_beyond_its_room_it_sends_away(self, rows: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ledger, "MAX_WAITING", 3)

        async def scenario(visitor: Visitor) -> list[Answer]:
            return await asyncio.gather(*[visitor.post(whole([message(n)])) for n in range(5)])

        assert [answer.status for answer in at_the_door(scenario)] == [200, 200, 200, 503, 503]

    def test_what_we_did_not_think_of(
        self, rows: Connection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(*_: object) -> None:
            raise RuntimeError(f"about the body: Hola 1 {SECRET}")

        monkeypatch.setattr(doors, "parts_of", fail)
        with caplog.at_level(logging.DEBUG):
            assert posted(whole([message(1)]))[0].status == 503
        assert "RuntimeError" in caplog.text
        assert "Hola" not in caplog.text
        assert SECRET not in caplog.text

    def test_before_it_is_open(self) -> None:
        answer = asyncio.run(Visitor(Door()).post(whole([message(1)])))
        assert answer.status == 503


class TestLifespan:
    def test_it_opens_and_closes(self, rows: Connection) -> None:
        async def scenario() -> tuple[list[str], int]:
            door, said = Door(), list[str]()
            told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

            async def send(message: Any) -> None:
                said.append(message["type"])

            life = asyncio.create_task(door({"type": "lifespan"}, told.get, send))
            await told.put({"type": "lifespan.startup"})
            await asyncio.sleep(0.01)
            status = (await Visitor(door).post(whole([message(1)]))).status
            await told.put({"type": "lifespan.shutdown"})
            await life
            return said, status

        assert asyncio.run(scenario()) == (["lifespan.startup.complete", "lifespan.shutdown.complete"], 200)
