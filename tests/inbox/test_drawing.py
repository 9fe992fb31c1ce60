"""One drawing of a thing: every kind in three languages, the same bytes for everybody, nothing of it markup."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from inbox import kinds
from inbox.actions.assign import assign
from inbox.actions.closure import close, reopen
from inbox.actions.receive import receive
from inbox.actions.send import Draft, send
from inbox.drawing import draw_message, draw_messages, draw_rows
from inbox.models import Attachment, Channel, Conversation, Message, State
from inbox.port import Media
from tests.conftest import count_queries
from tests.house.files import ROOT
from tests.house.markup import complaints
from tests.inbox.events import reacts, revokes, says
from workspaces.models import Membership

pytestmark = pytest.mark.django_db

LANGUAGES = ("es", "pt-br", "en")
EVIL = "<script>alert('x')</script> \"&' {{ 7 }} {% now 'Y' %}"
ALL_KINDS = sorted(value for name, value in vars(kinds).items() if name.isupper() and isinstance(value, str))
CONTENT: dict[str, dict[str, Any]] = {
    kinds.LOCATION: {"latitude": -34.6, "longitude": -58.38, "name": EVIL, "address": EVIL, "url": "javascript:x"},
    kinds.CONTACTS: {"cards": [{"name": EVIL, "organization": EVIL, "phones": [{"number": EVIL}], "emails": [EVIL]}]},
    kinds.CHOICE: {"id": "1", "title": EVIL, "description": EVIL, "via": "list"},
    kinds.FORM: {"name": EVIL, "answers": {EVIL: EVIL, "items": "a question named items"}},
    kinds.ORDER: {"items": [{"sku": EVIL, "quantity": 2, "price": "10.5", "currency": "BRL"}]},
    kinds.PRODUCT: {"sku": EVIL, "catalog_id": "1"},
    kinds.PAYMENT: {"reference_id": EVIL, "status": EVIL, "method": EVIL},
    kinds.CALL: {"status": "missed", "direction": "in", "duration": 61},
    kinds.SYSTEM: {"change": "other"},
    kinds.UNSUPPORTED: {"type": "poll", "reason": EVIL},
    kinds.OTHER: {"type": EVIL},
    kinds.EVENT: {"what": "assigned", "by": EVIL, "to": EVIL},
}


class Texts(HTMLParser):
    """What of a drawing is text, and what of it are tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


def message_of(conversation: Conversation, kind: str, **fields: Any) -> Message:
    conversation.clock += 1
    conversation.save()
    direction = "event" if kind in (kinds.EVENT, kinds.SYSTEM) else "in"
    values: dict[str, Any] = {"text": EVIL, "content": CONTENT.get(kind, {}), "direction": direction, **fields}
    message = Message.objects.create(
        conversation=conversation,
        channel=conversation.channel,
        kind=kind,
        at=timezone.now(),
        seq=conversation.clock,
        rev=conversation.clock,
        **values,
    )
    if kind in kinds.FILES:
        Attachment.objects.create(message=message, kind=kind, filename=EVIL, mime_type=EVIL)
    return Message.objects.get(pk=message.pk)


@pytest.fixture
def made(flown: Conversation) -> Callable[..., Message]:
    return lambda kind, **fields: message_of(flown, kind, **fields)


def drawn(message: Message, language: str = "en") -> str:
    with translation.override(language):
        return draw_message(Message.objects.get(pk=message.pk))


