"""The phone in a real browser: what its scripts do, and that nothing scrolls sideways."""

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.channels_meta.sandbox.bodies import LIST
from tests.channels_meta.sandbox.world import PHONE, Box, Door, message, until

pytestmark = pytest.mark.browser
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "there is no Chromium on this machine"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, box: Box) -> Iterator[Page]:
    """Fails the test when a script does."""
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.set_default_timeout(5000)
    page.goto(str(box.client.base_url))
    yield page
    page.close()
    assert wrong == []


@pytest.fixture
def lia(page: Page) -> Page:
    page.fill("[name=name]", "Lia Prado")
    page.fill("[name=address]", "+55 11 95550-1234")
    page.click("button.primary")
    page.wait_for_url("**/chats/**")
    expect(page.locator("[name=text]")).to_be_focused()
    return page


def test_a_conversation_without_a_reload(box: Box, door: Door, lia: Page) -> None:
    lia.keyboard.type("Olá, vocês têm")
    lia.keyboard.press("Shift+Enter")
    lia.keyboard.type("tênis 42?")
    lia.keyboard.press("Enter")
    expect(lia.locator(".bubble.mine")).to_contain_text("tênis 42?")
    until(lambda: len(door.messages()) == 1)
    assert door.messages()[0]["text"]["body"] == "Olá, vocês têm\ntênis 42?"
    box.send("Temos sim")
    expect(lia.locator(".bubble.theirs")).to_contain_text("Temos sim")
    until(lambda: [s["status"] for s in door.statuses()] == ["sent", "delivered", "read"])
    own = door.messages()[0]["id"]
    box.post({"messaging_product": "whatsapp", "status": "read", "message_id": own})
    expect(lia.locator(".ticks.read")).to_have_count(1)


def test_replies_edits_and_taps(box: Box, door: Door, lia: Page) -> None:
    lia.keyboard.type("primera")
    lia.keyboard.press("Enter")
    expect(lia.locator(".bubble.mine")).to_have_count(1)
    lia.locator(".bubble.mine").hover()
    lia.locator(".acts summary").click()
    lia.get_by_role("button", name="Edit").click()
    lia.fill("[name=text]", "primeira")
    lia.keyboard.press("Enter")
    expect(lia.locator(".bubble.mine")).to_contain_text("Edited")
    box.post(message(LIST))
    lia.get_by_role("button", name="Hoje").first.click()
    expect(lia.locator(".bubble.mine")).to_have_count(2)
    lia.locator(".bubble.theirs").hover()
    lia.locator(".bubble.theirs .acts summary").click()
    lia.get_by_role("button", name="Reply").click()
    lia.keyboard.type("respondo")
    lia.keyboard.press("Enter")
    expect(lia.locator(".bubble.mine")).to_have_count(3)
    until(lambda: len(door.messages()) == 4)
    assert [m["type"] for m in door.messages()] == ["text", "edit", "interactive", "text"]
    assert door.messages()[3]["context"]["id"] == door.messages()[2]["context"]["id"]


def test_an_open_menu_is_not_swapped_away(box: Box, lia: Page) -> None:
    lia.keyboard.type("oi")
    lia.keyboard.press("Enter")
    lia.locator(".bubble.mine").hover()
    lia.locator(".acts summary").click()
    with lia.expect_response("**/thread"):
        box.send("enquanto isso")
    expect(lia.locator(".acts[open]")).to_have_count(1)
    lia.keyboard.press("Escape")
    expect(lia.locator(".acts[open]")).to_have_count(0)
    expect(lia.locator(".bubble.theirs")).to_have_text(re.compile("enquanto isso"))


def test_a_chat_that_is_not_open_stays_unread(box: Box, door: Door, page: Page) -> None:
    box.say()
    box.send("olá")
    expect(page.locator(".count")).to_have_text("1")
    box.quiet()
    assert "read" not in [s["status"] for s in door.statuses()]


@pytest.mark.parametrize("width", [320, 390, 1920])
def test_nothing_scrolls_sideways(box: Box, page: Page, width: int) -> None:
    box.say("palavra" * 60, name="Guadalupe Hernández-Villaseñor de la Torre e Albuquerque")
    box.send("https://calzado.example/" + "caminho/" * 40)
    customer = box.control("customers", method="GET")["customers"][0]["id"]
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/", f"/chats/{customer}/{PHONE}", "/mailbox/"):
        page.goto(f"{box.client.base_url}{path}")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert page.evaluate("[...document.querySelectorAll('.thread')].every(t => t.scrollWidth <= t.clientWidth)")


def test_every_menu_opens_inside_the_phone(box: Box, page: Page) -> None:
    for n in range(3):
        box.say(str(n))
        box.send(str(n))
    customer = box.control("customers", method="GET")["customers"][0]["id"]
    page.set_viewport_size({"width": 390, "height": 700})
    page.goto(f"{box.client.base_url}/chats/{customer}/{PHONE}")
    for bubble in page.locator(".bubble").all():
        bubble.hover()
        bubble.locator("summary").click()
        menu = bubble.locator(".menu").bounding_box()
        assert menu is not None
        assert menu["x"] >= 0
        assert menu["x"] + menu["width"] <= 390
        bubble.locator(".menu button").last.click(trial=True)
        page.keyboard.press("Escape")
