"""The settings as people use them: inviting and joining, undoing, removing, being busy; and everybody can use them."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import Desk
from tests.browser.phone import Phone
from tests.browser.test_access import violations

AtDesk = Callable[..., Desk]
ROOT = "/w/calzado-sur/settings"
PAGES = [
    "workspace/",
    "people/",
    "people/?q=nobody-like-that",
    "invitations/",
    "teams/",
    "teams/new/",
    "hours/",
    "security/",
    "audit/",
    "audit/?subject=nothing",
]


def open_page(desk: Desk, path: str) -> Page:
    desk.page.goto(f"{ROOT}/{path}")
    expect(desk.page.locator("h1")).to_be_visible()
    return desk.page


def save(page: Page) -> None:
    page.locator("#main form[method=post] button.primary[type=submit]").click()


@pytest.fixture
def furnished(at_desk: AtDesk) -> Desk:
    """Ana, in a workspace with a team, an invitation, hours and a holiday."""
    ana = at_desk("ana")
    page = open_page(ana, "teams/")
    if not page.locator(".entry", has_text="Ventas").count():
        page = open_page(ana, "teams/new/")
        page.fill("[name=name]", "Ventas")
        page.get_by_label("Bruno Sosa").check()
        save(page)
        expect(page.locator(".entry", has_text="Ventas")).to_be_visible()
    page = open_page(ana, "people/")
    if not page.locator("[data-invitation]").count():
        invite(page, "espera@correo.example")
    page = open_page(ana, "hours/")
    if not page.locator("[name=has_hours]").is_checked():
        page.locator("[name=has_hours]").check()
        save(page)
        page.locator(".adding [name=date]").fill("2026-12-25")
        page.locator(".adding [name=name]").fill("Navidad")
        page.locator(".adding button").click()
        expect(page.locator(".entry", has_text="Navidad")).to_be_visible()
    return ana


def invite(page: Page, email: str) -> None:
    page.goto(f"{ROOT}/invitations/")
    page.fill("[name=emails]", email)
    save(page)
    expect(page.locator("[data-invitation]", has_text=email)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1366, 390])
def test_every_page_is_clean(furnished: Desk, at_desk: AtDesk, scheme: str, width: int) -> None:
    # what fades in would be judged half transparent
    ana = at_desk("ana", color_scheme=scheme, viewport={"width": width, "height": 768}, reduced_motion="reduce")
    for path in PAGES:
        page = open_page(ana, path)
        assert violations(ana) == [], path
        if width < 768:
            page.locator("[popovertarget=settings-menu]").click()
            assert violations(ana) == [], f"{path} with its menu open"
    open_page(ana, "people/").locator("a.name", has_text="Bruno").click()
    expect(ana.page.locator("h1")).to_have_text("Bruno Sosa")
    assert violations(ana) == []
    ana.page.locator("[popovertarget=removal]").first.click()
    expect(ana.page.locator("#removal")).to_be_visible()
    assert violations(ana) == []


def test_nothing_scrolls_sideways(furnished: Desk, at_desk: AtDesk) -> None:
    for width in (320, 768, 1024):
        ana = at_desk("ana", viewport={"width": width, "height": 700})
        for path in PAGES:
            page = open_page(ana, path)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (width, path)
            sideways = "element => element.scrollWidth <= element.clientWidth"
            assert page.locator(".page").evaluate(sideways), (width, path)


def test_a_newcomer_joins_by_the_link_in_the_mail(
    at_desk: AtDesk, plaza: int, chromium: Browser, furnished: Desk
) -> None:
    email = f"nueva{time.time_ns()}@correo.example"
    invite(furnished.page, email)
    context = chromium.new_context(base_url=f"http://localhost:{plaza}", locale="es-AR")
    page = context.new_page()
    page.goto(link_for(plaza, email))
    assert violations(Desk(page)) == []
    page.fill("[name=name]", "Nueva Persona")
    page.fill("[name=password]", "una clave larga 9")
    page.click("main form button[type=submit]")
    page.wait_for_url("**/w/calzado-sur/**")
    member = open_page(furnished, f"people/?q={email}").locator(".entry[data-member]")
    expect(member).to_contain_text("Nueva Persona")
    page.goto("/w/calzado-sur/settings/workspace/")
    expect(page.locator("body")).to_contain_text("403")
    context.close()


def link_for(plaza: int, email: str) -> str:
    """The path of the invitation in the mail that this address got."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for mail in mails(plaza):
            found = re.search(r"/invitations/[\w-]+/", mail["text"]) if email in mail["recipients"] else None
            if found:
                return found.group()
        time.sleep(0.3)
    raise AssertionError(f"no mail for {email}")


def mails(plaza: int) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"http://127.0.0.1:{plaza + 1}/mailbox/all.json", timeout=10) as answer:
        found: list[dict[str, Any]] = json.load(answer)["mails"]
    return found


