"""Being called: the title, the tab's dot, the sound, the notification, and the line above what is new."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.browser.phone import Phone, until

AtDesk = Callable[..., Desk]

LISTEN = """
window.heard = []; window.shown = [];
window.addEventListener("alerts:sounded", ({detail}) => heard.push(detail.name), true);
window.Notification = class extends EventTarget {
  static permission = "granted"; static requestPermission = async () => "granted";
  constructor(title, options) { super(); shown.push([title, options.body, options.tag]); window.last = this }
  close() {} };
"""


def listening(desk: Desk) -> Page:
    desk.page.add_init_script(LISTEN)
    return desk.page


def test_check_50_the_title_and_the_tabs_icon_tell_of_what_is_unread(at_desk: AtDesk, phone: Phone) -> None:
    phone.says("Oi")
    ana = at_desk("ana").open().read(phone.name)
    ana.page.keyboard.press("a")
    ana.page.keyboard.press("Enter")
    expect(ana.page.locator("article.message.event")).to_contain_text("Ana")
    ana.open("mine")
    icon = ana.page.locator("link[rel=icon]")
    phone.says("mais uma")
    until(lambda: ana.page.evaluate("document.title.startsWith('(1) ')"))
    expect(icon).to_have_attribute("href", "/static/favicon-unread.svg")
    ana.read(phone.name)
    until(lambda: ana.page.evaluate("!document.title.startsWith('(')"))
    expect(icon).to_have_attribute("href", "/static/favicon.svg")


def test_check_51_a_new_message_sounds_after_a_gesture_and_ones_own_never(at_desk: AtDesk, phone: Phone) -> None:
    phone.says("Oi")
    ana = at_desk("ana")
    page = listening(ana)
    ana.open()
    expect(ana.row(phone.name)).to_be_visible()
    page.locator("#list-title").click()
    phone.says("segunda")
    until(lambda: page.evaluate("heard.length === 1"))
    phone.says("terceira")
    until(lambda: page.evaluate("heard.length === 2"))
    ana.read(phone.name)
    ana.answer("minha resposta")
    ana.expect_state(ana.message("minha resposta"), "delivered")
    phone.says("lida na hora")
    expect(ana.message("lida na hora")).to_be_visible()
    page.wait_for_timeout(1500)
    assert page.evaluate("heard.length") == 2


def test_check_51_a_muted_device_keeps_silent(at_desk: AtDesk, phone: Phone) -> None:
    phone.says("Oi")
    ana = at_desk("ana")
    page = listening(ana)
    ana.open()
    page.locator("[popovertarget=me-menu]").click()
    page.locator("#me-menu [data-action='alerts#open']").click()
    page.locator("#alerts-dialog [data-alerts-target=sound]").uncheck()
    page.keyboard.press("Escape")
    phone.says("silêncio")
    expect(ana.row(phone.name)).to_contain_text("silêncio")
    page.wait_for_timeout(1500)
    assert page.evaluate("heard.length") == 0
    page.reload()
    assert page.evaluate("JSON.parse(localStorage.alerts).sound") is False


def test_check_52_a_notification_names_the_customer_opens_the_thread_and_can_hide_the_words(
    at_desk: AtDesk, phone: Phone
) -> None:
    phone.says("Oi")
    ana = at_desk("ana")
    page = listening(ana)
    page.add_init_script("document.hasFocus = () => false")
    ana.open()
    page.locator("[popovertarget=me-menu]").click()
    page.locator("#me-menu [data-action='alerts#open']").click()
    page.locator("#alerts-dialog [data-alerts-target=desktop]").check()
    page.keyboard.press("Escape")
    phone.says("tem 42?")
    until(lambda: page.evaluate("shown.length === 1"))
    title, body, _tag = page.evaluate("shown[0]")
    assert (title, body) == (phone.name, "tem 42?")
    page.evaluate("last.dispatchEvent(new Event('click'))")
    expect(page.locator("#thread-title")).to_have_text(phone.name)
    page.locator("[popovertarget=me-menu]").click()
    page.locator("#me-menu [data-action='alerts#open']").click()
    page.locator("#alerts-dialog [data-alerts-target=discreet]").check()
    page.keyboard.press("Escape")
    ana.open()
    phone.says("segredo")
    until(lambda: page.evaluate("shown.length >= 1"))
    assert page.evaluate("shown.at(-1)[1]") == "Mensaje nuevo"


def test_check_12_a_line_stands_above_the_first_unread_and_days_are_parted(at_desk: AtDesk, phone: Phone) -> None:
    phone.says("já lida")
    ana = at_desk("ana").open().read(phone.name)
    ana.page.goto("/w/calzado-sur/inbox/?view=all")
    phone.says("nova um")
    phone.says("nova dois")
    expect(ana.row(phone.name)).to_contain_text("nova dois", timeout=8000)
    ana.read(phone.name)
    line = ana.page.locator(".new-line")
    expect(line).to_have_count(1)
    after = line.evaluate("line => line.nextElementSibling.querySelector('.body').textContent")
    assert after == "nova um"
    expect(ana.page.locator("#thread .day")).to_have_count(1)
