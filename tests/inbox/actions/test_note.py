"""What the team writes to itself: in the thread, never to the customer."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.actions.note import LONGEST, add_note
from inbox.actions.send import Draft, Refused, send
from inbox.models import Conversation, Delivery, Message
from workspaces.models import Membership

pytestmark = pytest.mark.django_db


def test_a_note_has_its_place_in_the_thread_and_no_delivery(conversation: Conversation, ana: Membership) -> None:
    note, is_new = add_note(conversation, "VIP: avisar a Bruno", by=ana, client_id=uuid.uuid4())

    conversation.refresh_from_db()
    assert is_new
    assert (note.direction, note.kind, note.author, note.state) == ("note", "note", ana, None)
    assert note.seq == note.rev == conversation.clock == 2
    assert not Delivery.objects.exists()


def test_a_note_answers_nobody(conversation: Conversation, ana: Membership) -> None:
    before = (conversation.waiting_since, conversation.preview_text, conversation.last_message_at)
    add_note(conversation, "no responder todavía", by=ana, client_id=uuid.uuid4())

    conversation.refresh_from_db()
    assert conversation.waiting_since
    assert (conversation.waiting_since, conversation.preview_text, conversation.last_message_at) == before


def test_a_note_can_be_written_when_the_window_is_closed(conversation: Conversation, ana: Membership) -> None:
    Conversation.objects.update(window_from=timezone.now() - timedelta(days=2))
    conversation.refresh_from_db()
    with pytest.raises(Refused):
        send(conversation, Draft("¿Sigues ahí?"), by=ana, client_id=uuid.uuid4())
    add_note(conversation, "Llamar mañana", by=ana, client_id=uuid.uuid4())
    assert Message.objects.filter(direction="note").count() == 1


def test_the_same_id_writes_one_note_and_anothers_id_is_refused(
    conversation: Conversation, ana: Membership, bruno: Membership
) -> None:
    name = uuid.uuid4()
    first, _ = add_note(conversation, "una vez", by=ana, client_id=name)
    again, is_new = add_note(conversation, "una vez", by=ana, client_id=name)
    assert (again, is_new) == (first, False)
    with pytest.raises(Refused) as refused:
        add_note(conversation, "mía", by=bruno, client_id=name)
    assert refused.value.refusal.code == "client_id_taken"


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "text_empty"), (" \n ", "text_empty"), ("a\x00b", "text_unreadable"), ("a" * (LONGEST + 1), "text_too_long")],
)
def test_what_cannot_be_kept_is_refused_in_words(
    conversation: Conversation, ana: Membership, text: str, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        add_note(conversation, text, by=ana, client_id=uuid.uuid4())
    assert refused.value.refusal.code == code
    assert refused.value.refusal.words
    assert not Message.objects.filter(direction="note").exists()