def test_a_change_of_role_is_undone_from_the_toast(furnished: Desk) -> None:
    page = open_page(furnished, "people/?q=carla")
    page.locator("a.name").click()
    page.locator("[name=role][value=supervisor]").check()
    save(page)
    toast = page.locator(".toast")
    expect(toast).to_be_visible()
    expect(page.locator("[name=role][value=supervisor]")).to_be_checked()
    toast.locator("button").click()
    expect(page.locator("[name=role][value=agent]")).to_be_checked()


def test_a_revoked_invitation_comes_back(furnished: Desk) -> None:
    email = f"revocada{time.time_ns()}@correo.example"
    invite(furnished.page, email)
    row = furnished.page.locator("[data-invitation]", has_text=email)
    row.locator("button.danger").click()
    expect(row).to_have_count(0)
    furnished.page.locator(".toast form button").click()
    expect(row).to_have_count(1)


def test_what_cannot_be_undone_is_asked_first_and_escape_says_no(furnished: Desk) -> None:
    page = open_page(furnished, "people/?q=carla")
    page.locator("a.name").click()
    button = page.locator("[popovertarget=removal]").first
    button.focus()
    page.keyboard.press("Enter")
    question = page.locator("#removal")
    expect(question).to_be_visible()
    expect(question.locator("button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    expect(button).to_be_focused()


def test_who_is_busy_is_shown_to_the_others_at_once(furnished: Desk, at_desk: AtDesk) -> None:
    page = open_page(furnished, "people/?q=bruno")
    dot = page.locator(".entry[data-member] .presence")
    bruno = at_desk("bruno").open()
    expect(dot).to_have_attribute("data-status", "online")
    for status in ("busy", "online"):
        bruno.page.locator("[popovertarget=me-menu]").click()
        bruno.page.locator(f"#me-menu button[value={status}]").click()
        expect(dot).to_have_attribute("data-status", status)
        expect(bruno.page.locator(".rail .presence.mine")).to_have_attribute("data-status", status)


def test_who_is_removed_loses_the_page_they_are_on(
    furnished: Desk, at_desk: AtDesk, plaza: int, chromium: Browser
) -> None:
    email = f"breve{time.time_ns()}@correo.example"
    invite(furnished.page, email)
    context = chromium.new_context(base_url=f"http://localhost:{plaza}")
    theirs = context.new_page()
    theirs.goto(link_for(plaza, email))
    theirs.fill("[name=name]", "Breve Visita")
    theirs.fill("[name=password]", "una clave larga 9")
    theirs.click("main form button[type=submit]")
    theirs.wait_for_url("**/w/calzado-sur/**")
    theirs.goto(f"{ROOT}/people/")
    expect(theirs.locator(".entry[data-member]").first).to_be_visible()

    page = open_page(furnished, f"people/?q={email}")
    page.locator("a.name").click()
    page.locator("[popovertarget=removal]").first.click()
    page.locator("#removal button[type=submit]").click()
    expect(page.locator(".toast")).to_contain_text("Breve Visita")
    expect(theirs.locator("body")).to_contain_text("404")
    context.close()


def test_a_conversation_is_passed_to_a_team_and_back(furnished: Desk, phone: Phone) -> None:
    phone.says("para ventas")
    page = furnished.open().page
    furnished.row(phone.name).locator("a.name").click()
    expect(page.locator("article.message").first).to_be_visible()
    head = page.locator("#thread-head")
    head.locator("[popovertarget=assign-menu]").click()
    page.locator("#assign-menu .choice", has_text="Ventas").click()
    expect(head.locator("[popovertarget=assign-menu]")).to_contain_text("Ventas")
    expect(page.locator("article.event", has_text="Ventas")).to_be_visible()
    page.locator(".toast button").click()
    expect(head.locator("[popovertarget=assign-menu]")).not_to_contain_text("Ventas")


def test_hours_say_whether_it_is_open(furnished: Desk) -> None:
    page = open_page(furnished, "hours/")
    expect(page.locator("[name=opens_0]")).to_be_visible()
    page.locator("[name=open_0]").uncheck()
    expect(page.locator("[name=opens_0]")).to_be_hidden()
    page.locator("[name=has_hours]").uncheck()
    expect(page.locator("[name=open_1]")).to_be_hidden()


def test_the_log_is_found_and_exported(furnished: Desk) -> None:
    page = open_page(furnished, "audit/")
    expect(page.locator(".entry").first).to_be_visible()
    page.select_option("[name=verb]", "team.created")
    page.locator(".finder button").click()
    expect(page.locator(".entry").first).to_contain_text("Ventas")
    with page.expect_download() as download:
        page.locator(".lede form button").click()
    assert download.value.suggested_filename == "audit-calzado-sur.csv"
    assert "team.created" in download.value.path().read_text()


def test_an_agent_finds_people_and_teams_only(at_desk: AtDesk) -> None:
    bruno = at_desk("bruno").open()
    bruno.page.locator(".rail a[href$='/settings/']").click()
    links = bruno.page.locator(".side a")
    expect(links.first).to_be_visible()
    paths = [link.get_attribute("href") for link in links.all()]
    assert paths == [f"{ROOT}/people/", f"{ROOT}/teams/"]
