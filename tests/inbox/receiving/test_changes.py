"""Edits, deletions and reactions: in any order, before and after their message, once and twice."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from inbox.actions.receive import receive
from inbox.models import Channel, Conversation, EarlyChange, Message, State
from inbox.port import Echo, Edited, Event, Key, KeysChanged, Person, Reaction, Revoked
from inbox.receiving import threads
from tests.inbox.events import LIA, NOON, RUI, edits, reacts, revokes, says

pytestmark = pytest.mark.django_db


def message(name: str = "m") -> Message:
    return Message.objects.get(external_id=name)


def preview() -> tuple[str, str]:
    conversation = Conversation.objects.get()
    return conversation.preview_kind, conversation.preview_text


SAID = says("um", name="m")
STORY: list[Event] = [SAID, edits("m", "dois", minute=1), edits("m", "três", minute=2), reacts("m", "👍", minute=3)]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_a_story_ends_alike_in_whatever_order_it_comes(coop: Channel, order: tuple[int, ...]) -> None:
    for at in order:
        receive(coop, [STORY[at]])
    assert (message().text, [one["emoji"] for one in message().shown_reactions]) == ("três", ["👍"])
    assert not EarlyChange.objects.exists()


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_a_story_ends_alike_in_one_set(coop: Channel, order: tuple[int, ...]) -> None:
    receive(coop, [STORY[at] for at in order])
    assert (message().text, [one["emoji"] for one in message().shown_reactions]) == ("três", ["👍"])
    assert Conversation.objects.get().inbound_count == 1


@pytest.mark.parametrize("again", STORY[1:], ids=["edit", "second-edit", "reaction"])
def test_the_same_change_again_moves_nothing(coop: Channel, again: Event) -> None:
    receive(coop, STORY)
    before = Conversation.objects.get().clock
    receive(coop, [again, again])
    assert Conversation.objects.get().clock == before


def test_a_deletion_is_kept_once_and_stays(coop: Channel) -> None:
    receive(coop, [SAID, revokes("m", minute=1)])
    receive(coop, [revokes("m", minute=5), edits("m", "tarde demais", minute=6)])
    assert message().deleted_at == revokes("m", minute=1).at
    assert message().excerpt == ""


class TestReactions:
    def test_each_side_has_one_and_the_later_replaces_it(self, coop: Channel) -> None:
        ours = replace(reacts("m", "🙏", minute=4), from_us=True)
        receive(coop, [SAID, reacts("m", "👍", minute=1), ours, reacts("m", "❤️", minute=2)])
        assert {one["by"]: one["emoji"] for one in message().shown_reactions} == {"customer": "❤️", "team": "🙏"}

    def test_one_that_was_taken_back_does_not_return_with_a_late_repeat(self, coop: Channel) -> None:
        receive(coop, [SAID, reacts("m", "👍", minute=1), reacts("m", "", minute=2)])
        receive(coop, [reacts("m", "👍", minute=1)])
        assert message().shown_reactions == []

    def test_they_do_not_move_the_row_nor_count_as_unread(self, coop: Channel) -> None:
        receive(coop, [SAID])
        before = Conversation.objects.values_list("last_message_at", "preview_text", "inbound_count").get()
        receive(coop, [reacts("m", "👍", minute=9)])
        assert Conversation.objects.values_list("last_message_at", "preview_text", "inbound_count").get() == before
        assert Conversation.objects.get().clock == 2  # but every browser hears of it


class TestThePreview:
    def test_follows_an_edit_and_a_deletion_of_the_last_message(self, coop: Channel) -> None:
        receive(coop, [SAID])
        receive(coop, [edits("m", "corrigido")])
        assert preview() == ("text", "corrigido")
        receive(coop, [revokes("m", minute=2)])
        assert preview()[0] == "deleted"

    def test_does_not_follow_a_change_of_an_older_message(self, coop: Channel) -> None:
        receive(coop, [SAID, says("última", minute=5)])
        receive(coop, [edits("m", "corrigido", minute=6), revokes("m", minute=7)])
        assert preview() == ("text", "última")

    @pytest.mark.parametrize("in_one_set", [True, False])
    @pytest.mark.parametrize("change", [edits("m", "corrigido"), revokes("m")], ids=["edit", "deletion"])
    def test_of_two_in_the_same_second_it_follows_the_last(
        self, coop: Channel, change: Event, in_one_set: bool
    ) -> None:
        both: list[Event] = [SAID, says("a segunda", name="n")]
        then = [change]
        for events in [both + then] if in_one_set else [both, then]:
            receive(coop, events)
        assert preview() == ("text", "a segunda")
        receive(coop, [edits("n", "a segunda!")])
        assert preview() == ("text", "a segunda!")


class TestWaiting:
    @pytest.mark.parametrize(
        "early", [edits("m", "x"), revokes("m"), reacts("m", "👍")], ids=lambda e: type(e).__name__
    )
    def test_what_comes_first_waits_and_shows_nobody_anything(self, coop: Channel, early: Event) -> None:
        receive(coop, [early])
        assert EarlyChange.objects.get().target == "m"
        assert not Conversation.objects.exists()
        assert not Message.objects.exists()

    def test_it_waits_for_the_message_of_its_own_channel(self, coop: Channel, ventas: Channel) -> None:
        receive(ventas, [edits("m", "do outro canal")])
        receive(coop, [SAID])
        assert message().text == "um"
        assert EarlyChange.objects.get().channel == ventas

    def test_many_wait_and_go_in_two_queries_however_many(self, coop: Channel) -> None:
        receive(coop, [edits(f"m{n}", f"novo {n}") for n in range(40)])
        receive(coop, [says(f"velho {n}", name=f"m{n}") for n in range(40)])
        assert set(Message.objects.values_list("text", flat=True)) == {f"novo {n}" for n in range(40)}
        assert not EarlyChange.objects.exists()

    def test_the_content_of_an_edit_is_laid_over_the_messages(self, coop: Channel) -> None:
        edited = Edited(raw={}, at=NOON, target="m", person=LIA, text="x", content={"edited": 1})
        receive(coop, [edited, says("um", name="m", content={"forwarded": True})])
        assert message().content == {"forwarded": True, "edited": 1}


@pytest.mark.parametrize(
    "change",
    [edits("m", "editada", minute=2), revokes("m", minute=2), reacts("m", "👍", minute=2)],
    ids=["edit", "deletion", "reaction"],
)
def test_what_another_lane_wrote_meanwhile_is_not_written_back(
    coop: Channel, change: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading the messages of a set and locking their conversations another transaction commits."""
    receive(coop, [Echo(raw={}, at=NOON, external_id="m", person=LIA, kind="text", text="nossa")])
    lock = threads.open_and_lock

    def overtaken(*args: Any) -> None:
        Message.objects.update(state=State.READ)
        lock(*args)

    monkeypatch.setattr(threads, "open_and_lock", overtaken)
    receive(coop, [change])
    assert message().state == State.READ


