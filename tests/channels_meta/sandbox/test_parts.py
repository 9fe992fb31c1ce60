"""The pure parts, without a server."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from channels_meta.sandbox import compose, kinds, settings
from channels_meta.sandbox.deliver import DUE
from channels_meta.sandbox.errors import GraphError
from channels_meta.sandbox.people import BSUID, DEFAULT_ACCOUNT, Customer, derived_user_id, spellings
from channels_meta.sandbox.store import Store

LIA = Customer(1, "Lia", "5511955501234", "BR.7h")
RUI = Customer(2, "Rui", "5511955509999", "BR.9x")


@pytest.mark.parametrize(
    ("dialled", "known_as"),
    [
        ("5511955501234", "551155501234"),
        ("551155501234", "5511955501234"),
        ("5491123456789", "541123456789"),
        ("541123456789", "5491123456789"),
        ("5215512345678", "525512345678"),
        ("525512345678", "5215512345678"),
    ],
)
def test_a_number_may_be_known_without_or_with_the_extra_digit(dialled: str, known_as: str) -> None:
    assert spellings(dialled) == [dialled, known_as]


def test_other_countries_have_one_spelling() -> None:
    assert spellings("573001234567") == ["573001234567"]


def test_derived_user_ids_have_metas_form_and_stay() -> None:
    assert derived_user_id("5511955501234") == derived_user_id("5511955501234")
    for number, country in (("5511955501234", "BR"), ("59899123456", "UY"), ("15551234567", "US"), ("999", "BR")):
        assert BSUID.match(derived_user_id(number))
        assert derived_user_id(number).startswith(f"{country}.")


def values(*who: Customer, count: int = 1) -> list[compose.Json]:
    return [
        compose.value(DEFAULT_ACCOUNT, person, messages=[compose.message(person, f"w{n}", 1000, {"type": "text"})])
        for n in range(count)
        for person in who
    ]


def test_a_batch_shares_values_but_not_without_end() -> None:
    merged = compose.envelope("9", values(LIA, RUI, count=15))["entry"][0]["changes"]
    assert [len(change["value"]["messages"]) for change in merged] == [20, 10]
    assert [person["wa_id"] for person in merged[0]["value"]["contacts"]] == [LIA.wa_id, RUI.wa_id]


def test_messages_and_receipts_do_not_share_a_value() -> None:
    receipt = compose.status(LIA, {"id": "w", "kind": "text"}, "sent", 1000)
    mixed = [*values(LIA), compose.value(DEFAULT_ACCOUNT, LIA, statuses=[receipt]), *values(RUI)]
    assert len(compose.envelope("9", mixed)["entry"][0]["changes"]) == 3


def test_composing_leaves_its_input_alone() -> None:
    given = values(LIA, RUI)
    compose.envelope("9", given)
    assert [len(value["messages"]) for value in given] == [1, 1]


def test_lone_surrogates_survive_the_escaping() -> None:
    assert compose.to_bytes({"a": "\ud800/"}) == b'{"a":"\\ud800\\/"}'


@pytest.mark.parametrize(
    ("kind", "content", "text"),
    [
        ("image", {"image": {"caption": "etiqueta"}}, "etiqueta"),
        ("contacts", {"contacts": []}, ""),
        ("interactive", {"interactive": {"type": "nfm_reply"}}, "nfm_reply"),
        ("edit", {"edit": {"message": {"type": "image", "image": {"caption": "nova"}}}}, "nova"),
        ("edit", {"edit": None}, ""),
        ("text", {"text": "not an object"}, ""),
        ("request_welcome", {}, ""),
    ],
)
def test_words_of_any_body(kind: str, content: kinds.Json, text: str) -> None:
    assert kinds.words(kind, content) == text


def test_errors_take_their_http_status_from_the_code() -> None:
    assert [GraphError(code).http for code in (190, 200, 299, 131047, 2)] == [401, 403, 403, 400, 503]


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("META_APP_SECRET", "new, old")
    monkeypatch.setenv("META_VERIFY_TOKEN", "t1,t2")
    monkeypatch.setenv("PLAZA_VAR", "/tmp/somewhere")
    monkeypatch.delenv("SANDBOX_STATE", raising=False)
    found = settings.from_environment()
    assert (found.app_secret, found.verify_token) == ("new", "t1")
    assert found.state == Path("/tmp/somewhere/sandbox.sqlite3")


def test_writes_of_one_turn_are_one_commit(tmp_path: Path) -> None:
    async def turn() -> None:
        store = Store(tmp_path / "s.sqlite3")
        for n in range(3):
            store.write("INSERT INTO knobs VALUES (?, '{}')", str(n))
        other = sqlite3.connect(tmp_path / "s.sqlite3")
        assert other.execute("SELECT count(*) FROM knobs").fetchone() == (0,)
        await store.committed()
        assert other.execute("SELECT count(*) FROM knobs").fetchone() == (3,)
        assert store.rev == 1
        other.close()
        store.close()

    asyncio.run(turn())


def test_a_long_queue_is_not_sorted_for_every_delivery(tmp_path: Path) -> None:
    async def plan() -> str:
        store = Store(tmp_path / "s.sqlite3")
        steps = store.all(f"EXPLAIN QUERY PLAN {DUE}", 0, "[]", 8)
        store.close()
        return " ".join(str(step["detail"]) for step in steps)

    assert "webhooks_queue (state=? AND due_at<?)" in asyncio.run(plan())
    assert "TEMP B-TREE" not in asyncio.run(plan())


def test_a_commit_that_fails_is_not_called_durable(tmp_path: Path) -> None:
    async def turn() -> None:
        store = Store(tmp_path / "s.sqlite3")
        store.write("INSERT INTO knobs VALUES ('a', '{}')")
        store.db.execute("ROLLBACK")
        with pytest.raises(sqlite3.OperationalError):
            await store.committed()
        store.write("INSERT INTO knobs VALUES ('b', '{}')")
        await store.committed()
        store.close()

    asyncio.run(turn())
