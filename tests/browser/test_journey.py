"""The main job: a message crosses to two browsers, and the answer goes back."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.phone import Phone, until

AtDesk = Callable[..., Desk]


def test_a_message_reaches_two_inboxes_and_the_answer_the_phone_with_its_ticks(at_desk: AtDesk, phone: Phone) -> None:
    ana, bruno = at_desk("ana").open(), at_desk("bruno").open()
    phone.says("Olá, vocês têm tênis 42?")
    for desk in (ana, bruno):
        row = desk.row(phone.name)
        expect(row).to_contain_text("Olá, vocês têm tênis 42?", timeout=5000)
        expect(row.locator(".count")).to_contain_text("1")
        assert desk.page.locator("#list .row").first.inner_text() == row.inner_text()

    ana.read(phone.name)
    bruno.read(phone.name)
    sent = ana.answer("Temos sim! Qual cor?")
    expect(sent).to_have_count(1)
    until(lambda: [message["text"] for message in phone.seen()] == ["Temos sim! Qual cor?"])
    for desk in (ana, bruno):
        desk.expect_state(desk.message("Temos sim! Qual cor?"), "delivered")
    phone.opens_the_chat()
    for desk in (ana, bruno):
        desk.expect_state(desk.message("Temos sim! Qual cor?"), "read")
        assert desk.messages() == ["Olá, vocês têm tênis 42?", "Temos sim! Qual cor?"]


def test_what_the_customer_writes_while_one_reads_appears_below_without_a_reload(at_desk: AtDesk, phone: Phone) -> None:
    phone.says("primeira")
    ana = at_desk("ana").open()
    ana.read(phone.name)
    phone.says("segunda")
    phone.sends(type="location", location={"latitude": -23.55, "longitude": -46.63, "name": "Loja Sé"})
    expect(ana.message("segunda")).to_be_visible()
    expect(ana.page.locator("article.message[data-kind=location]")).to_contain_text("Loja Sé")


def test_a_refused_message_says_why_and_goes_out_on_retry(at_desk: AtDesk, phone: Phone) -> None:
    phone.says("Oi")
    ana = at_desk("ana").open()
    ana.read(phone.name)
    phone.knobs(fail_next=1, fail_code=131026)
    message = ana.answer("Segue o link")
    ana.expect_state(message, "failed")
    expect(message.locator(".why")).to_be_visible()
    assert phone.seen() == []
    message.locator(".why button").first.click()
    ana.expect_state(ana.message("Segue o link"), "delivered")
    assert [row["text"] for row in phone.seen()] == ["Segue o link"]


def test_assigning_and_closing_show_in_every_browser(at_desk: AtDesk, phone: Phone) -> None:
    phone.says("Preciso de ajuda")
    ana, bruno = at_desk("ana").open(), at_desk("bruno").open()
    ana.read(phone.name)
    bruno.read(phone.name)
    ana.page.keyboard.press("Escape")
    ana.page.keyboard.press("a")
    expect(ana.page.locator("#assign-menu")).to_be_visible()
    ana.page.keyboard.press("Enter")
    expect(bruno.page.locator("article.message.event")).to_contain_text("Ana Beltrán")
    ana.page.keyboard.press("e")
    expect(bruno.page.locator("article.message.event")).to_have_count(2)
    expect(ana.row(phone.name)).to_have_count(0)
    phone.says("Mais uma coisa")
    expect(ana.row(phone.name)).to_contain_text("Mais uma coisa")