class TestKinds:
    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("kind", ALL_KINDS)
    def test_what_a_customer_wrote_is_text_in_each_of_them(
        self, made: Callable[..., Message], kind: str, language: str
    ) -> None:
        html = drawn(made(kind), language)
        assert complaints(html) == []
        assert "script" not in Texts(html).tags
        assert "javascript:" not in html
        assert "{{" not in html.replace("{{ 7 }}", "")  # a template's braces would not have been read
        assert html.count("<article") == 1

    @pytest.mark.parametrize("kind", [*ALL_KINDS, "poll", "hologram"])
    def test_each_is_drawn_without_any_content(self, made: Callable[..., Message], kind: str) -> None:
        for text in ("", "apenas texto"):
            html = drawn(
                made(kind, content={"latitude": 1.5, "longitude": 2} if kind == kinds.LOCATION else {}, text=text)
            )
            assert f'data-kind="{kind}"' in html
            assert len(Texts(html).text.strip()) > 0

    @pytest.mark.parametrize("kind", ["poll", "hologram", kinds.OTHER])
    def test_one_without_a_drawing_is_an_honest_placeholder(self, made: Callable[..., Message], kind: str) -> None:
        assert "All of it is kept" in drawn(made(kind))

    @pytest.mark.parametrize("kind", ALL_KINDS)
    def test_each_speaks_the_readers_language(self, made: Callable[..., Message], kind: str) -> None:
        message = made(kind, text="", content={"what": "closed", "by": "Ana"} if kind == kinds.EVENT else {})
        assert len({drawn(message, language) for language in LANGUAGES}) == 3

    @pytest.mark.parametrize("kind", ALL_KINDS)
    def test_each_has_a_name_in_lists_and_quotes(self, made: Callable[..., Message], kind: str) -> None:
        html = drawn(made(kind, text=""))
        excerpt = re.search(r'data-excerpt="([^"]*)"', html)
        assert excerpt is not None
        assert bool(excerpt[1].strip()) is (kind != kinds.TEXT)

    def test_there_is_no_drawing_for_a_kind_nobody_has(self) -> None:
        files = {path.stem for path in (ROOT / "templates/inbox/message").glob("[a-z]*.html")}
        assert files | {"note"} == {*ALL_KINDS, "note"}

    @pytest.mark.parametrize(
        ("change", "words"),
        [("keys", "changed their number"), ("identity", "confirm who they are"), ("other", "User did something")],
    )
    def test_the_platforms_own_line_is_said_in_our_words_where_we_have_some(
        self, made: Callable[..., Message], change: str, words: str
    ) -> None:
        message = made(kinds.SYSTEM, content={"change": change}, text="User did something")
        assert words in Texts(drawn(message)).text


class TestStates:
    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("state", State)
    def test_each_is_said_in_words(self, made: Callable[..., Message], state: State, language: str) -> None:
        html = drawn(made(kinds.TEXT, direction="out", state=state, failure={"code": "1"}), language)
        assert f'data-state="{state.name.lower()}"' in html
        ticks = re.search(r'class="ticks[^"]*">.*?<span class="sr">([^<]+)</span>', html, re.DOTALL)
        assert ticks is not None
        assert ticks[1].strip()

    @pytest.mark.parametrize("state", State)
    def test_only_what_failed_or_is_unsure_offers_another_try(self, made: Callable[..., Message], state: State) -> None:
        html = drawn(made(kinds.TEXT, direction="out", state=state, failure={"code": "no_wind"}))
        assert ('data-action="outbox#retry"' in html) is (state in (State.FAILED, State.UNKNOWN))
        assert ("The pigeon says no_wind" in html) is (state == State.FAILED)

    def test_a_customers_message_has_no_ticks(self, made: Callable[..., Message]) -> None:
        assert 'class="ticks' not in drawn(made(kinds.TEXT))


class TestDeleted:
    @pytest.mark.parametrize("kind", [kinds.TEXT, kinds.IMAGE, kinds.ORDER, "poll"])
    def test_what_was_deleted_is_nowhere_in_the_page(self, made: Callable[..., Message], kind: str) -> None:
        message = made(kind, text="segredo", deleted_at=timezone.now(), edited_at=timezone.now())
        html = drawn(message)
        assert "segredo" not in html
        assert "This message was deleted" in html
        assert "Edited" not in html

    def test_nor_in_the_quote_of_who_answered_it(self, made: Callable[..., Message]) -> None:
        gone = made(kinds.TEXT, text="segredo", deleted_at=timezone.now())
        html = drawn(made(kinds.TEXT, text="resposta", reply_to=gone))
        assert "segredo" not in html
        assert "Deleted message" in html

    def test_nor_in_the_list(self, coop: Channel, flown: Conversation, ana: Membership) -> None:
        receive(coop, [revokes("pg.1", minute=9)])
        html = draw_rows(Conversation.objects.for_rows(), {})
        assert "Olá por pombo" not in html


