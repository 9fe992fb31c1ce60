"""What a person sees while the database is away, and that nothing else hides behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import IntegrityError, InterfaceError, OperationalError
from django.test import Client, RequestFactory

from config import errors, outage
from workspaces.models import Membership

BrowserOf = Callable[[Any], Client]


class Stopped(psycopg.OperationalError):
    sqlstate = "57P01"


class TooLong(psycopg.errors.QueryCanceled):
    sqlstate = "57014"


def raised(cause: Exception | None, kind: type[Exception] = OperationalError) -> Exception:
    """As Django hands a driver's error on."""
    try:
        raise kind("no") from cause
    except kind as error:
        return error


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (raised(None), True),
        (raised(psycopg.OperationalError("refused")), True),
        (raised(Stopped()), True),
        (raised(psycopg.errors.ConnectionFailure()), True),
        (raised(psycopg.errors.TooManyConnections()), True),
        (raised(psycopg.InterfaceError("closed"), InterfaceError), True),
        (raised(TooLong()), False),
        (raised(psycopg.errors.LockNotAvailable()), False),
        (raised(psycopg.errors.DeadlockDetected()), False),
        (raised(None, IntegrityError), False),
        (ValueError(), False),
        (None, False),
    ],
    ids=str,
)
def test_only_a_database_that_cannot_be_reached_is_away(error: Exception | None, away: bool) -> None:
    assert outage.is_away(error) is away


@pytest.fixture
def cut_off(ana: Membership, browser_of: BrowserOf, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Ana was logged in when the database went away."""
    client = browser_of(ana.user)
    monkeypatch.setattr(SessionStore, "load", failing(raised(psycopg.OperationalError("refused"))))
    return client


def failing(error: Exception) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    return fail


def says_so(answer: Any) -> None:
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "503" in answer.content.decode()
    assert "script-src" in answer["Content-Security-Policy"]


def test_a_page_says_that_plaza_is_away(cut_off: Client) -> None:
    says_so(cut_off.get("/w/calzado-sur/inbox/"))


def test_in_the_language_of_the_browser(cut_off: Client) -> None:
    answer = cut_off.get("/w/calzado-sur/inbox/", headers={"Accept-Language": "pt-BR"})
    assert 'lang="pt-br"' in answer.content.decode()


@pytest.mark.parametrize(("cause", "status"), [(Stopped(), 503), (TooLong(), 500)])
def test_it_goes_away_in_the_middle_of_a_page(
    ana: Membership, browser_of: BrowserOf, monkeypatch: pytest.MonkeyPatch, cause: Exception, status: int
) -> None:
    monkeypatch.setattr("workspaces.models.Membership.objects.select_related", failing(raised(cause)))
    client = browser_of(ana.user)
    client.raise_request_exception = False
    assert client.get("/w/calzado-sur/inbox/").status_code == status


def test_logging_in_says_so_too(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allauth.account.forms.LoginForm.clean", failing(raised(Stopped())))
    says_so(Client().post("/accounts/login/", {"login": "ana@plaza.example", "password": "x"}))


def test_a_fault_of_ours_stays_a_500(rf: RequestFactory) -> None:
    try:
        raise raised(TooLong())
    except OperationalError:
        assert errors.server_error(rf.get("/")).status_code == 500


def test_with_a_broken_connection_between_the_middlewares(rf: RequestFactory) -> None:
    try:
        raise raised(Stopped())
    except OperationalError:
        says = errors.server_error(rf.get("/"))
    assert (says.status_code, says["Retry-After"]) == (503, "5")


def test_what_the_driver_says_of_a_server_that_is_not_there_counts_as_away() -> None:
    with pytest.raises(psycopg.OperationalError) as caught:
        psycopg.connect("postgresql:///x?host=/nonexistent")
    assert outage.is_away(raised(caught.value))
