"""Delivering over real HTTP to the platform's stand-in, and what comes back."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from inbox.actions import deliver as delivering
from inbox.actions.receive import receive
from inbox.actions.send import Draft, send
from inbox.models import Channel, Conversation, Delivery, Message, Receipt, State
from inbox.port import Accepted, Failure
from inbox.tasks import deliver_due, forget_old_receipts
from tests.inbox.conftest import PHONE
from tests.inbox.events import receipt
from tests.platform import Platform
from workspaces.models import AuditEntry, Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def answer(conversation: Conversation, ana: Membership) -> Message:
    return send(conversation, Draft("Temos sim!"), by=ana, client_id=uuid.uuid4())[0]


def state_of(message: Message) -> State:
    message.refresh_from_db()
    assert message.state is not None
    return State(message.state)


def test_the_phone_sees_the_answer_and_the_message_knows_its_id(
    conversation: Conversation, answer: Message, platform: Platform
) -> None:
    assert delivering.deliver(conversation) == 1

    (seen,) = platform.seen(PHONE)
    delivery = Delivery.objects.get()
    assert (seen["text"], seen["attempt"]) == ("Temos sim!", str(delivery.attempt))
    assert delivery.external_id == seen["id"]
    assert state_of(answer) == State.ACCEPTED
    assert answer.external_id == seen["id"]


def test_messages_leave_in_the_order_they_were_written(
    conversation: Conversation, ana: Membership, platform: Platform
) -> None:
    for n in range(5):
        send(conversation, Draft(str(n)), by=ana, client_id=uuid.uuid4())
    assert delivering.deliver(conversation) == 5
    assert [row["text"] for row in platform.seen(PHONE)] == ["0", "1", "2", "3", "4"]


def test_a_quoted_reply_names_what_it_answers(conversation: Conversation, ana: Membership, platform: Platform) -> None:
    platform.control(
        "messages",
        {"channel": "110000000000009", "from": PHONE, "type": "text", "text": {"body": "?"}, "id": "wamid.IN1"},
    )
    quoted = Message.objects.get(direction="in")
    send(conversation, Draft("Sim", reply_to=quoted), by=ana, client_id=uuid.uuid4())
    delivering.deliver(conversation)
    (seen,) = platform.seen(PHONE)
    assert seen["body"]["context"] == {"message_id": "wamid.IN1"}


def test_nothing_leaves_while_one_is_in_flight(conversation: Conversation, answer: Message, platform: Platform) -> None:
    Delivery.objects.update(state=State.SENDING, lease_until=timezone.now() + timedelta(seconds=30))
    assert delivering.deliver(conversation) == 0
    assert platform.seen(PHONE) == []


def test_a_lost_answer_is_unknown_and_never_sent_again_by_itself(
    conversation: Conversation, answer: Message, platform: Platform
) -> None:
    platform.knobs(lose_answer_next=1)
    delivering.deliver(conversation)
    assert state_of(answer) == State.UNKNOWN
    assert answer.can_retry

    delivering.deliver(conversation)
    deliver_due()
    assert len(platform.seen(PHONE)) == 1


def test_the_receipt_with_our_attempt_settles_an_unknown_one(
    ventas: Channel, conversation: Conversation, answer: Message, platform: Platform
) -> None:
    platform.knobs(lose_answer_next=1)
    delivering.deliver(conversation)
    (seen,) = platform.seen(PHONE)

    receive(ventas, [receipt("delivered", seen["id"], attempt=seen["attempt"])])
    delivery = Delivery.objects.get()
    assert (delivery.external_id, delivery.state) == (seen["id"], State.DELIVERED)
    assert state_of(answer) == State.DELIVERED


def test_a_late_receipt_takes_back_the_second_attempt_somebody_asked_for(
    ventas: Channel, conversation: Conversation, answer: Message, platform: Platform
) -> None:
    platform.knobs(lose_answer_next=1)
    delivering.deliver(conversation)
    (seen,) = platform.seen(PHONE)
    delivering.retry(Message.objects.get(pk=answer.pk))

    receive(ventas, [receipt("sent", seen["id"], attempt=seen["attempt"])])
    delivering.deliver(conversation)
    assert len(platform.seen(PHONE)) == 1
    assert sorted(Delivery.objects.values_list("state", flat=True)) == [State.SENT, State.CANCELLED]
    assert state_of(answer) == State.SENT


@pytest.mark.parametrize("code", [131000, 130429])
def test_what_provably_was_not_sent_is_tried_again_in_its_place(
    conversation: Conversation, answer: Message, ana: Membership, platform: Platform, code: int
) -> None:
    send(conversation, Draft("segundo"), by=ana, client_id=uuid.uuid4())
    platform.knobs(fail_next=1, fail_code=code)
    delivering.deliver(conversation)
    assert state_of(answer) == State.QUEUED
    assert platform.seen(PHONE) == []

    Delivery.objects.update(run_at=timezone.now())
    delivering.deliver(conversation)
    assert [row["text"] for row in platform.seen(PHONE)] == ["Temos sim!", "segundo"]


def test_a_refused_message_says_why_and_the_next_one_goes_on(
    conversation: Conversation, answer: Message, ana: Membership, platform: Platform
) -> None:
    send(conversation, Draft("segundo"), by=ana, client_id=uuid.uuid4())
    platform.knobs(fail_next=1, fail_code=131026)
    delivering.deliver(conversation)

    assert state_of(answer) == State.FAILED
    assert answer.failure is not None
    assert answer.failure["code"] == "131026"
    assert answer.failure_words
    assert [row["text"] for row in platform.seen(PHONE)] == ["segundo"]


def test_retrying_a_failed_message_sends_it_once_more(
    conversation: Conversation, answer: Message, platform: Platform
) -> None:
    platform.knobs(fail_next=1, fail_code=131026)
    delivering.deliver(conversation)
    failed = Message.objects.get(pk=answer.pk)
    delivering.retry(failed)
    delivering.retry(failed)
    delivering.deliver(conversation)
    assert [row["text"] for row in platform.seen(PHONE)] == ["Temos sim!"]
    assert state_of(answer) == State.ACCEPTED
    assert Delivery.objects.count() == 2


def test_a_dead_token_stops_the_channel_and_keeps_the_queue(
    ventas: Channel, conversation: Conversation, answer: Message, ana: Membership, platform: Platform
) -> None:
    waiting, _ = send(conversation, Draft("segundo"), by=ana, client_id=uuid.uuid4())
    platform.knobs(fail_next=5, fail_code=190)
    delivering.deliver(conversation)

    ventas.refresh_from_db()
    assert ventas.state == Channel.State.NEEDS_RECONNECT
    assert state_of(waiting) == State.QUEUED
    assert AuditEntry.objects.filter(verb="channel.needs_reconnect").exists()


def test_a_lease_that_ran_out_becomes_unknown_and_never_queued(
    conversation: Conversation, answer: Message, platform: Platform
) -> None:
    Delivery.objects.update(state=State.SENDING, lease_until=timezone.now() - timedelta(seconds=1))
    deliver_due()
    assert state_of(answer) == State.UNKNOWN
    assert platform.seen(PHONE) == []


@pytest.mark.parametrize(("waits", "sent"), [(0, 0), (5, 0), (40, 1)])
def test_the_clock_rings_for_what_is_due_and_sends_what_no_worker_took(
    conversation: Conversation,
    answer: Message,
    platform: Platform,
    monkeypatch: pytest.MonkeyPatch,
    waits: int,
    sent: int,
) -> None:
    rings: list[tuple[Any, ...]] = []

    def heard(_task: Any, *args: Any) -> bool:
        rings.append(args)
        return True

    monkeypatch.setattr("inbox.tasks.doorbell.ring", heard)
    Delivery.objects.update(run_at=timezone.now() - timedelta(seconds=waits))
    deliver_due()
    assert len(platform.seen(PHONE)) == sent
    assert rings == ([(answer.workspace_id, answer.conversation_id)] if waits and not sent else [])


def test_the_clock_sends_where_the_bell_is_not_heard(
    conversation: Conversation, answer: Message, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inbox.tasks.doorbell.ring", lambda *_: False)
    Delivery.objects.update(run_at=timezone.now() - timedelta(seconds=2))
    deliver_due()
    assert len(platform.seen(PHONE)) == 1


def test_a_slow_platform_holds_the_clock_for_one_look_only(
    conversation: Conversation, answer: Message, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time for sending is used up: the rest is rung for and waits for the next look."""
    monkeypatch.setattr("inbox.tasks.doorbell.ring", lambda *_: True)
    monkeypatch.setattr("inbox.tasks.SENDING_SECONDS", 0.0)
    Delivery.objects.update(run_at=timezone.now() - timedelta(seconds=40))
    deliver_due()
    assert platform.seen(PHONE) == []


