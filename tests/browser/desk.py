"""The desk as a person uses it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect


class Desk:
    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, view: str = "all") -> Desk:
        self.page.goto(f"/w/calzado-sur/inbox/?view={view}")
        self.page.locator("html[data-ready]").wait_for(state="attached")
        return self

    def row(self, name: str) -> Locator:
        return self.page.locator("#list .row", has_text=name)

    def read(self, name: str) -> Desk:
        """Clicks the conversation and waits for its thread."""
        self.row(name).locator("a.name").click()
        expect(self.page.locator("#thread-title")).to_contain_text(name)
        expect(self.page.locator("article.message").first).to_be_visible()
        return self

    @property
    def field(self) -> Locator:
        return self.page.locator("#message-field")

    def answer(self, text: str) -> Locator:
        self.field.fill(text)
        self.field.press("Enter")
        return self.message(text)

    def message(self, text: str) -> Locator:
        return self.page.locator("article.message", has_text=text)

    def messages(self) -> list[str]:
        return self.page.locator("article.message .bubble").all_inner_texts()

    def expect_state(self, message: Locator, state: str, **options: Any) -> None:
        expect(message).to_have_attribute("data-state", state, **options)
