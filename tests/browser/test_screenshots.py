"""The pictures of docs/screenshots: the main pages in both themes, at three widths, in each language.

They are written to var/screenshots; with SCREENSHOTS=docs they replace those in the repository."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import ROOT
from tests.browser.desk import Desk
from tests.browser.phone import Phone

AtDesk = Callable[..., Desk]

FOLDER = ROOT / ("docs" if os.environ.get("SCREENSHOTS") == "docs" else "var") / "screenshots"
SIZES = {1366: 768, 1920: 1080, 390: 844}
VIEWS = [
    *((1366, scheme, language) for scheme in ("light", "dark") for language in ("es", "pt-br", "en")),
    *((width, scheme, "es") for width in (1920, 390) for scheme in ("light", "dark")),
]
TALK = [
    ("Mariana Souza", "5511987650001", ["Olá, vocês têm tênis 42?", "Pode ser preto ou branco 🖤"]),
    ("Jorge Álvarez", "5491155550102", ["Hola, ¿hacen envíos a Rosario?"]),
    ("Maximiliano Fernández de la Torre y Gutiérrez Echeverría", "5491144440003", ["Quiero cambiar el talle " * 20]),
    ("Camilo Restrepo", "573001112204", ["Buenas, ¿cuánto cuesta el modelo Andes?"]),
]


def save(page: Page, name: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.wait_for_timeout(400)
    picture = page.screenshot(path=str(FOLDER / f"{name}.png"), animations="disabled", caret="hide")
    assert len(picture) > 5_000, "an empty page is no picture"


@pytest.fixture(scope="module")
def story(plaza: int) -> str:
    """A few customers write; answers the one whose thread is shown."""
    for name, number, said in TALK:
        phone = Phone(f"http://127.0.0.1:{plaza + 1}", number, name)
        for text in said:
            phone.says(text)
    return TALK[0][0]


@pytest.mark.parametrize(("width", "scheme", "language"), VIEWS, ids=str)
def test_the_inbox_and_a_thread(at_desk: AtDesk, story: str, width: int, scheme: str, language: str) -> None:
    who = {"es": "ana", "pt-br": "carla", "en": "sofia"}[language]
    ana = at_desk(who, viewport={"width": width, "height": SIZES[width]}, color_scheme=scheme).open()
    ana.row(story).wait_for()
    if width < 768:
        save(ana.page, f"inbox-{width}-{scheme}-{language}")
    ana.read(story)
    save(ana.page, f"thread-{width}-{scheme}-{language}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_login(plaza: int, chromium: Browser, scheme: str) -> None:
    context = chromium.new_context(
        base_url=f"http://localhost:{plaza}",
        color_scheme=scheme,  # type: ignore[arg-type]
        viewport={"width": 1366, "height": 768},
    )
    page = context.new_page()
    page.goto("/accounts/login/")
    save(page, f"login-1366-{scheme}-es")
    context.close()


def test_every_picture_that_the_readme_shows_is_in_the_repository() -> None:
    shown = [part.partition(")")[0] for part in (ROOT / "README.md").read_text().split("](docs/screenshots/")[1:]]
    assert len(shown) >= 3
    assert [name for name in shown if not Path(ROOT / "docs" / "screenshots" / name).is_file()] == []