def test_receipts_that_came_before_the_answer_are_applied_with_it(
    ventas: Channel, conversation: Conversation, answer: Message
) -> None:
    receive(ventas, [receipt("read", "wamid.OUT"), receipt("sent", "wamid.OUT")])
    assert Receipt.objects.count() == 2
    delivering.settle(Delivery.objects.get(), Accepted("wamid.OUT"))
    assert state_of(answer) == State.READ


@pytest.mark.parametrize(
    ("statuses", "shown"),
    [
        (["sent", "delivered", "read"], State.READ),
        (["read", "delivered", "sent"], State.READ),
        (["failed", "delivered"], State.DELIVERED),
        (["delivered", "failed"], State.DELIVERED),
        (["sent", "failed"], State.FAILED),
        (["played", "read"], State.PLAYED),
        (["deleted", "sent"], State.SENT),
    ],
)
def test_states_only_move_forward(
    ventas: Channel, conversation: Conversation, answer: Message, statuses: list[str], shown: State
) -> None:
    delivering.settle(Delivery.objects.get(), Accepted("wamid.OUT"))
    why = Failure("131026", "Undeliverable")
    for status in statuses:
        receive(ventas, [receipt(status, "wamid.OUT", error=why if status == "failed" else None)])
    assert state_of(answer) == shown
    assert bool(answer.failure) == (shown == State.FAILED)


def test_a_receipt_of_another_channel_moves_nothing(
    loja: Channel, conversation: Conversation, answer: Message, calzado: Any
) -> None:
    delivering.settle(Delivery.objects.get(), Accepted("wamid.OUT"))
    from workspaces import scope, tenancy

    token = scope.current.set(None)
    with tenancy.enter(loja.workspace):
        receive(loja, [receipt("read", "wamid.OUT")])
    scope.current.reset(token)
    assert state_of(answer) == State.ACCEPTED


def test_old_receipts_are_forgotten_after_a_week(ventas: Channel, conversation: Conversation) -> None:
    receive(ventas, [receipt("sent", "wamid.A"), receipt("sent", "wamid.B")])
    Receipt.objects.filter(external_id="wamid.A").update(created_at=timezone.now() - timedelta(days=8))
    forget_old_receipts()
    assert Receipt.objects.get().external_id == "wamid.B"
