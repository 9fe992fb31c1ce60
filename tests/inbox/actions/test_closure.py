"""Closing, opening, assigning: once, in order, with a line in the thread, told to those who listen."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from inbox.actions.assign import assign
from inbox.actions.closure import close, reopen
from inbox.actions.receive import receive
from inbox.actions.send import Draft, send
from inbox.models import Channel, Conversation, Message
from tests.conftest import member_of
from tests.inbox.events import says
from workspaces import scope
from workspaces.models import EventRow, Membership, Workspace
from workspaces.refusals import Refused

pytestmark = pytest.mark.django_db


def lines() -> list[str]:
    events = Message.objects.filter(direction="event").order_by("at", "seq")
    return [" ".join(filter(None, (line.content["what"], line.content.get("to")))) for line in events]


def fresh() -> Conversation:
    return Conversation.objects.select_related("assignee__user", "channel").get()


@pytest.fixture
def heard(settings: Any) -> Callable[[], list[tuple[str, dict[str, Any]]]]:
    """What listeners of the conversation's events would be handed."""
    kinds = ("assigned", "closed", "reopened")
    settings.EVENT_LISTENERS = {f"conversation.{kind}": ["tests.nobody"] for kind in kinds}
    rows = EventRow.objects.filter(listener="tests.nobody").order_by("id")
    return lambda: list(rows.values_list("kind", "payload"))


class TestClosing:
    def test_takes_it_off_the_desk_and_nobody_waits_any_more(self, flown: Conversation, ana: Membership) -> None:
        assert fresh().waiting_since is not None
        close(flown, by=ana)
        conversation = fresh()
        assert (conversation.status, conversation.is_open, conversation.waiting_since) == ("closed", False, None)
        assert conversation.closed_at is not None

    def test_twice_is_once(self, flown: Conversation, ana: Membership, bruno: Membership, heard: Any) -> None:
        close(flown, by=ana)
        first = fresh().closed_at
        close(flown, by=bruno)
        assert (fresh().closed_at, lines(), len(heard())) == (first, ["closed"], 1)

    def test_and_opening_again_leaves_no_trace_but_the_lines(self, flown: Conversation, ana: Membership) -> None:
        for verb in (close, reopen, reopen, close, reopen):
            verb(flown, by=ana)
        assert (fresh().status, fresh().closed_at) == ("open", None)
        assert lines() == ["closed", "reopened", "closed", "reopened"]

    def test_an_open_one_cannot_be_opened(self, flown: Conversation, ana: Membership, heard: Any) -> None:
        before = fresh().clock
        reopen(flown, by=ana)
        assert (fresh().clock, lines(), heard()) == (before, [], [])

    @pytest.mark.parametrize("what", ["customer", "agent"])
    def test_whoever_writes_opens_it_and_it_stays_one_thread(
        self, coop: Channel, flown: Conversation, ana: Membership, what: str
    ) -> None:
        close(flown, by=ana)
        if what == "customer":
            receive(coop, [says("ainda uma coisa")])
        else:
            send(flown, Draft("ainda uma coisa"), by=ana, client_id=uuid.uuid4())
        assert (fresh().status, fresh().closed_at) == ("open", None)

    def test_a_blocked_customer_does_not_open_it(self, coop: Channel, flown: Conversation, ana: Membership) -> None:
        close(flown, by=ana)
        flown.contact.is_blocked = True
        flown.contact.save()
        receive(coop, [says("deixa eu entrar", minute=900_000)])
        assert fresh().status == "closed"
        assert Message.objects.filter(text="deixa eu entrar").exists()

    def test_who_is_read_afresh_under_the_lock(self, flown: Conversation, ana: Membership, bruno: Membership) -> None:
        """Two tabs hold the conversation as it was when they loaded it."""
        stale = fresh()
        assign(flown, bruno, by=ana)
        close(stale, by=ana)
        assert fresh().assignee == bruno