class TestTheSameForEverybody:
    @pytest.fixture
    def thread(self, coop: Channel, flown: Conversation, ana: Membership, bruno: Membership) -> list[Message]:
        """One of everything that happens in a thread."""
        assign(flown, ana, by=bruno)
        send(flown, Draft("Sim!", reply_to=Message.objects.get(external_id="pg.1")), by=ana, client_id=uuid.uuid4())
        picture = Media("image", external_id="m", filename="tenis.jpg")
        receive(coop, [says("", kind="image", media=(picture,), name="pg.2"), reacts("pg.2", "👍")])
        close(flown, by=ana)
        reopen(flown, by=bruno)
        return list(Message.objects.order_by("at", "seq"))

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_two_viewers_in_two_time_zones_get_the_same_bytes(self, thread: list[Message], language: str) -> None:
        def viewed(zone: str) -> bytes:
            cache.clear()
            with translation.override(language), timezone.override(zone):
                rows = draw_rows(Conversation.objects.for_rows(), {})
                return (draw_messages(list(Message.objects.order_by("id"))) + rows).encode()

        assert viewed("America/Mexico_City") == viewed("Asia/Tokyo") == viewed("UTC")

    def test_what_the_socket_brings_is_what_the_page_shows(
        self, coop: Channel, flown: Conversation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from workspaces import live

        frames: list[Any] = []
        monkeypatch.setattr(live, "publish_all", frames.extend)
        picture = Media("audio", external_id="m", voice=True)
        events = [says("oi", reply_to="pg.1"), says("", kind="audio", media=(picture,)), says("👍", name="pg.7")]
        receive(coop, [*events, reacts("pg.7", "❤️"), replace(says("x", name="pg.8"), kind="poll")])
        fragments = [frame for frame in frames if isinstance(frame, live.Fragment)]
        assert len(fragments) == 4
        with translation.override("es"):
            stored = Message.objects.order_by("seq")[1:]
            assert sorted(frame.draw() for frame in fragments) == sorted(draw_message(one) for one in stored)

    def test_the_answer_to_the_form_is_the_drawing_of_the_page(self, flown: Conversation, ana: Membership) -> None:
        message, _ = send(flown, Draft("Sim!"), by=ana, client_id=uuid.uuid4())
        assert draw_message(message) == drawn(message, translation.get_language())


class TestQueries:
    @pytest.mark.parametrize("state", [State.SENT, State.FAILED])
    @pytest.mark.parametrize("kind", [kinds.TEXT, kinds.UNSUPPORTED, kinds.IMAGE])
    def test_a_page_of_a_kind_takes_as_many_as_one(
        self, made: Callable[..., Message], ana: Membership, kind: str, state: State
    ) -> None:
        first = made(kind)
        for _ in range(12):
            made(kind, direction="out", state=state, failure={"code": "1"}, author=ana, reply_to=first)
        messages = Message.objects.exclude(reply_to=None).order_by("id")
        one, many = list(messages[:1]), list(messages)
        assert count_queries(lambda: draw_messages(one)) == count_queries(lambda: draw_messages(many))

    def test_a_drawing_never_reads_a_secret(self, made: Callable[..., Message]) -> None:
        messages = [
            made(kinds.UNSUPPORTED),
            made(kinds.TEXT, direction="out", state=State.FAILED, failure={"code": "1"}),
        ]
        loaded = list(Message.objects.filter(pk__in=[message.pk for message in messages]))
        with CaptureQueriesContext(connection) as captured:
            draw_messages(loaded)
        assert not [query["sql"] for query in captured if "secrets" in query["sql"]]


class TestRows:
    @pytest.fixture(autouse=True)
    def _fresh(self) -> None:
        cache.clear()

    def rows(self) -> list[Conversation]:
        return list(Conversation.objects.for_rows().newest_first())

    def test_are_drawn_once_per_change_and_language(self, flown: Conversation, ana: Membership) -> None:
        first = draw_rows(self.rows(), {})
        Conversation.objects.update(preview_text="changed behind the clock's back")
        assert draw_rows(self.rows(), {}) == first
        with translation.override("pt-br"):
            assert "changed behind" in draw_rows(self.rows(), {})
        assign(flown, ana, by=ana)
        assert "Assigned to Ana" in draw_rows(self.rows(), {}) or "Ana Beltrán" in draw_rows(self.rows(), {})

    @pytest.mark.parametrize(("count", "shown"), [(0, None), (1, "1"), (99, "99"), (100, "99+"), (5_000, "99+")])
    def test_carry_their_readers_own_badge_behind_the_cache(
        self, flown: Conversation, count: int, shown: str | None
    ) -> None:
        draw_rows(self.rows(), {})
        html = draw_rows(self.rows(), {flown.pk: count})
        badge = re.search(r'class="count">([^<]+)<', html)
        assert (badge[1] if badge else None) == shown
        assert "<!--unread-->" not in html

    def test_none_are_nothing(self, flown: Conversation) -> None:
        assert draw_rows([], {}) == ""

    def test_escape_names_and_previews(self, coop: Channel, flown: Conversation) -> None:
        flown.contact.name = EVIL
        flown.contact.save()
        receive(coop, [says(EVIL, minute=900_000)])
        html = draw_rows(self.rows(), {})
        assert complaints(html) == []
        assert "<script>" not in html
        assert html.count("&lt;script&gt;") >= 2

    def test_take_one_query_and_none_while_they_are_kept(self, flown: Conversation) -> None:
        rows = self.rows()
        cache.clear()
        assert count_queries(lambda: draw_rows(rows, {})) == 1
        assert count_queries(lambda: draw_rows(rows, {})) == 0
