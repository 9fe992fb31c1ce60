"""A PostgreSQL URL as Django's settings."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.env import database


def read(monkeypatch: pytest.MonkeyPatch, url: str, pool: int = 0) -> dict[str, Any]:
    monkeypatch.setenv("A_DATABASE", url)
    return database("A_DATABASE", pool=pool)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("postgresql://app:pw@db:5433/plaza", ("plaza", "app", "pw", "db", "5433")),
        ("postgres://app@db/plaza", ("plaza", "app", "", "db", "")),
        ("postgresql://app@/plaza?host=/tmp/plaza-x", ("plaza", "app", "", "/tmp/plaza-x", "")),
        ("postgresql://app@/plaza?host=/tmp/a%20b&port=5433", ("plaza", "app", "", "/tmp/a b", "5433")),
        ("postgresql://a%40b:p%3A%2F%40%25@db/pl%61za", ("plaza", "a@b", "p:/@%", "db", "")),
        ("postgresql://app@db/plaza?host=other", ("plaza", "app", "", "other", "")),
        ("postgresql://app@[::1]:5432/plaza", ("plaza", "app", "", "::1", "5432")),
        ("postgresql://", ("", "", "", "", "")),
    ],
)
def test_its_parts(monkeypatch: pytest.MonkeyPatch, url: str, found: tuple[str, ...]) -> None:
    settings = read(monkeypatch, url)
    assert tuple(settings[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")) == found
    assert settings["ENGINE"] == "workspaces.postgres"


def test_what_else_it_says_goes_to_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    options = read(monkeypatch, "postgresql://app@db/plaza?sslmode=require&connect_timeout=9")["OPTIONS"]
    assert (options["sslmode"], options["connect_timeout"]) == ("require", "9")


def test_no_statement_and_no_lock_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    options = read(monkeypatch, "postgresql://app@db/plaza")["OPTIONS"]
    assert options["connect_timeout"] == "5"
    for limit in ("statement_timeout=15s", "lock_timeout=5s", "idle_in_transaction_session_timeout=60s"):
        assert limit in options["options"]


@pytest.mark.parametrize(("pool", "there"), [(0, False), (1, True), (8, True)])
def test_a_pool_of_so_many(monkeypatch: pytest.MonkeyPatch, pool: int, there: bool) -> None:
    options = read(monkeypatch, "postgresql://app@db/plaza", pool)["OPTIONS"]
    assert ("pool" in options) is there
    if there:
        assert (options["pool"]["min_size"], options["pool"]["max_size"]) == (0, pool)
        assert options["pool"]["timeout"] <= 10


@pytest.mark.parametrize("url", ["", "plaza", "mysql://a@b/c", "http://db/plaza", "sqlite://"])
def test_another_scheme_is_named(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="A_DATABASE must be a postgresql:// URL"):
        read(monkeypatch, url)


def test_one_that_is_not_said_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("A_DATABASE", raising=False)
    with pytest.raises(ImproperlyConfigured, match="A_DATABASE"):
        database("A_DATABASE", pool=0)
