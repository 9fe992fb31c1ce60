"""Everybody can use it: axe finds nothing, the keyboard reaches everything, nothing scrolls sideways."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.browser.desk import Desk
from tests.browser.phone import Phone

AtDesk = Callable[..., Desk]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def violations(desk: Desk) -> list[str]:
    found = Axe().run(desk.page, options=RULES).response["violations"]
    return [f"{rule['id']}: {node['target']}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1366, 390])
def test_the_inbox_and_a_thread_are_clean(at_desk: AtDesk, phone: Phone, scheme: str, width: int) -> None:
    phone.says("Olá")
    ana = at_desk("ana", color_scheme=scheme, viewport={"width": width, "height": 768}).open()
    expect(ana.row(phone.name)).to_be_visible()
    assert violations(ana) == []
    ana.read(phone.name)
    ana.answer("Oi, tudo bem?")
    ana.expect_state(ana.message("Oi, tudo bem?"), "delivered")
    assert violations(ana) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_login_is_clean(plaza: int, chromium: Browser, scheme: str) -> None:
    context = chromium.new_context(base_url=f"http://localhost:{plaza}", color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/accounts/login/")
    assert violations(Desk(page)) == []
    page.fill("input[name=login]", "ana@plaza.example")
    page.fill("input[name=password]", "wrong")
    page.click("main button[type=submit]")
    expect(page.locator("[role=alert], .errorlist, .error").first).to_be_visible()
    assert violations(Desk(page)) == []
    context.close()


@pytest.mark.parametrize("width", [1366, 1024, 768, 390, 320])
def test_nothing_scrolls_sideways(at_desk: AtDesk, phone: Phone, width: int) -> None:
    phone.says("Olá")
    ana = at_desk("ana", viewport={"width": width, "height": 700}).open()
    expect(ana.row(phone.name)).to_be_visible()
    fits = "document.documentElement.scrollWidth <= window.innerWidth"
    assert ana.page.evaluate(fits)
    ana.read(phone.name)
    assert ana.page.evaluate(fits)


def test_the_desk_can_be_used_by_keyboard_alone(at_desk: AtDesk, phone: Phone) -> None:
    phone.says("só teclado")
    ana = at_desk("ana").open()
    expect(ana.row(phone.name)).to_be_visible()
    ana.page.keyboard.press("j")
    ana.page.keyboard.press("Enter")
    expect(ana.page.locator("#thread-title")).to_be_visible()
    ana.page.keyboard.press("r")
    expect(ana.field).to_be_focused()
    ana.page.keyboard.type("ejka")
    assert ana.field.input_value() == "ejka"
    ana.page.keyboard.press("Escape")
    expect(ana.field).not_to_be_focused()


def test_a_browser_without_sockets_still_gets_its_messages_on_reload(at_desk: AtDesk, phone: Phone) -> None:
    ana = at_desk("ana")
    ana.page.add_init_script("window.WebSocket = class { constructor() { throw new Error('no sockets here') } }")
    ana.open()
    phone.says("mesmo assim")
    ana.page.wait_for_timeout(2000)
    ana.page.reload()
    expect(ana.row(phone.name)).to_contain_text("mesmo assim")
