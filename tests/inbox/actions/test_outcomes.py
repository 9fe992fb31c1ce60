"""Delivering: what each answer of a platform leads to, and that nothing is seen twice."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from crm.models import IdentityKey
from inbox.actions import deliver as delivering
from inbox.actions.receive import receive
from inbox.actions.send import Draft, send
from inbox.models import Channel, Conversation, Delivery, Message, State
from inbox.port import Accepted, Key, Outcome, Scope
from tests.inbox.events import LIA, says
from tests.inbox.pigeon import Pigeon, refused
from workspaces.models import AuditEntry, Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def answer(flown: Conversation, ana: Membership) -> Message:
    return write(flown, ana, "Sim!")


def write(conversation: Conversation, by: Membership, text: str) -> Message:
    return send(conversation, Draft(text), by=by, client_id=uuid.uuid4())[0]


def fresh(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def due_now() -> None:
    Delivery.objects.filter(state=State.QUEUED).update(run_at=timezone.now())


@pytest.mark.parametrize(
    ("outcome", "scope", "state", "sendable"),
    [
        (Outcome.REJECTED, Scope.MESSAGE, State.FAILED, True),
        (Outcome.REJECTED, Scope.RECIPIENT, State.FAILED, True),
        (Outcome.REJECTED, Scope.CHANNEL, State.FAILED, True),
        (Outcome.REJECTED, Scope.ACCOUNT, State.QUEUED, False),
        (Outcome.RETRY, Scope.MESSAGE, State.QUEUED, True),
        (Outcome.RETRY, Scope.CHANNEL, State.QUEUED, True),
        (Outcome.RETRY, Scope.ACCOUNT, State.QUEUED, False),
        (Outcome.UNKNOWN, Scope.MESSAGE, State.UNKNOWN, True),
        (Outcome.UNKNOWN, Scope.RECIPIENT, State.UNKNOWN, True),
    ],
)
def test_each_refusal_leads_to_its_state(
    coop: Channel,
    flown: Conversation,
    answer: Message,
    pigeon: Pigeon,
    outcome: Outcome,
    scope: Scope,
    state: State,
    sendable: bool,
) -> None:
    pigeon.answers.append(refused("no_wind", outcome, scope))
    delivering.deliver(flown)
    delivery = Delivery.objects.get()
    assert (delivery.state, fresh(answer).state, delivery.lease_until) == (state, state, None)
    assert delivery.failure == {"code": "no_wind", "title": "Grounded", "detail": ""}
    coop.refresh_from_db()
    assert (coop.state == Channel.State.CONNECTED) is sendable


class TestTryingAgain:
    def test_it_is_tried_so_often_and_then_it_failed(
        self, flown: Conversation, answer: Message, pigeon: Pigeon
    ) -> None:
        pigeon.answers.extend(refused(outcome=Outcome.RETRY) for _ in range(20))
        for _ in range(10):
            due_now()
            delivering.deliver(flown)
        assert len(pigeon.sent) == delivering.MAX_TRIES
        assert fresh(answer).state == State.FAILED

    def test_each_time_it_is_the_same_attempt_under_the_same_id(
        self, flown: Conversation, answer: Message, pigeon: Pigeon
    ) -> None:
        pigeon.answers.append(refused(outcome=Outcome.RETRY))
        delivering.deliver(flown)
        due_now()
        delivering.deliver(flown)
        assert len({outgoing.attempt for outgoing in pigeon.sent}) == 1
        assert fresh(answer).state == State.ACCEPTED

    @pytest.mark.parametrize("wish", [0.0, 90.0, 3600.0])
    def test_it_waits_as_long_as_the_platform_wishes_at_least(
        self, flown: Conversation, answer: Message, pigeon: Pigeon, wish: float
    ) -> None:
        pigeon.answers.append(refused(outcome=Outcome.RETRY, retry_after=wish))
        before = timezone.now()
        delivering.deliver(flown)
        assert Delivery.objects.get().run_at >= before + timedelta(seconds=max(wish, 0.5))

    @pytest.mark.parametrize("tries", range(1, 7))
    def test_it_waits_longer_each_time_but_not_all_at_the_same_moment(self, tries: int) -> None:
        waits = {delivering._wait(tries, 0).total_seconds() for _ in range(50)}
        assert 0.5 <= min(waits) <= max(waits) <= max(2.0**tries, 0.5)
        assert len(waits) > 10

    def test_what_comes_after_it_waits_behind_it(
        self, flown: Conversation, answer: Message, ana: Membership, pigeon: Pigeon
    ) -> None:
        write(flown, ana, "segundo")
        pigeon.answers.append(refused(outcome=Outcome.RETRY))
        assert delivering.deliver(flown) == 1
        assert delivering.deliver(flown) == 0
        due_now()
        assert delivering.deliver(flown) == 2
        assert [outgoing.text for outgoing in pigeon.sent] == ["Sim!", "Sim!", "segundo"]


class TestAnAccountThatIsStopped:
    def test_what_waits_is_sent_when_it_is_connected_again_and_lost_no_try(
        self, coop: Channel, flown: Conversation, answer: Message, ana: Membership, pigeon: Pigeon
    ) -> None:
        write(flown, ana, "segundo")
        pigeon.answers.append(refused("expired", scope=Scope.ACCOUNT))
        assert delivering.deliver(flown) == 1
        assert delivering.deliver(flown) == 0
        assert Delivery.objects.filter(state=State.QUEUED, tries=0).count() == 2

        Channel.objects.update(state=Channel.State.CONNECTED)
        due_now()
        assert delivering.deliver(flown) == 2
        assert [outgoing.text for outgoing in pigeon.sent] == ["Sim!", "Sim!", "segundo"]

    def test_the_channel_says_why_and_the_audit_log_knows(
        self, coop: Channel, flown: Conversation, answer: Message, pigeon: Pigeon
    ) -> None:
        pigeon.answers.append(refused("expired", scope=Scope.ACCOUNT))
        delivering.deliver(flown)
        coop.refresh_from_db()
        assert (coop.state, coop.state_reason) == (Channel.State.NEEDS_RECONNECT, "expired Grounded")
        entry = AuditEntry.objects.get(verb="channel.needs_reconnect")
        assert (entry.subject, entry.data) == (f"channel:{coop.pk}", {"code": "expired"})

    def test_a_reason_of_any_length_is_kept_as_far_as_it_fits(
        self, coop: Channel, flown: Conversation, answer: Message, pigeon: Pigeon
    ) -> None:
        pigeon.answers.append(refused("x" * 400, scope=Scope.ACCOUNT))
        delivering.deliver(flown)
        coop.refresh_from_db()
        assert coop.state_reason == "x" * 255


class TestWhatIsAsked:
    def test_goes_to_the_key_that_wrote_last(
        self, coop: Channel, flown: Conversation, ana: Membership, pigeon: Pigeon
    ) -> None:
        write(flown, ana, "um")
        delivering.deliver(flown)
        person = type(LIA)((LIA.keys[1], LIA.keys[0]))
        receive(coop, [says("agora daqui", by=person)])
        write(flown, ana, "dois")
        delivering.deliver(flown)
        assert [outgoing.to for outgoing in pigeon.sent] == [LIA.keys[0], LIA.keys[1]]

    def test_names_what_it_quotes_by_the_platforms_id(
        self, flown: Conversation, ana: Membership, pigeon: Pigeon
    ) -> None:
        quoted = Message.objects.get(external_id="pg.1")
        send(flown, Draft("Sim", reply_to=quoted), by=ana, client_id=uuid.uuid4())
        delivering.deliver(flown)
        assert pigeon.sent[0].reply_to == "pg.1"

    def test_each_message_has_an_attempt_of_its_own(
        self, flown: Conversation, answer: Message, ana: Membership, pigeon: Pigeon
    ) -> None:
        write(flown, ana, "dois")
        delivering.deliver(flown)
        assert [outgoing.attempt for outgoing in pigeon.sent] == list(
            Delivery.objects.order_by("id").values_list("attempt", flat=True)
        )

    def test_the_answer_may_teach_us_another_name_of_the_customer(
        self, coop: Channel, flown: Conversation, answer: Message, pigeon: Pigeon
    ) -> None:
        pigeon.answers.append(Accepted("pg.out", keys=(Key("ring", "77"), LIA.keys[0])))
        delivering.deliver(flown)
        receive(coop, [says("sou eu", by=type(LIA)((Key("ring", "77"),)))])
        assert Conversation.objects.get().inbound_count == 2
        assert IdentityKey.objects.filter(kind="ring").count() == 1


class TestWhileTheCallIsOut:
    def test_it_is_sending_with_a_lease_and_nothing_else_leaves(
        self, flown: Conversation, answer: Message, ana: Membership, pigeon: Pigeon
    ) -> None:
        write(flown, ana, "segundo")
        seen: list[tuple[int, bool, int]] = []

        def during() -> Accepted:
            one = Delivery.objects.order_by("id")[0]
            leased = one.lease_until is not None and one.lease_until > timezone.now()
            seen.append((one.state, leased, delivering.deliver(flown)))
            return Accepted("pg.out")

        pigeon.answers.append(during)
        delivering.deliver(flown)
        assert seen == [(State.SENDING, True, 0)]
        assert [outgoing.text for outgoing in pigeon.sent] == ["Sim!", "segundo"]

    def test_a_refusal_after_the_lease_ran_out_does_not_undo_unknown(
        self, flown: Conversation, answer: Message, pigeon: Pigeon
    ) -> None:
        def late() -> Accepted:
            Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
            delivering.expire(Delivery.objects.get())
            raise refused(outcome=Outcome.RETRY)

        pigeon.answers.append(late)
        delivering.deliver(flown)
        assert fresh(answer).state == State.UNKNOWN

    def test_an_acceptance_after_the_lease_ran_out_counts_and_takes_back_the_second_attempt(
        self, flown: Conversation, answer: Message, pigeon: Pigeon
    ) -> None:
        def late() -> Accepted:
            Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
            delivering.expire(Delivery.objects.get())
            delivering.retry(fresh(answer))
            return Accepted("pg.out")

        pigeon.answers.append(late)
        assert delivering.deliver(flown) == 1
        assert sorted(Delivery.objects.values_list("state", flat=True)) == [State.ACCEPTED, State.CANCELLED]
        assert fresh(answer).state == State.ACCEPTED

    def test_an_error_nobody_foresaw_leaves_it_to_the_lease(
        self, flown: Conversation, answer: Message, pigeon: Pigeon
    ) -> None:
        pigeon.answers.append(ZeroDivisionError())
        with pytest.raises(ZeroDivisionError):
            delivering.deliver(flown)
        assert Delivery.objects.get().state == State.SENDING
        assert delivering.deliver(flown) == 0  # never again by itself


class TestLeases:
    @pytest.mark.parametrize(
        ("state", "seconds", "after"),
        [
            (State.SENDING, -1, State.UNKNOWN),
            (State.SENDING, 30, State.SENDING),
            (State.ACCEPTED, -1, State.ACCEPTED),
            (State.QUEUED, -1, State.QUEUED),
            (State.CANCELLED, -1, State.CANCELLED),
        ],
    )
    def test_only_one_that_ran_out_in_the_middle_becomes_unknown(
        self, flown: Conversation, answer: Message, state: State, seconds: int, after: State
    ) -> None:
        Delivery.objects.update(state=state, lease_until=timezone.now() + timedelta(seconds=seconds))
        delivering.expire(Delivery.objects.get())
        assert Delivery.objects.get().state == after

    def test_one_that_was_never_given_cannot_run_out(self, flown: Conversation, answer: Message) -> None:
        Delivery.objects.update(state=State.SENDING, lease_until=None)
        delivering.expire(Delivery.objects.get())
        assert Delivery.objects.get().state == State.SENDING


class TestAPersonRetries:
    @pytest.mark.parametrize("state", State)
    def test_what_failed_or_is_unknown_and_nothing_else(
        self, flown: Conversation, answer: Message, state: State
    ) -> None:
        Message.objects.filter(pk=answer.pk).update(state=state)
        Delivery.objects.update(state=state)
        delivering.retry(fresh(answer))
        wanted = 2 if state in (State.FAILED, State.UNKNOWN) else 1
        assert Delivery.objects.count() == wanted
        assert fresh(answer).can_retry is (wanted == 2 and fresh(answer).state == state)

    def test_a_customers_message_has_nothing_to_retry(self, flown: Conversation) -> None:
        delivering.retry(Message.objects.get(external_id="pg.1"))
        assert not Delivery.objects.exists()

    def test_it_goes_after_what_was_written_meanwhile(
        self, flown: Conversation, answer: Message, ana: Membership, pigeon: Pigeon
    ) -> None:
        pigeon.answers.append(refused())
        delivering.deliver(flown)
        write(flown, ana, "segundo")
        delivering.retry(fresh(answer))
        delivering.deliver(flown)
        assert [outgoing.text for outgoing in pigeon.sent] == ["Sim!", "segundo", "Sim!"]
        assert len({outgoing.attempt for outgoing in pigeon.sent}) == 3
