from __future__ import annotations

import random
from dataclasses import replace

import pytest
from django.db import DataError

from crm.models import Contact, Identity, IdentityKey
from inbox.actions.closure import close
from inbox.actions.receive import receive
from inbox.models import Attachment, Channel, ChannelNews, Conversation, EarlyChange, Message
from inbox.port import Echo, Key, KeysChanged, Media, News, Person
from tests.conftest import count_queries
from tests.inbox.events import LIA, NOON, RUI, edits, reacts, revokes, says
from workspaces import tenancy
from workspaces.models import EventRow, Membership, Workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def number(ventas: Channel, inside: Workspace) -> Channel:
    return ventas


def texts(conversation: Conversation) -> list[str]:
    return list(conversation.messages.order_by("at", "seq").values_list("text", flat=True))


def test_a_first_message_makes_the_contact_the_conversation_and_the_message(number: Channel) -> None:
    receive(number, [says("Olá, vocês têm tênis 42?")])

    contact, conversation, message = Contact.objects.get(), Conversation.objects.get(), Message.objects.get()
    assert (contact.name, contact.phone) == ("Lia Prado", "+5511955501234")
    assert (conversation.contact, conversation.inbound_count, conversation.status) == (contact, 1, "open")
    assert conversation.window_from == conversation.waiting_since == conversation.last_message_at == NOON
    assert (conversation.preview_text, conversation.preview_author) == ("Olá, vocês têm tênis 42?", "customer")
    assert (message.seq, message.rev, message.direction) == (1, 1, "in")
    assert {(key.kind, key.value) for key in IdentityKey.objects.all()} == {
        ("phone", "5511955501234"),
        ("scoped", "BR.lia"),
    }


def test_the_same_message_again_is_stored_once_in_one_set_and_over_sets(number: Channel) -> None:
    message = says("Oi")
    receive(number, [message, message])
    receive(number, [message])

    assert Message.objects.count() == 1
    assert Conversation.objects.get().inbound_count == 1


def test_shuffled_messages_are_shown_by_the_platforms_time(number: Channel) -> None:
    said = [says(str(n), minute=n) for n in range(30)]
    random.Random(7).shuffle(said)
    for part in (said[:11], said[11:13], said[13:]):
        receive(number, part)

    conversation = Conversation.objects.get()
    assert texts(conversation) == [str(n) for n in range(30)]
    assert (conversation.preview_text, conversation.inbound_count) == ("29", 30)
    assert sorted(conversation.messages.values_list("seq", flat=True)) == list(range(1, 31))


def test_the_number_of_queries_does_not_grow_with_the_set(number: Channel) -> None:
    def people(count: int, start: int) -> list[Person]:
        return [Person((Key("phone", f"55119{start + n:08}"),), f"P {n}") for n in range(count)]

    one = count_queries(lambda: receive(number, [says("x", by=person) for person in people(1, 1)]))
    many = count_queries(lambda: receive(number, [says("x", by=person) for person in people(150, 100)]))
    assert many == one


@pytest.mark.parametrize(
    ("stored", "writes"),
    [
        ("5511955501234", "551155501234"),
        ("551187654321", "5511987654321"),
        ("5493515550142", "543515550142"),
        ("5215512345678", "525512345678"),
    ],
)
def test_a_number_in_its_other_form_is_the_same_person(number: Channel, stored: str, writes: str) -> None:
    receive(number, [says("Oi", by=Person((Key("phone", stored),)))])
    receive(number, [says("de novo", by=Person((Key("phone", writes),)))])

    if stored == "5511955501234":  # eight digits that start with 5: a landline, somebody else
        assert Contact.objects.count() == 2
        return
    assert Contact.objects.count() == 1
    assert Identity.objects.get().reply_value == writes


def test_somebody_known_by_number_stays_the_same_when_only_the_scoped_id_comes(number: Channel) -> None:
    receive(number, [says("com número", by=LIA)])
    receive(number, [says("sem número", by=Person((Key("scoped", "BR.lia"),), username="liaprado"))])

    assert Contact.objects.count() == Conversation.objects.count() == 1
    identity = Identity.objects.get()
    assert (identity.username, identity.reply_kind, identity.reply_value) == ("liaprado", "scoped", "BR.lia")


def test_a_changed_number_goes_on_in_the_same_conversation(number: Channel) -> None:
    after = Person((Key("phone", "5511955500000"), Key("scoped", "BR.lia2")))
    receive(number, [says("antes")])
    change = KeysChanged(raw={}, at=NOON, external_id="sys-1", before=LIA, after=after, text="Lia trocou de número")
    receive(number, [change])
    receive(number, [says("depois", by=Person((Key("phone", "5511955500000"),)))])

    conversation = Conversation.objects.get()
    assert texts(conversation) == ["antes", "Lia trocou de número", "depois"]
    assert conversation.inbound_count == 2


def test_a_contact_known_in_another_scope_by_number_is_the_same_contact(number: Channel) -> None:
    contact = Contact.objects.create(name="Lia (feira)", phone="+5511955501234")
    receive(number, [says("Oi")])

    assert Conversation.objects.get().contact == contact
    assert Contact.objects.get().name == "Lia (feira)"