class TestAssigning:
    def test_each_way_has_its_line(
        self, flown: Conversation, ana: Membership, bruno: Membership, carla: Membership
    ) -> None:
        for to, by in ((bruno, ana), (carla, carla), (None, bruno), (ana, bruno)):
            assign(flown, to, by=by)
        assert lines() == ["assigned Bruno Sosa", "taken Carla Núñez", "unassigned", "assigned Ana Beltrán"]

    def test_to_who_has_it_already_changes_nothing(
        self, flown: Conversation, ana: Membership, bruno: Membership, heard: Any
    ) -> None:
        assign(flown, bruno, by=ana)
        clock = fresh().clock
        assign(flown, bruno, by=ana)
        assert (fresh().clock, len(heard())) == (clock, 1)

    def test_nobody_s_to_nobody_changes_nothing(self, flown: Conversation, ana: Membership) -> None:
        assign(flown, None, by=ana)
        assert lines() == []

    def test_listeners_hear_whose_it_is_now(
        self, flown: Conversation, ana: Membership, bruno: Membership, heard: Any
    ) -> None:
        assign(flown, bruno, by=ana)
        assign(flown, None, by=ana)
        assert heard() == [
            ("conversation.assigned", {"conversation": flown.pk, "member": bruno.pk, "team": None}),
            ("conversation.assigned", {"conversation": flown.pk, "member": None, "team": None}),
        ]

    def test_to_somebody_of_another_workspace_is_refused(
        self, flown: Conversation, ana: Membership, otra: Workspace
    ) -> None:
        token = scope.current.set(None)
        foreign = member_of(otra, ana.user, "agent")
        scope.current.reset(token)
        with pytest.raises(Refused, match="member_gone"):
            assign(flown, foreign, by=ana)
        assert fresh().assignee is None

    def test_it_reads_nothing_and_does_not_move_the_row(self, flown: Conversation, ana: Membership) -> None:
        before = fresh()
        assign(flown, ana, by=ana)
        after = fresh()
        assert (after.last_message_at, after.preview_text) == (before.last_message_at, before.preview_text)
        assert (after.inbound_count, after.waiting_since) == (before.inbound_count, before.waiting_since)


class TestLines:
    def test_stand_where_they_happened_between_messages_of_the_same_second(
        self, coop: Channel, flown: Conversation, ana: Membership, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Our own times are cut to the platform's second: (time, seq) sorts both sides alike."""
        begin = fresh().last_message_at.replace(microsecond=0)
        moments = iter(range(100_000, 900_000, 1_000))
        monkeypatch.setattr(timezone, "now", lambda: begin.replace(microsecond=next(moments)))
        assign(flown, ana, by=ana)
        send(flown, Draft("já te respondo"), by=ana, client_id=uuid.uuid4())
        close(flown, by=ana)
        receive(coop, [says("obrigada", name="pg.9", minute=0)])
        Message.objects.filter(external_id="pg.9").update(at=begin)
        shown = Message.objects.order_by("at", "seq").values_list("direction", flat=True)
        assert list(shown) == ["in", "event", "out", "event", "in"]

    def test_are_whole_steps_of_the_channels_clock(self, flown: Conversation, ana: Membership) -> None:
        assign(flown, ana, by=ana)
        assert Message.objects.get(direction="event").at.microsecond == 0

    def test_never_stand_before_what_was_there(self, flown: Conversation, ana: Membership) -> None:
        ahead = timezone.now() + timedelta(minutes=5)  # the platform's clock is ahead of ours
        Conversation.objects.update(last_message_at=ahead)
        assign(flown, ana, by=ana)
        assert Message.objects.get(direction="event").at == ahead

    def test_count_on_the_conversations_clock(self, flown: Conversation, ana: Membership) -> None:
        assign(flown, ana, by=ana)
        line = Message.objects.get(direction="event")
        assert (line.seq, line.rev, fresh().clock) == (2, 2, 2)
        assert (line.author, line.content["by"], line.state) == (ana, "Ana Beltrán", None)

    def test_keep_the_names_of_their_day(self, flown: Conversation, ana: Membership) -> None:
        assign(flown, ana, by=ana)
        ana.user.name = "Ana B."
        ana.user.save()
        assert lines() == ["taken Ana Beltrán"]
