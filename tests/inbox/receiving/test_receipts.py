"""Receipts: before and after their message, in any order, for one attempt and for several."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from inbox.actions import deliver as delivering
from inbox.actions.receive import receive
from inbox.actions.send import Draft, send
from inbox.models import Channel, Conversation, Delivery, Message, Receipt, State
from inbox.port import Accepted, Echo, Failure, Outcome
from tests.conftest import count_queries
from tests.inbox.events import LIA, NOON, receipt, says
from tests.inbox.pigeon import Pigeon, refused
from workspaces.models import Membership

pytestmark = pytest.mark.django_db

WHY = Failure("no_wind", "Grounded", "Come back later")


@pytest.fixture
def answer(flown: Conversation, ana: Membership) -> Message:
    return send(flown, Draft("Sim!"), by=ana, client_id=uuid.uuid4())[0]


@pytest.fixture
def unsure(answer: Message, flown: Conversation, pigeon: Pigeon) -> Message:
    """Its answer was lost: nobody knows whether the platform has it."""
    pigeon.answers.append(refused(outcome=Outcome.UNKNOWN))
    delivering.deliver(flown)
    answer.refresh_from_db()
    assert answer.state == State.UNKNOWN
    return answer


def fresh(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def attempts() -> list[tuple[str, str]]:
    return [(State(one.state).name, one.external_id) for one in Delivery.objects.order_by("id")]


def again(message: Message) -> Delivery:
    """A person asks to send it once more."""
    delivering.retry(fresh(message))
    return Delivery.objects.latest("id")


class TestOneAttempt:
    @pytest.mark.parametrize("order", list(itertools.permutations(["sent", "delivered", "read"])))
    def test_receipts_before_the_answer_count_whatever_their_order(
        self, coop: Channel, answer: Message, order: tuple[str, ...]
    ) -> None:
        for status in order:
            receive(coop, [receipt(status, "pg.out")])
        assert fresh(answer).state == State.QUEUED
        delivering.settle(Delivery.objects.get(), Accepted("pg.out"))
        assert fresh(answer).state == State.READ

    def test_each_is_kept_once(self, coop: Channel, answer: Message) -> None:
        for _ in range(3):
            receive(coop, [receipt("sent", "pg.out"), receipt("sent", "pg.out"), receipt("read", "pg.out")])
        assert sorted(Receipt.objects.values_list("status", flat=True)) == ["read", "sent"]

    def test_each_participant_of_a_group_has_their_own(self, coop: Channel, answer: Message) -> None:
        receive(coop, [replace(receipt("read", "pg.out"), participant=name) for name in ("a", "b", "a")])
        assert sorted(Receipt.objects.values_list("participant", flat=True)) == ["a", "b"]

    def test_a_failure_comes_with_its_reason_and_goes_when_it_arrived_after_all(
        self, coop: Channel, answer: Message
    ) -> None:
        delivering.settle(Delivery.objects.get(), Accepted("pg.out"))
        receive(coop, [receipt("failed", "pg.out", error=WHY)])
        assert fresh(answer).failure == {"code": "no_wind", "title": "Grounded", "detail": "Come back later"}
        assert fresh(answer).failure_words == "The pigeon says no_wind"
        receive(coop, [receipt("delivered", "pg.out")])
        assert (fresh(answer).state, fresh(answer).failure, fresh(answer).failure_words) == (State.DELIVERED, None, "")

    def test_an_early_failure_is_told_with_the_answer(self, coop: Channel, answer: Message) -> None:
        receive(coop, [receipt("failed", "pg.out", error=WHY)])
        delivering.settle(Delivery.objects.get(), Accepted("pg.out"))
        assert (fresh(answer).state, fresh(answer).failure_words) == (State.FAILED, "The pigeon says no_wind")

    @pytest.mark.parametrize("status", ["deleted", "warning", ""])
    def test_a_word_we_do_not_know_is_kept_and_moves_nothing(self, coop: Channel, answer: Message, status: str) -> None:
        delivering.settle(Delivery.objects.get(), Accepted("pg.out"))
        before = fresh(answer).rev
        receive(coop, [receipt(status, "pg.out")])
        assert Receipt.objects.get().status == status
        assert (fresh(answer).state, fresh(answer).rev) == (State.ACCEPTED, before)

    @pytest.mark.parametrize("attempt", ["", "not-ours", "3f1d2c5e-0000-4000-8000-00000000a77e"])
    def test_of_nobodys_message_it_is_kept_and_moves_nothing(
        self, coop: Channel, answer: Message, attempt: str
    ) -> None:
        receive(coop, [receipt("read", "pg.unknown", attempt=attempt)])
        assert (Receipt.objects.count(), fresh(answer).state) == (1, State.QUEUED)

    def test_the_price_is_kept(self, coop: Channel, answer: Message) -> None:
        receive(coop, [replace(receipt("sent", "pg.out"), pricing={"category": "service"})])
        assert Receipt.objects.get().pricing == {"category": "service"}


class TestTheRow:
    def test_shows_the_state_of_the_last_message(self, coop: Channel, answer: Message) -> None:
        delivering.settle(Delivery.objects.get(), Accepted("pg.out"))
        receive(coop, [receipt("read", "pg.out")])
        assert Conversation.objects.get().preview_state_word == "read"

    def test_does_not_show_the_state_of_an_older_one_of_the_same_second(
        self, coop: Channel, flown: Conversation, ana: Membership
    ) -> None:
        for text in ("um", "dois"):
            send(flown, Draft(text), by=ana, client_id=uuid.uuid4())
        Message.objects.filter(direction="out").update(at=Conversation.objects.get().last_message_at)
        delivering.deliver(flown)
        assert Conversation.objects.get().preview_state_word == "accepted"
        receive(coop, [receipt("read", "pigeon-1")])
        assert (Conversation.objects.get().preview_text, Conversation.objects.get().preview_state_word) == (
            "dois",
            "accepted",
        )
        receive(coop, [receipt("delivered", "pigeon-2")])
        assert Conversation.objects.get().preview_state_word == "delivered"

    def test_of_a_message_that_the_customer_answered_in_its_second_stays_the_customers(
        self, coop: Channel, answer: Message, flown: Conversation
    ) -> None:
        at = fresh(answer).at
        receive(coop, [replace(says("ok!", name="pg.2"), at=at)])
        delivering.deliver(flown)
        conversation = Conversation.objects.get()
        assert (conversation.preview_author, conversation.preview_state) == ("customer", None)


class TestSeveralAttempts:
    def test_one_that_arrived_takes_back_the_one_that_still_waits(self, coop: Channel, unsure: Message) -> None:
        first = Delivery.objects.get()
        again(unsure)
        receive(coop, [receipt("delivered", "pg.late", attempt=str(first.attempt))])
        assert attempts() == [("DELIVERED", "pg.late"), ("CANCELLED", "")]
        assert (fresh(unsure).state, fresh(unsure).external_id) == (State.DELIVERED, "pg.late")

    def test_one_that_failed_leaves_the_other_to_go(
        self, coop: Channel, unsure: Message, flown: Conversation, pigeon: Pigeon
    ) -> None:
        first = Delivery.objects.get()
        again(unsure)
        receive(coop, [receipt("failed", "pg.late", attempt=str(first.attempt), error=WHY)])
        assert attempts() == [("FAILED", "pg.late"), ("QUEUED", "")]
        assert fresh(unsure).state == State.QUEUED

        delivering.deliver(flown)
        assert (fresh(unsure).state, len(pigeon.sent)) == (State.ACCEPTED, 2)

    def test_a_late_failure_of_the_first_does_not_hide_that_the_second_arrived(
        self, coop: Channel, unsure: Message, flown: Conversation
    ) -> None:
        first = Delivery.objects.get()
        again(unsure)
        delivering.deliver(flown)
        receive(coop, [receipt("delivered", "pigeon-1")])
        receive(coop, [receipt("failed", "pg.late", attempt=str(first.attempt), error=WHY)])
        assert (fresh(unsure).state, fresh(unsure).failure) == (State.DELIVERED, None)

    def test_a_failed_one_that_arrived_after_all_takes_back_the_second(self, coop: Channel, answer: Message) -> None:
        delivering.settle(Delivery.objects.get(), Accepted("pg.out"))
        receive(coop, [receipt("failed", "pg.out", error=WHY)])
        again(answer)
        receive(coop, [receipt("delivered", "pg.out")])
        assert [state for state, _ in attempts()] == ["DELIVERED", "CANCELLED"]

    def test_the_message_is_known_by_the_id_of_the_attempt_that_arrived(
        self, coop: Channel, answer: Message, flown: Conversation
    ) -> None:
        delivering.settle(Delivery.objects.get(), Accepted("pg.out"))
        receive(coop, [receipt("failed", "pg.out", error=WHY)])
        again(answer)
        delivering.deliver(flown)
        assert fresh(answer).external_id == "pigeon-1"
        receive(coop, [says("isso", reply_to="pigeon-1")])
        assert Message.objects.latest("id").reply_to == answer

    def test_another_part_of_the_message_is_another_matter(self, coop: Channel, unsure: Message) -> None:
        first = Delivery.objects.get()
        fields = {"message": unsure, "conversation": unsure.conversation, "channel": coop, "run_at": timezone.now()}
        Delivery.objects.create(part=1, **fields)
        receive(coop, [receipt("sent", "pg.late", attempt=str(first.attempt))])
        assert [state for state, _ in attempts()] == ["SENT", "QUEUED"]


class TestEchoes:
    def echo(self, attempt: str, name: str = "pg.echo") -> Echo:
        return Echo(raw={}, at=NOON, external_id=name, person=LIA, kind="text", text="Sim!", attempt=attempt)

    def test_one_with_our_attempt_settles_what_was_unknown(self, coop: Channel, unsure: Message) -> None:
        receive(coop, [self.echo(str(Delivery.objects.get().attempt))])
        assert attempts() == [("SENT", "pg.echo")]
        assert Message.objects.filter(direction="out").count() == 1

    @pytest.mark.parametrize("attempt", ["", "somebody-elses", "3f1d2c5e-0000-4000-8000-00000000a77e"])
    def test_one_of_somebody_elses_is_a_message(self, coop: Channel, unsure: Message, attempt: str) -> None:
        receive(coop, [self.echo(attempt)])
        assert Message.objects.filter(direction="out", source="app").count() == 1
        assert fresh(unsure).state == State.UNKNOWN

    def test_one_of_a_message_we_know_by_id_is_not_stored_again(
        self, coop: Channel, answer: Message, flown: Conversation
    ) -> None:
        delivering.deliver(flown)
        receive(coop, [self.echo("", name="pigeon-1")])
        assert Message.objects.filter(direction="out").count() == 1


def test_the_number_of_queries_does_not_grow_with_the_receipts(
    coop: Channel, flown: Conversation, ana: Membership, pigeon: Pigeon
) -> None:
    def prepare(count: int) -> list[Any]:
        for n in range(count):
            message, _ = send(flown, Draft(str(n)), by=ana, client_id=uuid.uuid4())
            pigeon.answers.append(refused(outcome=Outcome.UNKNOWN))
            delivering.deliver(flown)
            again(message)
            Delivery.objects.filter(state=State.QUEUED).update(run_at=timezone.now() + timedelta(hours=1))
            Delivery.objects.filter(state=State.QUEUED).update(state=State.FAILED)
        unknown = Delivery.objects.filter(state=State.UNKNOWN)
        return [receipt("sent", f"late-{one.pk}", attempt=str(one.attempt)) for one in unknown]

    one, many = prepare(1), None
    first = count_queries(lambda: receive(coop, one))
    many = prepare(25)
    assert len(many) == 25
    assert count_queries(lambda: receive(coop, many)) == first
