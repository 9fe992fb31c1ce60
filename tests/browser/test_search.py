"""Finding a customer in the list."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.phone import Phone

AtDesk = Callable[..., Desk]


def test_a_customer_is_found_by_name_and_number_and_the_address_keeps_the_words(at_desk: AtDesk, phone: Phone) -> None:
    phone.says("Oi")
    ana = at_desk("ana").open()
    expect(ana.row(phone.name)).to_be_visible()
    ana.page.keyboard.press("/")
    field = ana.page.locator("#search-field")
    expect(field).to_be_focused()
    for words in (phone.name.upper(), phone.number[-8:]):
        field.fill(words)
        expect(ana.page.locator("#list .row")).to_have_count(1)
        expect(ana.row(phone.name)).to_be_visible()
    expect(ana.page).to_have_url(re.compile(f"q={phone.number[-8:]}"))
    ana.page.reload()
    expect(field).to_have_value(phone.number[-8:])
    expect(ana.page.locator("#list .row")).to_have_count(1)
    field.press("Escape")
    expect(field).to_be_hidden()
    assert "q=" not in ana.page.url
    expect(ana.page.locator("#list .tabs")).to_be_visible()


def test_who_is_not_there_is_said_in_words_and_a_new_message_does_not_disturb_the_search(
    at_desk: AtDesk, phone: Phone
) -> None:
    ana = at_desk("ana").open()
    ana.page.keyboard.press("/")
    ana.page.locator("#search-field").fill("ninguém com este nome")
    expect(ana.page.locator(".empty.unfound")).to_be_visible()
    expect(ana.page.locator(".empty.usual")).to_be_hidden()
    phone.says("Oi")
    ana.page.wait_for_timeout(2500)
    expect(ana.page.locator("#list .row")).to_have_count(0)
