"""The benchmarks' company and the floor of `ingest`: what is measured against must be what is measured."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from django.db import connection

from bench import ingest, people, set_sql, sql
from bench.people import Company
from bench.traffic import Account, Writer, traffic
from channels_meta.drain import drain
from crm.models import Contact, IdentityKey
from inbox.listing import Listing
from inbox.models import Conversation, Message, ReadMark
from workspaces import tenancy
from workspaces.models import Membership, Workspace

pytestmark = pytest.mark.django_db(transaction=True)

TINY = Company("tiny", Account("110000000000321", "290000000000321"), members=4, customers=400, open_share=0.5)
LANE = ("whatsapp", TINY.account.number, "chat")
TABLES = ("inbox_attachment", "inbox_message", "workspaces_eventrow")


@pytest.fixture
def tiny() -> Workspace:
    people.found(TINY)
    return Workspace.objects.get(slug=TINY.slug)


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> str:
    name = connection.settings_dict["NAME"]
    assert isinstance(name, str)
    return name


def test_a_company_has_its_customers_and_members(tiny: Workspace) -> None:
    with tenancy.enter(tiny):
        assert Contact.objects.count() == IdentityKey.objects.count() == Conversation.objects.count() == 400
        assert 120 < Conversation.objects.filter(status="open").count() < 280
        assert Conversation.objects.filter(assignee__isnull=True).count() == 40
        held = Conversation.objects.filter(assignee__isnull=False)
        shares = Counter(held.values_list("assignee", flat=True))
        assert len(shares) == TINY.members
        assert max(shares.values()) - min(shares.values()) < 20


def test_most_of_what_is_theirs_members_have_read(tiny: Workspace) -> None:
    with tenancy.enter(tiny):
        mine = Conversation.objects.filter(status="open", assignee__isnull=False).count()
        assert 0.9 < ReadMark.objects.count() / mine < 1
        unread = [Listing(member).counters()["unread"] for member in Membership.objects.all()]
        assert sum(unread) == mine - ReadMark.objects.count()


def test_each_member_has_a_session(tiny: Workspace, client: Any) -> None:
    cookies = people.cookies(TINY.slug)
    assert len(set(cookies)) == TINY.members
    name, _, value = cookies[0].partition("=")
    client.cookies[name] = value
    page = client.get(f"/w/{TINY.slug}/inbox/?view=all", headers={"host": "localhost"})
    assert page.content.decode().count('<li class="row"') == 50


def taken_in(database: str, tiny: Workspace, count: int) -> set_sql.Written:
    link, workspace = set_sql.enter(database, TINY.slug)
    with link:
        assert workspace == tiny.pk
        phones = [str(phone) for phone, _ in link.execute(sql.PHONES, [workspace])]
        ingest.store(database, traffic(Writer(phones, "t", random.Random(2)), count, TINY.account))
        drain(*LANE)
        ingest.check_drained(link)
        return set_sql.written_since(link, workspace, 0)


@pytest.mark.parametrize("asks", [False, True])
def test_what_a_drain_wrote_is_written_again_by_set_based_sql(tiny: Workspace, database: str, asks: bool) -> None:
    before = taken_in(database, tiny, 450)
    assert len(before.messages) > 400
    link, workspace = set_sql.enter(database, TINY.slug)
    with link:
        for table in TABLES:
            link.execute(f"DELETE FROM {table}")
        link.execute("UPDATE channels_meta_webhookpart SET state = 0")
        parts = [int(row[0]) for row in link.execute(sql.PENDING)]
        place = set_sql.Place(link, workspace, set_sql.number(link, sql.CHANNEL, workspace), LANE)
        assert set_sql.write(place, set_sql.batches(before, parts), asks=asks) > 0
        ingest.check_drained(link)
        after = set_sql.written_since(link, workspace, 0)
    assert after.messages == before.messages
    assert after.conversations == before.conversations
    assert _said(after.happened) == _said(before.happened)
    assert len(after.attachments) == len(before.attachments) > 50


def _said(rows: list[set_sql.Row]) -> list[tuple[str, int]]:
    return sorted((row["subject"], row["payload"]["message"]) for row in rows)


def test_batches_hold_everything_once_and_the_newest_state(tiny: Workspace, database: str) -> None:
    written = taken_in(database, tiny, 450)
    made = set_sql.batches(written, range(430))
    assert [len(batch.names) for batch in made] == [200, 200, len(written.messages) - 400]
    assert [name for batch in made for name in batch.names] == [row["external_id"] for row in written.messages]
    assert all(len(batch.phones) == len(batch.talked) for batch in made)
    assert [part for batch in made for part in batch.parts] == list(range(430))


def test_what_is_left_or_dead_is_no_figure(tiny: Workspace, database: str) -> None:
    ingest.store(database, traffic(Writer(["5491155500000"], "l", random.Random(2)), 3, TINY.account))
    link, _ = set_sql.enter(database, TINY.slug)
    with link, pytest.raises(RuntimeError, match="parts are left"):
        ingest.check_drained(link)
    drain(*LANE)
    with tenancy.enter(tiny):
        assert Message.objects.count() == 3
