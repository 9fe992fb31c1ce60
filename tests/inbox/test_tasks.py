"""The doorbells of the inbox and its part of the clock."""

from __future__ import annotations

import uuid
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from celery.local import Proxy
from django.utils import timezone

from config.processes import PROCESSES
from inbox import tasks
from inbox.actions.receive import receive
from inbox.actions.send import Draft, send
from inbox.models import Channel, Conversation, Delivery, EarlyChange, Message, Receipt, State
from inbox.port import Outcome
from tests.inbox.events import edits, receipt, says
from tests.inbox.pigeon import Pigeon, refused
from workspaces import doorbell, scope
from workspaces.models import Membership, Workspace

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def outside(flown: Conversation) -> Any:
    """As a worker or the clock runs: no workspace is open."""
    token = scope.current.set(None)
    yield
    scope.current.reset(token)


@pytest.fixture
def answer(flown: Conversation, ana: Membership) -> Message:
    message, _ = send(flown, Draft("Sim!"), by=ana, client_id=uuid.uuid4())
    Delivery.objects.update(run_at=timezone.now() - MINUTE)
    return message


@pytest.fixture
def unheard(monkeypatch: pytest.MonkeyPatch) -> None:
    """No broker answers."""
    monkeypatch.setattr(doorbell, "ring", lambda *_: False)


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    bells: list[tuple[Any, ...]] = []

    def ring(task: Any, *args: Any) -> bool:
        bells.append((task.name, *args))
        return True

    monkeypatch.setattr(doorbell, "ring", ring)
    return bells


class TestDeliver:
    def test_enters_the_workspace_it_was_rung_for(
        self, answer: Message, outside: None, calzado: Workspace, pigeon: Pigeon
    ) -> None:
        assert tasks.deliver(calzado.pk, answer.conversation_id) == 1
        assert [outgoing.text for outgoing in pigeon.sent] == ["Sim!"]

    def test_of_another_workspace_finds_nothing(
        self, answer: Message, outside: None, otra: Workspace, pigeon: Pigeon
    ) -> None:
        with pytest.raises(Conversation.DoesNotExist):
            tasks.deliver(otra.pk, answer.conversation_id)
        assert pigeon.sent == []

    def test_rung_twice_sends_once(self, answer: Message, outside: None, calzado: Workspace, pigeon: Pigeon) -> None:
        assert [tasks.deliver(calzado.pk, answer.conversation_id) for _ in range(2)] == [1, 0]


class TestTellRead:
    def test_names_the_customers_last_message(
        self, coop: Channel, flown: Conversation, calzado: Workspace, pigeon: Pigeon
    ) -> None:
        receive(coop, [says("mais", name="pg.2", minute=900_000)])
        tasks.tell_read(calzado.pk, flown.pk)
        assert pigeon.read == ["pg.2"]

    def test_says_nothing_where_the_customer_said_nothing(
        self, flown: Conversation, calzado: Workspace, pigeon: Pigeon
    ) -> None:
        Message.objects.update(direction="event")
        tasks.tell_read(calzado.pk, flown.pk)
        assert pigeon.read == []

    @pytest.mark.parametrize("state", [Channel.State.NEEDS_RECONNECT, Channel.State.DISCONNECTED])
    def test_says_nothing_on_a_channel_that_is_stopped(
        self, flown: Conversation, calzado: Workspace, pigeon: Pigeon, state: str
    ) -> None:
        Channel.objects.update(state=state)
        tasks.tell_read(calzado.pk, flown.pk)
        assert pigeon.read == []

    @pytest.mark.parametrize("outcome", Outcome)
    def test_that_was_refused_harms_nobody(
        self, flown: Conversation, calzado: Workspace, pigeon: Pigeon, outcome: Outcome
    ) -> None:
        pigeon.answers.append(refused(outcome=outcome))
        tasks.tell_read(calzado.pk, flown.pk)
        assert pigeon.read == []