class TestWhoseMessage:
    def test_a_change_of_ours_from_the_phone_changes_our_message(self, coop: Channel) -> None:
        receive(coop, [Echo(raw={}, at=NOON, external_id="m", person=LIA, kind="text", text="nossa")])
        edit = Edited(raw={}, at=NOON, target="m", person=LIA, text="nossa, corrigida", from_us=True)
        receive(coop, [edit, Revoked(raw={}, at=NOON, target="nobody", person=LIA, from_us=True)])
        assert (message().text, message().direction) == ("nossa, corrigida", "out")

    def test_a_change_touches_its_own_conversation_only(self, coop: Channel) -> None:
        receive(coop, [SAID, says("do Rui", by=RUI, name="r")])
        receive(coop, [reacts("r", "👍", by=RUI)])
        clocks = dict(Conversation.objects.values_list("contact__name", "clock"))
        assert clocks == {"Lia Prado": 1, "Rui Alves": 2}

    def test_a_reaction_stands_with_its_time_so_that_a_later_one_can_be_told(self, coop: Channel) -> None:
        receive(coop, [SAID, Reaction(raw={}, at=NOON, target="m", person=LIA, emoji="👍")])
        assert message().reactions == [{"emoji": "👍", "by": "customer", "at": NOON.isoformat()}]


class TestChangedKeys:
    AFTER = Person((Key("phone", "5511955500000"), Key("scoped", "BR.lia2")))
    CHANGE = KeysChanged(raw={}, at=NOON, external_id="sys-1", before=LIA, after=AFTER, text="Lia changed")

    def test_a_reply_goes_to_the_new_key_at_once(self, coop: Channel) -> None:
        receive(coop, [says("antes"), self.CHANGE])
        identity = Conversation.objects.select_related("identity").get().identity
        assert (identity.reply_kind, identity.reply_value) == ("phone", "5511955500000")

    def test_it_is_a_line_that_calls_nobody_and_opens_no_window(self, coop: Channel) -> None:
        receive(coop, [self.CHANGE, self.CHANGE])
        conversation, line = Conversation.objects.get(), Message.objects.get()
        assert (line.direction, line.kind, line.text) == ("event", "system", "Lia changed")
        assert (conversation.inbound_count, conversation.window_from, conversation.waiting_since) == (0, None, None)

    @pytest.mark.parametrize("key", [*LIA.keys, *AFTER.keys], ids=lambda key: key.value)
    def test_whoever_writes_with_an_old_or_a_new_key_is_the_same_person(self, coop: Channel, key: Key) -> None:
        receive(coop, [says("antes"), self.CHANGE, says("depois", by=Person((key,)))])
        assert Conversation.objects.get().inbound_count == 2
