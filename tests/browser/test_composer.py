"""The composer: what is typed is neither lost nor sent twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.phone import Phone, until

AtDesk = Callable[..., Desk]


@pytest.fixture
def ana(at_desk: AtDesk, phone: Phone) -> Desk:
    """Ana reads a conversation with this phone."""
    phone.says("Oi")
    return at_desk("ana").open().read(phone.name)


def test_enter_sends_and_shift_enter_breaks_the_line(ana: Desk, phone: Phone) -> None:
    ana.field.press_sequentially("um")
    ana.field.press("Shift+Enter")
    ana.field.press_sequentially("dois")
    assert ana.field.input_value() == "um\ndois"
    ana.field.press("Enter")
    expect(ana.field).to_have_value("")
    until(lambda: [row["text"] for row in phone.seen()] == ["um\ndois"])


def test_a_double_enter_sends_once(ana: Desk, phone: Phone) -> None:
    ana.field.fill("uma vez só")
    ana.page.evaluate(
        """() => { const field = document.querySelector("#message-field");
                   const enter = () => new KeyboardEvent("keydown", {key: "Enter", bubbles: true, cancelable: true});
                   for (let n = 0; n < 3; n++) field.dispatchEvent(enter()) }"""
    )
    ana.expect_state(ana.message("uma vez só"), "delivered")
    assert len(phone.seen()) == 1


def test_a_dead_key_or_an_open_composition_never_sends(ana: Desk, phone: Phone) -> None:
    ana.field.fill("cora")
    ana.page.evaluate(
        """() => { const field = document.querySelector("#message-field");
                   const enter = (more) => field.dispatchEvent(new KeyboardEvent(
                     "keydown", {key: "Enter", bubbles: true, cancelable: true, ...more}));
                   enter({isComposing: true}); enter({keyCode: 229, which: 229}) }"""
    )
    ana.page.wait_for_timeout(500)
    assert ana.field.input_value() == "cora"
    assert phone.seen() == []


def test_a_draft_survives_a_reload_and_another_conversation(ana: Desk, phone: Phone, at_desk: AtDesk) -> None:
    ana.field.fill("ainda escrevendo")
    ana.page.reload()
    expect(ana.field).to_have_value("ainda escrevendo")
    ana.page.locator("#list .row a.name").last.click()
    ana.read(phone.name)
    expect(ana.field).to_have_value("ainda escrevendo")
    ana.field.press("Enter")
    expect(ana.message("ainda escrevendo")).to_be_visible()
    ana.page.reload()
    expect(ana.field).to_have_value("")


def test_the_message_shows_at_once_and_keeps_its_place_when_it_is_sent(ana: Desk, phone: Phone) -> None:
    phone.knobs(answer_ms=1500)
    ana.answer("na hora")
    expect(ana.message("na hora")).to_be_visible(timeout=400)
    first = ana.message("na hora").get_attribute("id")
    ana.expect_state(ana.message("na hora"), "delivered")
    phone.knobs(answer_ms=0)
    assert ana.message("na hora").get_attribute("id") == first
    expect(ana.message("na hora")).to_have_count(1)


def test_a_quoted_reply_shows_what_it_answers(ana: Desk, phone: Phone) -> None:
    ana.message("Oi").hover()
    ana.message("Oi").locator("[data-action='quoting#pick']").click()
    ana.answer("Olá!")
    until(lambda: len(phone.seen()) == 1)
    assert phone.seen()[0]["body"]["context"]["message_id"]
    expect(ana.message("Olá!").locator("blockquote, .quote")).to_contain_text("Oi")


def test_what_could_not_be_sent_stays_in_the_field_or_the_thread(ana: Desk, phone: Phone) -> None:
    ana.page.context.set_offline(True)
    ana.field.fill("sem internet")
    ana.field.press("Enter")
    ana.page.wait_for_timeout(800)
    kept = ana.field.input_value() == "sem internet" or ana.message("sem internet").count() == 1
    assert kept
    ana.page.context.set_offline(False)
    until(lambda: kept_somewhere(ana, phone), seconds=20)


def kept_somewhere(ana: Desk, phone: Phone) -> bool:
    waits = ana.field.input_value() == "sem internet" or ana.message("sem internet").count() == 1
    return waits or [row["text"] for row in phone.seen()] == ["sem internet"]
