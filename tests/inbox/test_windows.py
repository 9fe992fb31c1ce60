"""May this be sent? Every edge of the window, and every refusal with its code."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone, translation

from inbox import kinds, windows
from inbox.models import Channel, Conversation
from inbox.port import Policy, Unit
from inbox.windows import Refusal, refusal, window_of
from tests.inbox.events import NOON
from tests.inbox.pigeon import POLICY

HOUR = timedelta(hours=1)
INSTANT = timedelta(microseconds=1)


class Kept:
    """A conversation's facts, without a database: what the window depends on, no more."""

    def __init__(self, policy: Policy, window_from: datetime | None) -> None:
        self.window_from = window_from
        self.contact = SimpleNamespace(is_blocked=False)
        self.channel = SimpleNamespace(policy=policy, state=Channel.State.CONNECTED, State=Channel.State)


def talk(policy: Policy = POLICY, *, ago: timedelta | None = HOUR) -> Any:
    return Kept(policy, None if ago is None else NOON - ago)


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def refused(conversation: Any, kind: str = kinds.TEXT, text: str = "Oi") -> str:
    found = refusal(conversation, kind, text)
    return found.code if found else ""


class TestTheWindow:
    @pytest.mark.parametrize(
        ("ago", "is_open"),
        [
            (timedelta(0), True),
            (HOUR, True),
            (24 * HOUR - timedelta(seconds=1), True),
            (24 * HOUR - INSTANT, True),
            (24 * HOUR, False),
            (24 * HOUR + INSTANT, False),
            (timedelta(days=400), False),
            (-HOUR, True),  # the platform's clock is ahead of ours
        ],
    )
    def test_is_open_for_24_hours_to_the_instant(self, ago: timedelta, is_open: bool) -> None:
        assert window_of(talk(ago=ago)).open is is_open

    def test_says_until_when_while_it_is_open_only(self) -> None:
        assert window_of(talk(ago=HOUR)).until == NOON + 23 * HOUR
        assert window_of(talk(ago=25 * HOUR)).until is None

    def test_is_closed_to_whom_never_wrote_and_says_so(self) -> None:
        never, late = window_of(talk(ago=None)), window_of(talk(ago=25 * HOUR))
        assert not never.open
        assert never.until is None
        assert never.closed_because != late.closed_because

    @pytest.mark.parametrize("ago", [None, timedelta(0), timedelta(days=900)])
    def test_a_channel_without_one_is_always_open(self, ago: timedelta | None) -> None:
        window = window_of(talk(replace(POLICY, window=None), ago=ago))
        assert (window.open, window.until, window.level) == (True, None, "")

    @pytest.mark.parametrize("hours", [1, 24, 48, 168])
    def test_its_length_is_the_channels_and_is_named_when_it_closed(self, hours: int) -> None:
        policy = replace(POLICY, window=timedelta(hours=hours))
        assert window_of(talk(policy, ago=hours * HOUR - INSTANT)).open
        closed = window_of(talk(policy, ago=hours * HOUR))
        assert f" {hours} " in closed.closed_because

    @pytest.mark.parametrize(
        ("left", "level"),
        [
            (24 * HOUR, ""),
            (2 * HOUR, ""),
            (2 * HOUR - INSTANT, "warn"),
            (timedelta(minutes=30), "warn"),
            (timedelta(minutes=30) - INSTANT, "danger"),
            (INSTANT, "danger"),
        ],
    )
    def test_warns_under_two_hours_and_alarms_under_half_an_hour(self, left: timedelta, level: str) -> None:
        assert window_of(talk(ago=24 * HOUR - left)).level == level

    def test_has_no_level_once_it_closed(self) -> None:
        assert window_of(talk(ago=30 * HOUR)).level == ""

    @pytest.mark.parametrize("language", ["es", "pt-br", "en"])
    def test_closes_with_words_in_every_language(self, language: str) -> None:
        with translation.override(language):
            late, never = window_of(talk(ago=25 * HOUR)), window_of(talk(ago=None))
        assert "24" in late.closed_because
        assert len(never.closed_because) > 20

    def test_closes_with_other_words_in_each_language(self) -> None:
        said = set()
        for language in ("es", "pt-br", "en"):
            with translation.override(language):
                said.add(window_of(talk(ago=None)).closed_because)
        assert len(said) == 3


