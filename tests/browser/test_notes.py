"""Reply and note are two modes that nobody can mistake for each other."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.phone import Phone

AtDesk = Callable[..., Desk]


def test_check_28_a_note_differs_in_colour_and_words_and_never_leaves_the_team(at_desk: AtDesk, phone: Phone) -> None:
    phone.says("Oi")
    ana, bruno = at_desk("ana").open().read(phone.name), at_desk("bruno").open().read(phone.name)
    send = ana.page.locator("#dock button[type=submit]")
    paint = "e => getComputedStyle(e).backgroundColor"
    plain = ana.page.locator(".composer").evaluate(paint)
    expect(send).to_have_text("Enviar", use_inner_text=True)
    ana.page.keyboard.press("n")
    expect(ana.field).to_be_focused()
    expect(send).to_have_text("Agregar nota", use_inner_text=True)
    assert ana.page.locator(".composer").evaluate(paint) != plain
    ana.answer("Cliente frecuente, hacer descuento")
    for desk in (ana, bruno):
        expect(desk.message("Cliente frecuente")).to_have_attribute("data-direction", "note")
    assert phone.seen() == []


def test_check_23_each_mode_keeps_its_own_draft(at_desk: AtDesk, phone: Phone) -> None:
    phone.says("Oi")
    ana = at_desk("ana").open().read(phone.name)
    ana.field.fill("resposta pela metade")
    ana.page.locator("[data-composer-mode-param=note]").click()
    expect(ana.field).to_have_value("")
    ana.field.fill("nota pela metade")
    ana.page.locator("[data-composer-mode-param=reply]").click()
    expect(ana.field).to_have_value("resposta pela metade")
    ana.page.reload()
    expect(ana.field).to_have_value("resposta pela metade")
    ana.page.locator("[data-composer-mode-param=note]").click()
    expect(ana.field).to_have_value("nota pela metade")


def test_an_answer_to_a_message_is_never_a_note(at_desk: AtDesk, phone: Phone) -> None:
    phone.says("Oi")
    ana = at_desk("ana").open().read(phone.name)
    ana.page.locator("[data-composer-mode-param=note]").click()
    ana.message("Oi").hover()
    ana.message("Oi").locator("[data-action='quoting#pick']").click()
    expect(ana.page.locator("#dock")).to_have_attribute("data-mode", "reply")
    expect(ana.field).to_be_focused()
