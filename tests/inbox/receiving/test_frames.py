"""What a set tells the browsers: each message once, the list once, a flood in one word, nothing of what failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import DataError

from inbox.actions.receive import receive
from inbox.models import Channel, Conversation, Message
from inbox.port import News
from inbox.receiving.frames import FLOOD
from inbox.streams import conversation_stream
from tests.inbox.events import LIA, NOON, RUI, edits, reacts, receipt, says
from workspaces import live
from workspaces.live import Fragment, Frame, Nudge

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Frame]:
    """Everything that was published, in order."""
    frames: list[Frame] = []

    def publish_all(published: Sequence[Frame]) -> None:
        frames.extend(published)

    monkeypatch.setattr(live, "publish_all", publish_all)
    return frames


def shape(frames: list[Frame]) -> list[tuple[str, str]]:
    return [(frame.stream, getattr(frame, "word", type(frame).__name__.lower())) for frame in frames]


def stream_of(name: str) -> str:
    return conversation_stream(Conversation.objects.get(contact__name=name).pk)


def test_a_message_is_a_drawing_for_its_thread_and_ids_for_the_list(coop: Channel, told: list[Frame]) -> None:
    receive(coop, [says("oi"), says("oi", by=RUI)])
    pks = tuple(Conversation.objects.order_by("pk").values_list("pk", flat=True))
    assert shape(told) == [
        (stream_of("Lia Prado"), "fragment"),
        (stream_of("Rui Alves"), "fragment"),
        ("inbox", "nudge"),
    ]
    assert told[-1] == Nudge("inbox", pks)


def test_a_message_and_its_changes_in_one_set_are_one_drawing_of_how_it_ended(coop: Channel, told: list[Frame]) -> None:
    receive(coop, [says("antes", name="m"), edits("m", "depois"), reacts("m", "👍")])
    fragments = [frame for frame in told if isinstance(frame, Fragment)]
    assert len(fragments) == 1
    html = fragments[0].draw()
    assert "depois" in html
    assert "antes" not in html
    assert f'data-rev="{Message.objects.get().rev}"' in html


@pytest.mark.parametrize(("count", "words"), [(FLOOD, ["fragment"] * FLOOD), (FLOOD + 1, ["catch_up"])])
def test_more_than_twenty_for_one_thread_are_one_word(
    coop: Channel, told: list[Frame], count: int, words: list[str]
) -> None:
    receive(coop, [says(str(n)) for n in range(count)])
    assert [word for _, word in shape(told)] == [*words, "nudge"]


def test_a_flood_in_one_thread_does_not_silence_the_others(coop: Channel, told: list[Frame]) -> None:
    receive(coop, [*(says(str(n), by=LIA) for n in range(FLOOD + 1)), says("oi", by=RUI)])
    assert set(shape(told)) == {
        (stream_of("Lia Prado"), "catch_up"),
        (stream_of("Rui Alves"), "fragment"),
        ("inbox", "nudge"),
    }


def test_changes_count_towards_a_flood_too(coop: Channel, told: list[Frame]) -> None:
    receive(coop, [says(str(n), name=f"m{n}") for n in range(FLOOD + 1)])
    told.clear()
    receive(coop, [reacts(f"m{n}", "👍") for n in range(FLOOD + 1)])
    assert [word for _, word in shape(told)] == ["catch_up", "nudge"]


@pytest.mark.parametrize(
    "again",
    [says("oi", name="m"), reacts("m", "👍", minute=2), edits("m", "oi!", minute=1)],
    ids=["message", "reaction", "edit"],
)
def test_what_changed_nothing_is_told_to_nobody(coop: Channel, told: list[Frame], again: Any) -> None:
    receive(coop, [says("oi", name="m"), edits("m", "oi!", minute=1), reacts("m", "👍", minute=2)])
    told.clear()
    receive(coop, [again])
    assert told == []


def test_receipts_of_nobodys_and_news_are_told_to_nobody(coop: Channel, told: list[Frame]) -> None:
    receive(coop, [receipt("read", "x"), News(raw={}, at=NOON, topic="quality"), edits("early", "x")])
    assert told == []


def test_what_could_not_be_stored_is_told_to_nobody(coop: Channel, told: list[Frame]) -> None:
    with pytest.raises(DataError):
        receive(coop, [says("boa"), says("ruim \x00")])
    assert told == []
