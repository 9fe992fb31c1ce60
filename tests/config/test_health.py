"""`/healthz` says that the process answers, `/readyz` that it can do its work."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from config import health


def test_alive_needs_no_database() -> None:
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
class TestReady:
    def test_with_every_migration_applied(self) -> None:
        answer = Client().get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ready"})

    def test_with_one_pending_it_is_not(self) -> None:
        newest = MigrationRecorder(connection).migration_qs.filter(app="channels_meta").order_by("-id").first()
        assert newest is not None
        newest.delete()
        answer = Client().get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"status": "migrations pending", "pending": 1})

    @pytest.mark.parametrize("path", ["/healthz", "/readyz"])
    def test_who_asks_needs_no_cookie_and_gets_none(self, path: str) -> None:
        answer = Client().get(path)
        assert not answer.cookies
        assert "Location" not in answer.headers


@pytest.mark.parametrize("fault", [OperationalError, InterfaceError, DatabaseError])
def test_without_a_database_it_says_so_and_nothing_of_it(
    monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    def fail(*_: Any) -> None:
        raise fault("password of plaza_app@10.0.0.1 refused")

    monkeypatch.setattr(health, "MigrationExecutor", fail)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "database unreachable"})
    assert b"10.0.0.1" not in answer.content