class TestRefusals:
    def test_what_may_be_sent_is_not_refused(self) -> None:
        assert refusal(talk(), kinds.TEXT, "Oi") is None

    def test_a_blocked_contact_is_not_written_to_whatever_else_holds(self) -> None:
        conversation = talk(ago=None)
        conversation.contact.is_blocked = True
        conversation.channel.state = Channel.State.DISCONNECTED
        assert refused(conversation, "poll", "") == "contact_blocked"

    @pytest.mark.parametrize("state", [Channel.State.NEEDS_RECONNECT, Channel.State.DISCONNECTED])
    def test_a_channel_that_is_not_connected_sends_nothing(self, state: str) -> None:
        conversation = talk(ago=None)
        conversation.channel.state = state
        assert refused(conversation) == "channel_disconnected"

    @pytest.mark.parametrize("kind", ["poll", kinds.LOCATION, kinds.EVENT, kinds.SYSTEM, ""])
    def test_a_kind_the_channel_does_not_have_is_refused_before_the_window(self, kind: str) -> None:
        assert refused(talk(ago=None), kind) == "kind_unsupported"

    @pytest.mark.parametrize("ago", [None, 24 * HOUR, 48 * HOUR])
    def test_free_text_waits_for_an_open_window_and_a_template_does_not(self, ago: timedelta | None) -> None:
        assert refused(talk(ago=ago)) == "window_closed"
        assert refused(talk(ago=ago), kinds.TEMPLATE, "Hola") == ""

    def test_the_closed_window_says_why_in_the_refusal(self) -> None:
        conversation = talk(ago=25 * HOUR)
        assert refusal(conversation, kinds.TEXT, "Oi") == Refusal(
            "window_closed", window_of(conversation).closed_because
        )

    @pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u00a0", "\u2003\u3000"])
    def test_a_text_of_nothing_is_empty(self, text: str) -> None:
        assert refused(talk(), text=text) == "text_empty"

    def test_a_picture_needs_no_words(self) -> None:
        assert refused(talk(), kinds.IMAGE, "") == ""

    @pytest.mark.parametrize("text", ["\x00", "a\x00b", "fim\x00"])
    def test_a_character_that_no_platform_takes_is_refused(self, text: str) -> None:
        assert refused(talk(), text=text) == "text_unreadable"
        assert refused(talk(), kinds.IMAGE, text) == "text_unreadable"

    @pytest.mark.parametrize(
        ("unit", "text", "code"),
        [
            (Unit.CHARACTERS, "ñ" * 160, ""),
            (Unit.CHARACTERS, "ñ" * 161, "text_too_long"),
            (Unit.CHARACTERS, "😀" * 160, ""),
            (Unit.BYTES, "a" * 160, ""),
            (Unit.BYTES, "a" * 161, "text_too_long"),
            (Unit.BYTES, "ñ" * 80, ""),
            (Unit.BYTES, "ñ" * 80 + "a", "text_too_long"),
            (Unit.BYTES, "😀" * 40, ""),
            (Unit.BYTES, "😀" * 40 + "a", "text_too_long"),
        ],
    )
    def test_length_is_counted_in_the_channels_unit(self, unit: Unit, text: str, code: str) -> None:
        assert refused(talk(replace(POLICY, text_unit=unit)), text=text) == code

    def test_too_long_says_how_long_and_how_long_it_may_be(self) -> None:
        found = refusal(talk(), kinds.TEXT, "x" * 161)
        assert found is not None
        assert "161" in found.words
        assert "160" in found.words

    @pytest.mark.parametrize("language", ["es", "pt-br", "en"])
    def test_every_refusal_has_words(self, language: str) -> None:
        blocked, cut_off = talk(), talk()
        blocked.contact.is_blocked = True
        cut_off.channel.state = Channel.State.DISCONNECTED
        with translation.override(language):
            found = [
                refusal(blocked, kinds.TEXT, "Oi"),
                refusal(cut_off, kinds.TEXT, "Oi"),
                refusal(talk(), "poll", "Oi"),
                refusal(talk(ago=None), kinds.TEXT, "Oi"),
                refusal(talk(), kinds.TEXT, ""),
                refusal(talk(), kinds.TEXT, "\x00"),
                refusal(talk(), kinds.TEXT, "x" * 999),
            ]
        assert all(one is not None and len(one.words) >= 15 for one in found)
        assert len({one.code for one in found if one}) == len(found)


@pytest.mark.django_db
def test_a_conversation_carries_its_own_window(flown: Conversation) -> None:
    Conversation.objects.update(window_from=NOON - HOUR)
    flown.refresh_from_db()
    assert flown.window == windows.window_of(flown)
    assert flown.window.until == NOON + 23 * HOUR
