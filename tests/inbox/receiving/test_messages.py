"""What a message does to its conversation: place, preview, waiting, window, counters, in whatever order it comes."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crm.models import Contact
from inbox import kinds
from inbox.actions.receive import receive
from inbox.models import Attachment, Channel, Conversation, Message
from inbox.port import Echo, Inbound, Media
from tests.inbox.events import LIA, NOON, RUI, says
from workspaces.models import EventRow

pytestmark = pytest.mark.django_db


def echo(text: str, *, minute: float = 0, name: str = "") -> Echo:
    at = NOON + timedelta(minutes=minute)
    return Echo(raw={}, at=at, external_id=name or f"echo-{text}", person=LIA, kind="text", text=text)


def conversation() -> Conversation:
    return Conversation.objects.get()


def facts() -> tuple[Any, ...]:
    row = conversation()
    return (
        *(row.preview_text, row.preview_author, row.inbound_count, row.last_message_at),
        *(row.last_inbound_at, row.window_from, row.waiting_since),
    )


DAY: list[Inbound] = [says("um", minute=0), echo("dois", minute=1), says("três", minute=2), says("quatro", minute=3)]


class TestOrder:
    @pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
    def test_the_thread_is_by_the_platforms_time_whatever_came_first(
        self, coop: Channel, order: tuple[int, ...]
    ) -> None:
        for at in order:
            receive(coop, [DAY[at]])
        shown = Message.objects.order_by("at", "seq").values_list("text", flat=True)
        assert list(shown) == ["um", "dois", "três", "quatro"]
        assert sorted(Message.objects.values_list("seq", flat=True)) == [1, 2, 3, 4]

    @pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
    def test_the_row_shows_the_newest_and_counts_them_all(self, coop: Channel, order: tuple[int, ...]) -> None:
        for at in order:
            receive(coop, [DAY[at]])
        last = NOON + timedelta(minutes=3)
        assert facts()[:6] == ("quatro", "customer", 3, last, last, last)

    def test_of_the_same_second_the_last_to_come_is_the_newest(self, coop: Channel) -> None:
        receive(coop, [says("um"), says("dois")])
        receive(coop, [says("três")])
        assert conversation().preview_text == "três"
        shown = Message.objects.order_by("at", "seq").values_list("text", flat=True)
        assert list(shown) == ["um", "dois", "três"]

    def test_sets_in_parts_or_whole_with_repeats_come_to_the_same(self, coop: Channel) -> None:
        told = [says(str(n), minute=n, name=f"same-{n}", by=LIA if n % 3 else RUI) for n in range(40)]
        dice = random.Random(11)
        repeated = dice.sample(told, 40) + dice.choices(told, k=40)
        while repeated:
            size = dice.randint(1, 9)
            receive(coop, repeated[:size])
            del repeated[:size]
        rows = Conversation.objects.order_by("contact__name")
        assert [(row.inbound_count, row.preview_text, row.clock) for row in rows] == [(26, "38", 26), (14, "39", 14)]


class TestWaiting:
    def test_begins_with_the_first_unanswered_and_ends_with_an_answer(self, coop: Channel) -> None:
        receive(coop, [says("um", minute=0), says("dois", minute=5)])
        assert conversation().waiting_since == NOON
        receive(coop, [echo("resposta", minute=6)])
        assert conversation().waiting_since is None
        receive(coop, [says("de novo", minute=9)])
        assert conversation().waiting_since == NOON + timedelta(minutes=9)

    def test_is_not_ended_by_an_answer_from_before(self, coop: Channel) -> None:
        receive(coop, [says("um", minute=5)])
        receive(coop, [echo("de antes", minute=1)])
        assert conversation().waiting_since == NOON + timedelta(minutes=5)


class TestTheWindow:
    def test_runs_from_the_customers_last_message_and_never_back(self, coop: Channel) -> None:
        receive(coop, [says("dois", minute=9), says("um", minute=0)])
        assert conversation().window_from == NOON + timedelta(minutes=9)

    @pytest.mark.parametrize(
        "event",
        [
            echo("nossa", minute=9),
            says("da história", minute=9, is_past=True, opens_window=False),
            says("sem janela", minute=9, opens_window=False),
            says("aviso", minute=9, kind=kinds.SYSTEM),
        ],
        ids=["ours", "history", "no-window", "system"],
    )
    def test_is_not_opened_by_anything_else(self, coop: Channel, event: Inbound) -> None:
        receive(coop, [says("um")])
        receive(coop, [event])
        assert conversation().window_from == NOON

    def test_of_a_blocked_customer_runs_too(self, coop: Channel) -> None:
        receive(coop, [says("um")])
        Contact.objects.update(is_blocked=True)
        receive(coop, [says("dois", minute=9)])
        assert conversation().window_from == NOON + timedelta(minutes=9)


class TestWhoIsCalled:
    @pytest.mark.parametrize(
        ("event", "calls"),
        [
            (says("oi"), True),
            (says("", kind=kinds.IMAGE), True),
            (says("", kind=kinds.UNSUPPORTED), True),
            (says("oi", is_past=True), False),
            (says("aviso", kind=kinds.SYSTEM), False),
            (echo("nossa"), False),
        ],
        ids=["text", "image", "unsupported", "history", "system", "ours"],
    )
    def test_a_message_of_the_customers_now_is_unread_waits_and_is_an_event(
        self, coop: Channel, event: Inbound, calls: bool
    ) -> None:
        receive(coop, [event])
        row = conversation()
        assert (row.inbound_count == 1, row.waiting_since is not None) == (calls, calls)
        assert EventRow.objects.filter(kind="message.received").exists() is calls

    def test_the_event_says_which_and_whose_and_when(self, coop: Channel) -> None:
        receive(coop, [says("oi", minute=3)])
        row = EventRow.objects.get(kind="message.received")
        message, at = Message.objects.get(), NOON + timedelta(minutes=3)
        assert row.subject == f"conversation:{message.conversation_id}"
        assert row.payload == {
            "message": message.pk,
            "conversation": message.conversation_id,
            "contact": Contact.objects.get().pk,
            "at": at.isoformat(),
        }


class TestThePreview:
    @pytest.mark.parametrize(
        ("event", "shown"),
        [
            (says("x" * 900), ("x" * 160, "text", "customer")),
            (says("", kind=kinds.IMAGE), ("", "image", "customer")),
            (says("", kind=kinds.CHOICE, content={"title": "Talle 42"}), ("Talle 42", "choice", "customer")),
            (says("", kind=kinds.CHOICE, content={"title": 42}), ("42", "choice", "customer")),
            (says("", kind=kinds.CHOICE, content={"title": "T" * 500}), ("T" * 160, "choice", "customer")),
            (echo("nossa"), ("nossa", "text", "app")),
            (says("velha", is_past=True), ("velha", "text", "customer")),
        ],
        ids=["long", "image", "choice", "number", "long-title", "ours", "history"],
    )
    def test_is_what_was_said_its_kind_and_by_whom(
        self, coop: Channel, event: Inbound, shown: tuple[str, str, str]
    ) -> None:
        receive(coop, [event])
        row = conversation()
        assert (row.preview_text, row.preview_kind, row.preview_author) == shown

    def test_is_not_taken_by_the_platforms_own_lines(self, coop: Channel) -> None:
        receive(coop, [says("oi"), says("mudou de aparelho", kind=kinds.SYSTEM, minute=5)])
        assert (conversation().preview_text, conversation().last_message_at) == ("oi", NOON)


class TestWhatIsKept:
    @pytest.mark.parametrize("kind", [kinds.OTHER, kinds.UNSUPPORTED, kinds.PRODUCT, kinds.PAYMENT, kinds.FORM])
    def test_the_platforms_item_whole_where_our_drawing_does_not_show_all(self, coop: Channel, kind: str) -> None:
        raw = {"type": "strange", "deep": {"list": [1, 2.5, None, "ñ"]}}
        receive(coop, [replace(says("", kind=kind), raw=raw)])
        assert Message.objects.get().raw == raw

    def test_not_where_it_does(self, coop: Channel) -> None:
        receive(coop, [says("oi")])
        assert Message.objects.get().raw is None

    @pytest.mark.parametrize("number", [2**63, 2**64, 10**30, -(2**70)], ids=["2**63", "2**64", "10**30", "-(2**70)"])
    def test_numbers_of_any_size(self, coop: Channel, number: int) -> None:
        receive(coop, [says("", kind=kinds.ORDER, content={"items": [{"quantity": number}]})])
        assert Message.objects.get().content["items"][0]["quantity"] in (number, float(number))

    def test_files_in_their_order_and_no_longer_than_they_fit(self, coop: Channel) -> None:
        files = [Media("image", external_id=f"m{n}", mime_type="m" * 300, filename="f" * 900) for n in range(3)]
        receive(coop, [says("", kind=kinds.IMAGE, media=(*files, Media("audio", voice=True, sha256="s" * 200)))])
        found = list(Attachment.objects.order_by("position"))
        assert [file.external_id for file in found] == ["m0", "m1", "m2", ""]
        assert [(len(file.mime_type), len(file.filename)) for file in found[:3]] == [(120, 255)] * 3
        assert (found[3].is_voice, len(found[3].sha256), str(found[3]), str(found[0])) == (True, 88, "audio", "f" * 255)

    def test_a_message_without_an_id_of_the_platforms_is_kept_each_time(self, coop: Channel) -> None:
        nameless = replace(says("oi"), external_id="")
        receive(coop, [nameless, nameless])
        receive(coop, [nameless])
        assert Message.objects.count() == 3

    def test_the_same_id_on_another_channel_is_another_message(self, coop: Channel, ventas: Channel) -> None:
        for channel in (coop, ventas):
            receive(channel, [says("oi", name="same")])
        assert Message.objects.filter(external_id="same").count() == 2
