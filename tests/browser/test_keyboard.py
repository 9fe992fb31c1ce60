"""Everything by keyboard: the sheet of shortcuts, the palette, and letters that rest when they should."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.phone import Phone

AtDesk = Callable[..., Desk]


def test_check_46_a_question_mark_lists_the_shortcuts_and_escape_gives_the_focus_back(at_desk: AtDesk) -> None:
    ana = at_desk("ana").open()
    ana.page.locator("#list .tabs a").last.focus()
    ana.page.keyboard.press("?")
    sheet = ana.page.locator("#shortcuts-sheet")
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text("Nota interna")
    ana.page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(ana.page.locator("#list .tabs a").last).to_be_focused()


def test_check_46_the_palette_finds_a_command_by_a_part_of_its_name_and_runs_it(at_desk: AtDesk, phone: Phone) -> None:
    phone.says("Oi")
    ana = at_desk("ana").open().read(phone.name)
    ana.page.keyboard.press("Control+k")
    palette = ana.page.locator("#palette")
    expect(palette.locator("input")).to_be_focused()
    ana.page.keyboard.type("nota int")
    expect(palette.locator("[aria-selected=true]")).to_contain_text("Nota interna")
    ana.page.keyboard.press("Enter")
    expect(palette).to_be_hidden()
    expect(ana.page.locator("#dock")).to_have_attribute("data-mode", "note")
    expect(ana.field).to_be_focused()


def test_the_palette_looks_for_a_customer_when_it_knows_no_command(at_desk: AtDesk, phone: Phone) -> None:
    phone.says("Oi")
    ana = at_desk("ana").open()
    ana.page.keyboard.press("Control+k")
    ana.page.keyboard.type(phone.name)
    ana.page.keyboard.press("ArrowUp")
    ana.page.keyboard.press("Enter")
    expect(ana.page.locator("#search-field")).to_have_value(phone.name)
    expect(ana.row(phone.name)).to_be_visible()


def test_check_47_letters_walk_answer_close_and_go(at_desk: AtDesk, phone: Phone) -> None:
    phone.says("Oi")
    ana = at_desk("ana").open().read(phone.name)
    keys = ana.page.keyboard
    keys.press("n")
    expect(ana.field).to_be_focused()
    expect(ana.page.locator("#dock")).to_have_attribute("data-mode", "note")
    keys.press("Escape")
    keys.press("r")
    expect(ana.page.locator("#dock")).to_have_attribute("data-mode", "reply")
    keys.type("gi ej")
    expect(ana.field).to_have_value("gi ej")
    keys.press("Escape")
    keys.press("e")
    expect(ana.page.locator("#thread-head [aria-keyshortcuts=E]")).to_contain_text("Reabrir")
    keys.press("g")
    keys.press("i")
    ana.page.wait_for_url("**/inbox/")


def test_check_48_shortcuts_can_be_turned_off_and_never_answer_to_alt_gr(at_desk: AtDesk, phone: Phone) -> None:
    phone.says("Oi")
    ana = at_desk("ana").open().read(phone.name)
    ana.page.evaluate(
        """() => { const key = new KeyboardEvent("keydown", {key: "n", bubbles: true, modifierAltGraph: true})
                   document.body.dispatchEvent(key) }"""
    )
    expect(ana.page.locator("#dock")).to_have_attribute("data-mode", "reply")
    ana.page.keyboard.press("?")
    ana.page.locator("#shortcuts-sheet input").uncheck()
    ana.page.keyboard.press("Escape")
    ana.page.keyboard.press("n")
    expect(ana.page.locator("#dock")).to_have_attribute("data-mode", "reply")
    ana.page.reload()
    ana.page.locator("html[data-ready]").wait_for(state="attached")
    ana.page.keyboard.press("n")
    expect(ana.page.locator("#dock")).to_have_attribute("data-mode", "reply")


def test_check_49_the_tab_key_goes_from_list_to_thread_to_composer_to_panel(at_desk: AtDesk, phone: Phone) -> None:
    phone.says("Oi")
    ana = at_desk("ana").open().read(phone.name)
    ana.row(phone.name).locator("a.name").focus()
    visited = []
    for _ in range(40):
        ana.page.keyboard.press("Tab")
        inside = "document.activeElement.closest('#list, #thread-head, .stream, #dock, #panel')?.id || 'stream'"
        visited.append(ana.page.evaluate(inside))
        if visited[-1] == "panel":
            break
    order = list(dict.fromkeys(place for place in visited if place in ("thread-head", "stream", "dock", "panel")))
    assert order == ["thread-head", "stream", "dock", "panel"]
