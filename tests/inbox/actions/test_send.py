from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.actions.closure import close
from inbox.actions.send import Draft, Refused, send
from inbox.models import Channel, Conversation, Delivery, Message, State
from workspaces.models import EventRow, Membership

pytestmark = pytest.mark.django_db


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.refusal.code


def test_an_answer_is_queued_and_shown_at_once(conversation: Conversation, ana: Membership) -> None:
    message, is_new = send(conversation, Draft("Temos sim!"), by=ana, client_id=uuid.uuid4())

    conversation.refresh_from_db()
    assert is_new
    assert (message.state, message.author, message.direction, message.source) == (State.QUEUED, ana, "out", "agent")
    assert (message.seq, message.rev, conversation.clock) == (2, 2, 2)
    assert (conversation.preview_text, conversation.preview_author) == ("Temos sim!", "team")
    assert conversation.waiting_since is None
    delivery = Delivery.objects.get()
    assert (delivery.message, delivery.state, delivery.external_id) == (message, State.QUEUED, "")


def test_our_times_are_cut_to_the_platforms_second(conversation: Conversation, ana: Membership) -> None:
    message, _ = send(conversation, Draft("Oi"), by=ana, client_id=uuid.uuid4())
    assert message.at.microsecond == 0
    assert message.at >= conversation.last_message_at


def test_the_same_client_id_sends_once(conversation: Conversation, ana: Membership) -> None:
    client_id = uuid.uuid4()
    first, _ = send(conversation, Draft("Oi"), by=ana, client_id=client_id)
    again, is_new = send(conversation, Draft("Oi"), by=ana, client_id=client_id)
    assert (again.pk, is_new) == (first.pk, False)
    assert Delivery.objects.count() == 1


def test_somebody_elses_client_id_is_refused(conversation: Conversation, ana: Membership, bruno: Membership) -> None:
    client_id = uuid.uuid4()
    send(conversation, Draft("Oi"), by=ana, client_id=client_id)
    with pytest.raises(Refused) as refused:
        send(conversation, Draft("Oi"), by=bruno, client_id=client_id)
    assert code_of(refused) == "client_id_taken"


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "text_empty"), ("  \n", "text_empty"), ("x" * 4097, "text_too_long"), ("a\x00b", "text_unreadable")],
)
def test_what_the_channel_cannot_take_is_refused_before_anything_is_stored(
    conversation: Conversation, ana: Membership, text: str, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        send(conversation, Draft(text), by=ana, client_id=uuid.uuid4())
    assert code_of(refused) == code
    assert not Message.objects.filter(direction="out").exists()


def test_the_longest_text_is_taken(conversation: Conversation, ana: Membership) -> None:
    message, _ = send(conversation, Draft("ñ" * 4096), by=ana, client_id=uuid.uuid4())
    assert len(message.text) == 4096


def test_after_24_hours_free_text_is_refused_with_the_reason(conversation: Conversation, ana: Membership) -> None:
    Conversation.objects.update(window_from=timezone.now() - timedelta(hours=24, seconds=1))
    with pytest.raises(Refused) as refused:
        send(conversation, Draft("Ainda quer?"), by=ana, client_id=uuid.uuid4())
    assert code_of(refused) == "window_closed"
    assert "24" in refused.value.refusal.words


def test_a_blocked_contact_and_a_disconnected_channel_are_not_written_to(
    conversation: Conversation, ana: Membership
) -> None:
    Channel.objects.update(state=Channel.State.NEEDS_RECONNECT)
    with pytest.raises(Refused) as refused:
        send(conversation, Draft("Oi"), by=ana, client_id=uuid.uuid4())
    assert code_of(refused) == "channel_disconnected"

    conversation.contact.is_blocked = True
    conversation.contact.save()
    with pytest.raises(Refused) as refused:
        send(conversation, Draft("Oi"), by=ana, client_id=uuid.uuid4())
    assert code_of(refused) == "contact_blocked"


def test_answering_a_closed_conversation_opens_it(conversation: Conversation, ana: Membership) -> None:
    close(conversation, by=ana)
    send(conversation, Draft("Voltando ao assunto"), by=ana, client_id=uuid.uuid4())
    assert Conversation.objects.get().status == "open"


def test_sending_is_an_event_only_where_somebody_listens(conversation: Conversation, ana: Membership) -> None:
    send(conversation, Draft("Oi"), by=ana, client_id=uuid.uuid4())
    assert not EventRow.objects.filter(kind="message.sent").exists()
