"""The demo's story: every state of the desk is in it, in each language, and it can be taken away again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from crm.models import Contact
from inbox import kinds
from inbox.actions.read import unread_counts
from inbox.demo import story
from inbox.models import Conversation, Delivery, Message, State
from inbox.windows import window_of
from workspaces import demo, tenancy
from workspaces.models import Membership, User, Workspace

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
KINDS = {value for name, value in vars(kinds).items() if name.isupper() and isinstance(value, str)}


@pytest.fixture
def shop(db: None, settings: Any) -> Iterator[Workspace]:
    """Calzado Sur, an hour after its story was told."""
    settings.SANDBOX = False
    call_command("demo", "add", workspace="calzado-sur", verbosity=0)
    workspace = Workspace.objects.get(slug="calzado-sur")
    with tenancy.enter(workspace):
        yield workspace


def ana() -> Membership:
    return Membership.objects.select_related("user").get(user__email="ana@plaza.example")


class TestTheStory:
    def test_has_sixty_customers_and_a_hundred_and_twenty_conversations_over_a_month(self, shop: Workspace) -> None:
        assert Contact.objects.count() == 60
        assert Conversation.objects.count() == 120
        ages = [timezone.now() - row.last_message_at for row in Conversation.objects.all()]
        assert min(ages) < timedelta(minutes=30)
        assert max(ages) > timedelta(days=25)
        assert min(ages) >= timedelta()

    def test_shows_every_kind_of_message(self, shop: Workspace) -> None:
        assert set(Message.objects.values_list("kind", flat=True).distinct()) == KINDS

    def test_shows_every_state_of_a_conversation(self, shop: Workspace) -> None:
        rows = list(Conversation.objects.for_rows())
        assert {(row.is_open, row.assignee is None) for row in rows} >= {(True, True), (True, False), (False, False)}
        windows = [window_of(row) for row in rows if row.is_open]
        assert {window.level for window in windows if window.open} == {"", "warn", "danger"}
        assert any(not window.open for window in windows)
        assert any(row.waiting_since for row in rows)
        assert any(row.waiting_since is None for row in rows if row.is_open)

    def test_leaves_something_unread_and_something_read(self, shop: Workspace) -> None:
        rows = list(Conversation.objects.for_rows())
        counts = unread_counts(rows, ana())
        assert 15 < sum(count > 0 for count in counts.values()) < 40
        assert Conversation.objects.unread_by(ana()).count() == sum(count > 0 for count in counts.values())
        assert all(row.waiting_since for row in rows if counts[row.pk])

    def test_shows_every_end_of_a_delivery_but_nothing_that_would_still_be_sent(self, shop: Workspace) -> None:
        states = set(Delivery.objects.values_list("state", flat=True))
        assert states >= {State.FAILED, State.UNKNOWN, State.SENT, State.DELIVERED, State.READ, State.PLAYED}
        assert not states & {State.QUEUED, State.SENDING}

    def test_says_why_a_delivery_failed(self, shop: Workspace) -> None:
        failed = Message.objects.filter(state=State.FAILED).select_related("conversation__channel")
        assert len({message.failure_words for message in failed}) > 1
        assert all(message.failure_words for message in failed)

    def test_quotes_reacts_edits_and_deletes_on_both_sides(self, shop: Workspace) -> None:
        assert Message.objects.filter(reply_to__isnull=False).exists()
        for change in ({"edited_at__isnull": False}, {"deleted_at__isnull": False}):
            sides = set(Message.objects.filter(**change).values_list("direction", flat=True))
            assert sides == {"in", "out"}
        by = {reaction["by"] for message in Message.objects.exclude(reactions=[]) for reaction in message.reactions}
        assert by == {"customer", "team"}

    def test_has_long_and_foreign_names_and_texts(self, shop: Workspace) -> None:
        names = set(Contact.objects.values_list("name", flat=True))
        assert {"", "O", "🌸 Flor 🌸", "ليلى حداد"} <= names
        assert max(map(len, names)) > 60
        assert max(len(text) for text in Message.objects.values_list("text", flat=True)) == story.LONG_TEXT
        assert Contact.objects.filter(phone__isnull=True).exists()

    def test_leaves_no_placeholder_unfilled(self, shop: Workspace) -> None:
        texts = Message.objects.values_list("text", flat=True)
        assert not [text for text in texts if "{" in text or "  " in text]
        assert not Message.objects.filter(content__icontains="{street}").exists()


class TestItsRows:
    def test_count_as_receiving_and_sending_would(self, shop: Workspace) -> None:
        for row in Conversation.objects.prefetch_related("messages"):
            told = sorted(row.messages.all(), key=lambda message: message.seq)
            assert [message.seq for message in told] == list(range(1, row.clock + 1))
            assert [message.at for message in told] == sorted(message.at for message in told)
            inbound = [message for message in told if message.direction == "in"]
            assert row.inbound_count == len(inbound)
            assert row.last_inbound_at == row.window_from == (inbound[-1].at if inbound else None)
            spoken = [message for message in told if message.direction in ("in", "out")]
            assert row.last_message_at == spoken[-1].at
            assert row.preview_state == spoken[-1].state
            assert row.created_at == told[0].at

    def test_wait_only_where_the_customer_spoke_last_and_nobody_closed(self, shop: Workspace) -> None:
        waiting = Conversation.objects.exclude(waiting_since=None).prefetch_related("messages")
        assert len(waiting) > 30
        for row in waiting:
            told = sorted(row.messages.all(), key=lambda message: message.seq)
            since = next(message for message in told if message.at == row.waiting_since)
            assert {message.direction for message in told[told.index(since) :]} <= {"in", "event"}
            assert row.is_open
            assert row.waiting_since
            assert row.last_message_at - row.waiting_since < timedelta(hours=6)

    def test_have_one_delivery_for_each_message_sent_from_here(self, shop: Workspace) -> None:
        out = Message.objects.filter(direction="out")
        assert Delivery.objects.count() == out.count()
        assert not out.filter(state=None).exists()

    def test_are_the_same_for_the_same_hour(self, shop: Workspace) -> None:
        def told() -> list[tuple[Any, ...]]:
            rows = Message.objects.order_by("client_id")
            return list(rows.values_list("client_id", "kind", "text", "at", "state", "external_id"))

        story.forget()
        story.tell(NOW)
        first = told()
        story.forget()
        story.tell(NOW)
        assert told() == first
        assert len(first) > 700

    def test_are_older_than_the_people_who_read_them(self, shop: Workspace) -> None:
        founded = Membership.objects.order_by("-created_at")[0].created_at
        assert all(row.created_at > founded for row in Conversation.objects.all())


class TestTheCommand:
    @pytest.fixture(autouse=True)
    def _mute(self, settings: Any) -> None:
        settings.SANDBOX = False

    def test_tells_a_story_in_every_language_soon(self, db: None) -> None:
        began = time.monotonic()
        call_command("demo", "add", verbosity=0)
        assert time.monotonic() - began < 15, "the budget is 5 s on a free machine"
        told = {}
        for workspace in Workspace.objects.filter(slug__in=demo.SHOPS):
            with tenancy.enter(workspace):
                assert Conversation.objects.count() == 120
                told[workspace.language] = set(Message.objects.exclude(text="").values_list("text", flat=True))
        assert set(told) == {"es", "pt-br", "en"}
        assert len(told["es"] & told["en"]) < 15, "each in its own words"

    def test_twice_is_once(self, db: None) -> None:
        counts = []
        for _ in range(2):
            call_command("demo", "add", workspace="calzado-sur", verbosity=0)
            with tenancy.enter(Workspace.objects.get(slug="calzado-sur")):
                counts.append((Message.objects.count(), Membership.objects.count(), Contact.objects.count()))
        assert counts[0] == counts[1]

    def test_remove_takes_the_customers_and_leaves_the_others(self, shop: Workspace) -> None:
        kept = Contact.objects.create(name="Real")
        call_command("demo", "remove", workspace="calzado-sur", verbosity=0)
        assert list(Contact.objects.all()) == [kept]
        assert not Conversation.objects.exists()
        assert not Message.objects.exists()
        assert ana().is_active

    def test_remove_takes_also_what_was_said_since(self, shop: Workspace) -> None:
        conversation = Conversation.objects.exclude(assignee=None)[0]
        Message.objects.create(
            conversation=conversation, channel=conversation.channel, direction="in", kind="text",
            text="sigo acá", at=timezone.now(), seq=999, rev=999,
        )  # fmt: skip
        call_command("demo", "remove", workspace="calzado-sur", verbosity=0)
        assert not Message.objects.exists()

    def test_new_only_leaves_a_shop_alone_that_exists(self, calzado: Workspace) -> None:
        call_command("demo", "add", new_only=True, verbosity=0)
        with tenancy.enter(calzado):
            assert not Conversation.objects.exists()
        with tenancy.enter(Workspace.objects.get(slug="harbor-shoes")):
            assert Conversation.objects.count() == 120

    def test_without_a_word_no_story_is_told(self, db: None) -> None:
        call_command("demo", verbosity=0)
        assert set(Workspace.objects.values_list("slug", flat=True)) == {"calzado-sur", "otra-tienda"}
        with tenancy.enter(Workspace.objects.get(slug="calzado-sur")):
            assert not Contact.objects.exists()


def test_every_thread_can_be_drawn(shop: Workspace, browser_of: Callable[[User], Client]) -> None:
    """Every kind, and what is odd about names and texts, on the real pages."""
    browser = browser_of(ana().user)
    chosen = {message.kind: message.conversation_id for message in Message.objects.order_by("id")}
    longest = Message.objects.filter(text__startswith="Hola, buenas tardes. Escribo")[:1]
    for pk in {*chosen.values(), *(message.conversation_id for message in longest)}:
        answer = browser.get(f"/w/calzado-sur/conversations/{pk}/")
        assert answer.status_code == 200, pk
