"""The sandbox's own settings: from the environment, the first of several secrets, defaults that fit ./dev."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from channels_meta.sandbox.settings import from_environment

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in re.findall(r"\"([A-Z_]+)\"", (ROOT / "channels_meta/sandbox/settings.py").read_text()):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("META_APP_SECRET", "secret")
    monkeypatch.setenv("META_VERIFY_TOKEN", "verify")
    return monkeypatch


def test_the_defaults() -> None:
    found = from_environment()
    assert (found.app_secret, found.verify_token) == ("secret", "verify")
    assert found.webhook_url == "http://127.0.0.1:8000/webhooks/whatsapp/"
    assert (found.host, found.port, found.smtp_port) == ("127.0.0.1", 8001, 8002)
    assert found.state == Path("var/sandbox.sqlite3")


@pytest.mark.parametrize(
    ("given", "first"), [("one", "one"), ("one,two", "one"), (" one , two ", "one"), ("one,", "one")]
)
def test_of_several_the_first_signs(environment: pytest.MonkeyPatch, given: str, first: str) -> None:
    """The door takes any of them while they are rotated."""
    environment.setenv("META_APP_SECRET", given)
    environment.setenv("META_VERIFY_TOKEN", given)
    found = from_environment()
    assert (found.app_secret, found.verify_token) == (first, first)


@pytest.mark.parametrize(
    ("name", "value", "field", "read"),
    [
        ("SANDBOX_HOST", "10.0.0.5", "host", "10.0.0.5"),
        ("SANDBOX_PORT", "9001", "port", 9001),
        ("SANDBOX_SMTP_PORT", "9002", "smtp_port", 9002),
        ("SANDBOX_STATE", "/x/y.sqlite", "state", Path("/x/y.sqlite")),
        ("PLAZA_VAR", "/x", "state", Path("/x/sandbox.sqlite3")),
        ("SANDBOX_WEBHOOK_URL", "https://a.example/hook", "webhook_url", "https://a.example/hook"),
    ],
)
def test_each_may_be_set(environment: pytest.MonkeyPatch, name: str, value: str, field: str, read: object) -> None:
    environment.setenv(name, value)
    assert getattr(from_environment(), field) == read


@pytest.mark.parametrize("name", ["META_APP_SECRET", "META_VERIFY_TOKEN"])
def test_what_is_missing_is_named(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.delenv(name)
    with pytest.raises(KeyError, match=name):
        from_environment()
