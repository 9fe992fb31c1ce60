"""Pages: whole, without gaps or doubles, whatever is written between them, and at the same price."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import timedelta

import pytest
from django.utils import timezone

from crm.models import Contact
from inbox.actions.receive import receive
from inbox.models import Channel, Conversation
from inbox.port import Key, Person
from tests.api.conftest import Program, code_of
from tests.conftest import count_queries
from tests.inbox.events import LIA, says
from workspaces import tenancy
from workspaces.models import Team, Workspace

pytestmark = pytest.mark.django_db


def walked(api: Program, path: str, cursor: str | None = None) -> list[int]:
    """The ids on all pages, in order, from the cursor on."""
    found: list[int] = []
    while True:
        told = api.get(path + (f"&cursor={cursor}" if cursor else "")).json()  # type: ignore[attr-defined]
        found += [row["id"] for row in told["results"]]
        cursor = told["next_cursor"]
        if cursor is None:
            return found


@pytest.fixture
def crowd(ventas: Channel) -> None:
    """Thirty customers, several of them in the same second."""
    people = [Person((Key("phone", f"551195550{n:04}"),), f"Cliente {n}") for n in range(30)]
    with tenancy.enter(ventas.workspace):
        receive(ventas, [says(f"Oi {n}", by=person, minute=n // 4) for n, person in enumerate(people)])


@pytest.mark.parametrize("path", ["contacts", "identities", "conversations", "messages", "members", "channels"])
@pytest.mark.parametrize("limit", [1, 7, 29, 30, 31, 100])
def test_all_pages_together_are_the_list(api: Program, crowd: None, path: str, limit: int) -> None:
    found = walked(api, f"{path}?limit={limit}")
    assert len(found) == len(set(found)) == (1 if path in ("members", "channels") else 30)
    assert found == walked(api, f"{path}?limit=100")


def test_what_is_written_meanwhile_neither_doubles_nor_hides_what_was_there(
    api: Program, crowd: None, calzado: Workspace
) -> None:
    first = api.get("contacts?limit=10").json()  # type: ignore[attr-defined]
    with tenancy.enter(calzado):
        Contact.objects.create(name="Nova")
    rest = walked(api, "contacts?limit=10", first["next_cursor"])
    assert len(rest) == len(set(rest)) == 20
    assert not set(rest) & {row["id"] for row in first["results"]}


def test_conversations_come_by_their_last_message(api: Program, crowd: None) -> None:
    times = [(row["last_message_at"], row["id"]) for row in api.results("conversations?limit=100")]
    assert times == sorted(times, reverse=True)


def test_changes_come_oldest_first_and_can_be_followed(api: Program, crowd: None, ventas: Channel) -> None:
    since = (timezone.now() - timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    found = walked(api, f"conversations?limit=7&updated_since={since}")
    assert len(found) == len(set(found)) == 30
    with tenancy.enter(ventas.workspace):
        receive(ventas, [says("Outra vez", by=Person((Key("phone", "5511955500000"),)), minute=9)])
    again = api.results(f"conversations?limit=100&updated_since={since}")
    assert again[-1]["preview_text"] == "Outra vez"
    times = [row["updated_at"] for row in again]
    assert times == sorted(times)
    later = times[-1]
    assert [row["updated_at"] for row in api.results(f"conversations?updated_since={later}")] == [later]


def test_a_receipt_is_no_change_of_the_conversation(api: Program, lia: Conversation) -> None:
    from tests.inbox.events import receipt

    before = api.get(f"conversations/{lia.pk}").json()["updated_at"]  # type: ignore[attr-defined]
    with tenancy.enter(lia.workspace):
        receive(lia.channel, [receipt("delivered", "never-sent")])
    assert api.get(f"conversations/{lia.pk}").json()["updated_at"] == before  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "!!!!",
        "AAAA",
        urlsafe_b64encode(b"[]").decode(),
        urlsafe_b64encode(b'["newest"]').decode(),
        urlsafe_b64encode(b'["newest", "x"]').decode(),
        urlsafe_b64encode(b'["newest", true]').decode(),
        urlsafe_b64encode(b'["newest", 1.5]').decode(),
        urlsafe_b64encode(b'["newest", 99999999999999999999]').decode(),
        urlsafe_b64encode(b'["newest", 1, 2]').decode(),
        urlsafe_b64encode(b'["newest", null]').decode(),
        urlsafe_b64encode(b'["newest", "2026-11-20T15:00:00+00:00"]').decode(),
        urlsafe_b64encode(b'["latest", 1, 2]').decode(),
        urlsafe_b64encode(b"[" * 90).decode(),
    ],
)
def test_a_cursor_of_nowhere_is_refused(api: Program, cursor: str) -> None:
    response = api.get(f"contacts?cursor={cursor}")
    assert (response.status_code, code_of(response)) == (422, "cursor_invalid")


def test_a_cursor_of_another_list_is_refused(api: Program, crowd: None) -> None:
    cursor = api.get("contacts?limit=3").json()["next_cursor"]  # type: ignore[attr-defined]
    assert code_of(api.get(f"conversations?cursor={cursor}")) == "cursor_invalid"


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("contacts", 2),
        ("identities", 3),
        ("conversations", 2),
        ("messages", 3),
        ("deliveries", 2),
        ("members", 2),
        ("teams", 3),
        ("channels", 2),
    ],
)
def test_a_page_costs_the_same_however_many_rows(
    api: Program, lia: Conversation, crowd: None, path: str, queries: int
) -> None:
    """One for the key, one for the rows, one for what hangs on them."""
    with tenancy.enter(lia.workspace):
        Team.objects.bulk_create([Team(name=f"Equipo {n}") for n in range(5)])
    api.get(path)  # the key's use is noted once a minute
    for limit in (1, 2, 30):
        assert count_queries(lambda at=limit: api.get(f"{path}?limit={at}")) == queries  # type: ignore[misc]


def test_a_thread_costs_the_same_however_long(api: Program, lia: Conversation, ventas: Channel) -> None:
    with tenancy.enter(ventas.workspace):
        receive(ventas, [says(f"e {n}", by=LIA, minute=n + 2) for n in range(40)])
    api.get("workspace")
    for limit in (1, 30):
        assert count_queries(lambda at=limit: api.get(f"conversations/{lia.pk}/messages?limit={at}")) == 4  # type: ignore[misc]
