"""A whole Plaza under ./dev's own supervisor, and people at browsers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.desk import Desk
from tests.browser.phone import Phone

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "plaza-demo"
# What the tests' own environment says of servers and secrets must not reach the Plaza that is started here.
KEPT = ("PATH", "HOME", "LANG", "USER", "TMPDIR", "CHROMIUM", "VIRTUAL_ENV", "SSL_CERT_FILE")
CHROMIUM_FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


def free_ports() -> int:
    """A port whose two neighbours are free as well."""
    for port in range(8700, 9400, 3):
        if all(is_free(port + offset) for offset in range(3)):
            return port
    raise RuntimeError("no three free ports in a row")


def is_free(port: int) -> bool:
    with socket.socket() as door:
        try:
            door.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@pytest.fixture(scope="package")
def plaza(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Its port. Started as a person would start it, stopped with Ctrl-C."""
    port, folder = free_ports(), tmp_path_factory.mktemp("plaza")
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment |= {"PLAZA_VAR": str(folder / "var"), "PLAZA_DEMO": "bare", "NO_COLOR": "1"}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "dev"), "up", "--port", str(port)],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_until_ready(port, process, folder / "log")
            yield port
        finally:
            process.send_signal(signal.SIGINT)
            code = process.wait(timeout=60)
    assert code == 0, f"./dev up ended with {code}"


def wait_until_ready(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 150
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        if "Ctrl-C stops everything" in log.read_text(errors="replace") and answers(port):
            return
        time.sleep(0.2)
    pytest.fail(f"./dev up did not come up:\n{log.read_text(errors='replace')[-4000:]}")


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def _logins() -> dict[str, Any]:
    """Sessions, by person: logging in is slow on purpose."""
    return {}


@pytest.fixture
def at_desk(plaza: int, chromium: Browser, _logins: dict[str, Any]) -> Iterator[Callable[..., Desk]]:
    """`at_desk("ana")`: a person logged in, at a browser of their own. Nothing may fail on their pages unseen."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def sit_down(who: str, **options: Any) -> Desk:
        options = {"viewport": {"width": 1366, "height": 768}, "locale": "es-AR", **options}
        context = chromium.new_context(base_url=f"http://localhost:{plaza}", storage_state=_logins.get(who), **options)
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        watch(page, troubles)
        if who not in _logins:
            log_in(page, who)
            _logins[who] = context.storage_state()
        return Desk(page)

    yield sit_down
    for context in contexts:
        context.close()
    assert troubles == []


def watch(page: Page, troubles: list[str]) -> None:
    page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
    page.on("console", lambda message: troubles.append(message.text) if "Content Security" in message.text else None)
    page.on(
        "response", lambda answer: troubles.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None
    )


def log_in(page: Page, who: str) -> None:
    domain = "otra.example" if who == "olga" else "plaza.example"
    page.goto("/accounts/login/")
    page.fill("input[name=login]", f"{who}@{domain}")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/inbox/**")


_people = iter(range(10_000))


@pytest.fixture
def phone(plaza: int) -> Phone:
    """The phone of a customer nobody knows yet."""
    number = next(_people)
    return Phone(f"http://127.0.0.1:{plaza + 1}", f"55119{70000000 + number}", f"Lia Prado {number:03}")