class TestTheClocksPart:
    def test_rings_for_what_is_due_once_a_conversation(
        self, flown: Conversation, answer: Message, ana: Membership, rung: list[Any]
    ) -> None:
        send(flown, Draft("dois"), by=ana, client_id=uuid.uuid4())
        Delivery.objects.update(run_at=timezone.now() - tasks.RING_AFTER)
        tasks.deliver_due()
        assert [bell for bell in rung if bell[0] == tasks.deliver.name] == [
            (tasks.deliver.name, flown.workspace_id, flown.pk)
        ]

    def test_sends_by_itself_where_no_worker_can_be_reached(
        self, answer: Message, outside: None, unheard: None, pigeon: Pigeon
    ) -> None:
        assert tasks.deliver_due() == 1
        assert [outgoing.text for outgoing in pigeon.sent] == ["Sim!"]
        assert tasks.deliver_due() == 0

    @pytest.mark.parametrize(
        ("state", "ago", "due"),
        [
            (State.QUEUED, timedelta(seconds=2), True),
            (State.QUEUED, timedelta(0), False),  # fresh: the doorbell's
            (State.QUEUED, -MINUTE, False),
            (State.SENDING, MINUTE, False),
            (State.UNKNOWN, MINUTE, False),
            (State.ACCEPTED, MINUTE, False),
            (State.FAILED, MINUTE, False),
            (State.CANCELLED, MINUTE, False),
        ],
    )
    def test_takes_what_waits_since_a_moment_and_nothing_else(
        self, answer: Message, outside: None, rung: list[Any], state: State, ago: timedelta, due: bool
    ) -> None:
        from workspaces import tenancy

        with tenancy.enter(answer.conversation.workspace):
            Delivery.objects.update(state=state, run_at=timezone.now() - ago)
        assert (tasks.deliver_due(), bool(rung)) == (int(due), due)

    def test_leaves_a_stopped_channel_alone(self, coop: Channel, answer: Message, rung: list[Any]) -> None:
        Channel.objects.update(state=Channel.State.NEEDS_RECONNECT)
        assert (tasks.deliver_due(), rung) == (0, [])

    def test_ends_leases_that_ran_out_and_no_other(
        self, flown: Conversation, answer: Message, ana: Membership, pigeon: Pigeon, rung: list[Any]
    ) -> None:
        other, _ = send(flown, Draft("dois"), by=ana, client_id=uuid.uuid4())
        now = timezone.now()
        Delivery.objects.filter(message=answer).update(state=State.SENDING, lease_until=now - MINUTE)
        Delivery.objects.filter(message=other).update(state=State.SENDING, lease_until=now + MINUTE)
        assert tasks.deliver_due() == 1
        states = dict(Delivery.objects.values_list("message", "state"))
        assert states == {answer.pk: State.UNKNOWN, other.pk: State.SENDING}
        assert pigeon.sent == []


class TestForgetting:
    @pytest.mark.parametrize(("age", "is_kept"), [(timedelta(hours=167), True), (timedelta(hours=169), False)])
    def test_receipts_and_early_changes_are_kept_a_week(self, coop: Channel, age: timedelta, is_kept: bool) -> None:
        receive(coop, [receipt("read", "x"), edits("early", "x")])
        Receipt.objects.update(created_at=timezone.now() - age)
        EarlyChange.objects.update(created_at=timezone.now() - age)
        assert tasks.forget_old_receipts() == (0 if is_kept else 2)
        assert Receipt.objects.exists() is EarlyChange.objects.exists() is is_kept

    def test_in_every_workspace(self, ventas: Channel, loja: Channel) -> None:
        from workspaces import tenancy

        for channel in (ventas, loja):
            with tenancy.enter(channel.workspace):
                receive(channel, [receipt("read", "x")])
                Receipt.objects.update(created_at=timezone.now() - timedelta(days=8))
        assert tasks.forget_old_receipts() == 2


def test_each_of_our_tasks_has_a_queue_that_a_worker_listens_to(settings: Any) -> None:
    import_tasks = [f"{room}.tasks" for room in ("workspaces", "inbox", "channels_meta")]
    found = {name for module in import_tasks for name in vars(import_module(module)) if is_task(module, name)}
    assert found == {"drain_events", "deliver", "tell_read", "drain", "send_invitation"}
    urgent = {path.rpartition(".")[2] for path in settings.CELERY_TASK_ROUTES}
    assert urgent == {"drain_events", "deliver", "drain"}  # the others wait in the default queue
    queues = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()} | {settings.CELERY_TASK_DEFAULT_QUEUE}
    assert queues == {process.name for process in PROCESSES if "worker" in process.command}


def is_task(module: str, name: str) -> bool:
    return isinstance(vars(import_module(module))[name], Proxy)
