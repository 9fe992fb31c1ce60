"""Reading a thread: order, scrolling, text that would break a page, catching up."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.phone import Phone, until

AtDesk = Callable[..., Desk]


def test_markup_of_a_customer_is_shown_as_text(at_desk: AtDesk, phone: Phone) -> None:
    phone.says("<img src=x onerror=\"document.title='hacked'\"> <script>alert(1)</script>")
    ana = at_desk("ana").open().read(phone.name)
    expect(ana.message("<img src=x")).to_be_visible()
    assert "hacked" not in ana.page.title()


@pytest.mark.parametrize(
    "text",
    ["palavra" * 850, "😀" * 12, "مرحبا كيف الحال", "https://loja.example/" + "a" * 300, "linha\n" * 60],
    ids=["6000 letters", "emoji only", "right to left", "long link", "many lines"],
)
@pytest.mark.parametrize("width", [1366, 320])
def test_no_text_breaks_the_layout(at_desk: AtDesk, phone: Phone, text: str, width: int) -> None:
    phone.says(text[:4096])
    ana = at_desk("ana", viewport={"width": width, "height": 700}).open()
    ana.read(phone.name)
    assert ana.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    inside = "a => [...a.querySelectorAll('.bubble')].every(b => b.getBoundingClientRect().right <= innerWidth)"
    assert ana.page.locator("article.message").first.evaluate(inside)


def test_older_messages_come_on_scrolling_up_without_a_jump(at_desk: AtDesk, phone: Phone) -> None:
    began = int(time.time()) - 100
    for n in range(70):  # a second each: within one the platform leaves open which was first
        phone.says(f"mensagem {n:02}", timestamp=str(began + n))
    ana = at_desk("ana").open()
    expect(ana.row(phone.name)).to_contain_text("mensagem 69", timeout=15_000)
    ana.read(phone.name)
    shown = ana.page.locator("article.message")
    expect(shown).to_have_count(40)
    pane = ana.page.locator("#thread .scroll")
    pane.evaluate("p => { p.scrollTop = -(p.scrollHeight - p.clientHeight) + 60 }")
    first = ana.message("mensagem 31")
    before = first.bounding_box()
    expect(shown).to_have_count(70, timeout=8000)
    after = first.bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) < 90
    assert [text[:11] for text in ana.messages()] == [f"mensagem {n:02}" for n in range(70)]


def test_when_scrolled_up_new_messages_are_counted_instead_of_jumping(at_desk: AtDesk, phone: Phone) -> None:
    for n in range(30):
        phone.says(f"texto {n}\nem duas linhas")
    ana = at_desk("ana").open()
    expect(ana.row(phone.name)).to_contain_text("texto 29", timeout=15_000)
    ana.read(phone.name)
    pane = ana.page.locator("#thread .scroll")
    pane.evaluate("p => { p.scrollTop = -600 }")
    ana.page.wait_for_timeout(200)
    place = pane.evaluate("p => p.scrollTop")
    phone.says("chegou por último")
    button = ana.page.locator("button.newer").first
    expect(button).to_have_attribute("data-count", "1")
    assert abs(pane.evaluate("p => p.scrollTop") - place) < 150
    button.click()
    expect(ana.message("chegou por último")).to_be_in_viewport()


def test_after_a_cut_the_thread_equals_a_fresh_load(at_desk: AtDesk, phone: Phone) -> None:
    first = phone.says("antes do corte")
    ana = at_desk("ana").open().read(phone.name)
    ana.answer("resposta antes")
    ana.expect_state(ana.message("resposta antes"), "delivered")
    ana.page.context.set_offline(True)
    expect(ana.page.locator("[data-controller~=connection]").first).to_be_visible()
    phone.opens_the_chat()
    phone.says("durante o corte")
    phone.sends(
        type="edit", edit={"original_message_id": first, "message": {"type": "text", "text": {"body": "editada"}}}
    )
    until(lambda: phone.control("webhooks")["pending"] == 0, what="the sandbox's calm")
    ana.page.context.set_offline(False)
    expect(ana.message("durante o corte")).to_be_visible(timeout=45_000)
    ana.expect_state(ana.message("resposta antes"), "read", timeout=15_000)
    kept = drawn(ana)
    ana.page.reload()
    expect(ana.message("durante o corte")).to_be_visible()
    assert drawn(ana) == kept


def drawn(desk: Desk) -> Any:
    return desk.page.evaluate(
        """() => [...document.querySelectorAll("article.message")].map(
             a => [a.id, a.dataset.seq, a.dataset.state, a.querySelector(".bubble")?.innerText ?? ""])"""
    )