def test_an_album_of_thirty_makes_one_contact_and_one_conversation(number: Channel) -> None:
    media = Media("image", external_id="m", mime_type="image/jpeg")
    album = [says("", kind="image", media=(replace(media, external_id=f"m{n}"),)) for n in range(30)]
    receive(number, album)

    assert (Contact.objects.count(), Conversation.objects.count(), Message.objects.count()) == (1, 1, 30)
    assert Attachment.objects.count() == 30


def test_edits_deletions_and_reactions_change_the_message(number: Channel) -> None:
    receive(number, [says("um", name="m1"), says("dois", name="m2"), says("três", name="m3")])
    receive(number, [edits("m1", "um!"), revokes("m2"), reacts("m3", "👍")])

    one, two, three = (Message.objects.get(external_id=name) for name in ("m1", "m2", "m3"))
    assert one.text == "um!"
    assert one.edited_at
    assert two.deleted_at
    assert [reaction["emoji"] for reaction in three.shown_reactions] == ["👍"]
    assert {one.rev, two.rev, three.rev} == {4, 5, 6}
    receive(number, [reacts("m3", "", minute=2)])
    three.refresh_from_db()
    assert three.shown_reactions == []


def test_a_change_that_comes_before_its_message_waits_for_it(number: Channel) -> None:
    receive(number, [edits("m1", "segundo", minute=2), edits("m1", "primeiro", minute=1), revokes("m9")])
    assert EarlyChange.objects.count() == 3

    receive(number, [says("original", name="m1")])
    assert Message.objects.get().text == "segundo"
    assert EarlyChange.objects.get().target == "m9"


def test_a_change_in_the_set_of_its_message_applies_whatever_their_order(number: Channel) -> None:
    receive(number, [reacts("m1", "❤️"), edits("m1", "novo"), says("velho", name="m1")])
    message = Message.objects.get()
    assert (message.text, message.shown_reactions[0]["emoji"]) == ("novo", "❤️")


def test_writing_after_closing_opens_the_conversation_again(number: Channel, ana: Membership) -> None:
    receive(number, [says("Oi")])
    close(Conversation.objects.get(), by=ana)
    receive(number, [says("mais uma coisa", minute=5)])

    conversation = Conversation.objects.get()
    assert (conversation.status, conversation.closed_at) == ("open", None)


def test_an_echo_from_the_phone_is_ours_and_answers_the_customer(number: Channel) -> None:
    receive(number, [says("Oi")])
    receive(number, [Echo(raw={}, at=NOON, external_id="e1", person=LIA, kind="text", text="Olá, Lia")])

    conversation = Conversation.objects.get()
    assert conversation.waiting_since is None
    assert (conversation.preview_author, conversation.inbound_count) == ("app", 1)
    assert Message.objects.get(external_id="e1").source == "app"


def test_a_blocked_contact_is_kept_but_calls_nobody(number: Channel) -> None:
    receive(number, [says("Oi")])
    Contact.objects.update(is_blocked=True)
    receive(number, [says("spam", minute=1)])

    conversation = Conversation.objects.get()
    assert conversation.inbound_count == 1
    assert Message.objects.count() == 2


def test_replies_point_to_what_they_quote_also_within_one_set(number: Channel) -> None:
    receive(number, [says("pergunta", name="q"), says("resposta", name="a", reply_to="q")])
    receive(number, [says("a um desconhecido", name="b", reply_to="gone")])

    assert Message.objects.get(external_id="a").reply_to == Message.objects.get(external_id="q")
    lost = Message.objects.get(external_id="b")
    assert (lost.reply_to, lost.reply_to_external_id) == (None, "gone")


def test_a_set_that_cannot_be_stored_stores_nothing(number: Channel) -> None:
    with pytest.raises(DataError):
        receive(number, [says("boa"), says("ruim \x00")])
    assert not Message.objects.exists()
    assert not Contact.objects.exists()


def test_news_of_the_account_are_kept_whole(number: Channel) -> None:
    receive(number, [News(raw={"event": "APPROVED"}, at=NOON, topic="template_status")])
    assert ChannelNews.objects.get().raw == {"event": "APPROVED"}


def test_each_message_received_is_an_event_row_per_listener(number: Channel) -> None:
    receive(number, [says("um"), says("dois", by=RUI)])
    rows = EventRow.objects.filter(kind="message.received")
    assert {row.payload["contact"] for row in rows} == set(Contact.objects.values_list("pk", flat=True))


def test_the_same_person_in_two_workspaces_is_two_contacts(ventas: Channel, loja: Channel) -> None:
    for channel in (ventas, loja):
        with tenancy.enter(channel.workspace):
            receive(channel, [says("Oi", name="same-id")])
            assert Contact.objects.count() == Message.objects.count() == 1


def test_imported_history_is_kept_but_calls_nobody(number: Channel) -> None:
    receive(number, [says("de 2025", is_past=True, opens_window=False)])
    conversation = Conversation.objects.get()
    assert conversation.preview_text == "de 2025"
    assert (conversation.inbound_count, conversation.waiting_since, conversation.window_from) == (0, None, None)
    assert not EventRow.objects.filter(kind="message.received").exists()
