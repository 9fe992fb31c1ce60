"""The page of the audit log: search, pages, export."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from workspaces import audit, spreadsheet, tenancy
from workspaces.hours import hours_of
from workspaces.models import AuditEntry, Membership, User, Workspace
from workspaces.pages import audit as audit_page

pytestmark = pytest.mark.django_db

BrowserOf = Callable[[User], Client]
ROOT = "/w/calzado-sur/settings"


@pytest.fixture
def page(ana: Membership, browser_of: BrowserOf) -> Client:
    """Ana's browser."""
    return browser_of(ana.user)


@pytest.fixture
def entries(ana: Membership, bruno: Membership, calzado: Workspace) -> None:
    with tenancy.enter(calzado):
        for n in range(120):
            audit.record("team.renamed" if n % 2 else "team.created", f"team:{n}", by=bruno if n % 3 else ana)


def test_it_pages_by_keyset_without_losing_or_doubling(page: Client, entries: None) -> None:
    seen: list[str] = []
    url, cursor = f"{ROOT}/audit/?subject=team:", ""
    for _ in range(5):
        context = page.get(f"{url}&before={cursor}").context
        seen += [entry.subject for entry, _, _ in context["entries"]]
        cursor = context["next_cursor"]
        if not cursor:
            break
    assert seen == [f"team:{n}" for n in reversed(range(120))]


def test_it_is_searched_by_who_what_and_of_what(
    page: Client, entries: None, ana: Membership, bruno: Membership
) -> None:
    def count(query: str) -> int:
        return len(page.get(f"{ROOT}/audit/?{query}").context["entries"])

    assert count(f"actor={ana.pk}") == 40
    assert count(f"actor={ana.pk}&verb=team.created") == 20
    assert count("subject=team:11") == 11  # team:11 and team:110 to team:119
    assert count("verb=member.left") == 0


def test_the_days_are_those_of_the_workspace_both_included(page: Client, ana: Membership, calzado: Workspace) -> None:
    with tenancy.enter(calzado):
        audit.record("team.created", "team:1", by=ana)
        today = AuditEntry.objects.get().at.astimezone(hours_of(None).zone).date()

    def count(**query: Any) -> int:
        return len(page.get(f"{ROOT}/audit/", query).context["entries"])

    assert count(since=today, until=today) == 1
    assert count(since=today + timedelta(days=1)) == count(until=today - timedelta(days=1)) == 0


@pytest.mark.parametrize("query", ["before=x", "before=YWJj", "before=MjAyNi0xMS0yMCwx" + "9" * 40])
def test_a_cursor_nobody_made_is_a_bad_request(page: Client, query: str) -> None:
    assert page.get(f"{ROOT}/audit/?{query}").status_code == 400


@pytest.mark.parametrize("query", ["since=x", "actor=999999", "until=9999-99-99", "verb=nonsense"])
def test_a_search_that_makes_no_sense_is_said(page: Client, query: str) -> None:
    assert page.get(f"{ROOT}/audit/?{query}").status_code == 422


def test_what_the_search_finds_is_exported_whole_and_logged(
    page: Client, entries: None, monkeypatch: pytest.MonkeyPatch, calzado: Workspace
) -> None:
    monkeypatch.setattr(audit_page, "CHUNK", 7)
    response = page.post(f"{ROOT}/audit/export/", {"verb": "team.created"})
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]  # a streaming response
    assert "attachment" in response["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(text.removeprefix(spreadsheet.BOM))))
    assert [row[3] for row in rows[1:]] == [f"team:{n}" for n in reversed(range(0, 120, 2))]
    assert not tenancy.is_entered()
    with tenancy.enter(calzado):
        assert AuditEntry.objects.get(verb="audit.exported").data == {"search": {"verb": "team.created"}}


def test_the_export_holds_nothing_of_another_workspace(page: Client, olga: Membership) -> None:
    with tenancy.enter(olga.workspace):
        audit.record("team.created", "team:secret", by=olga)
    response = page.post(f"{ROOT}/audit/export/")
    assert b"secret" not in b"".join(response.streaming_content)  # type: ignore[attr-defined]


def test_a_get_exports_nothing(page: Client) -> None:
    assert page.get(f"{ROOT}/audit/export/").status_code == 405


@pytest.mark.parametrize("text", ["=1+1", "+54 9", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_runs_as_a_formula(text: str) -> None:
    written = "".join(spreadsheet.lines([[text, "plain"]])).removeprefix(spreadsheet.BOM)
    assert next(csv.reader(io.StringIO(written, newline=""))) == [f"'{text}", "plain"]
