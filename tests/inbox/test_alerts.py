"""What calls a member: the customer's words, unread, in what is theirs or nobody's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from inbox.actions.assign import assign
from inbox.actions.closure import close
from inbox.actions.read import mark_read
from inbox.actions.receive import receive
from inbox.models import Channel, Conversation
from tests.inbox.events import LIA, says
from workspaces import tenancy
from workspaces.models import Membership, User

pytestmark = pytest.mark.django_db

BrowserOf = Callable[[User], Client]


@pytest.fixture
def lia(ventas: Channel, ana: Membership, bruno: Membership) -> Conversation:
    with tenancy.enter(ventas.workspace):
        Membership.objects.update(created_at="2026-01-01T00:00Z")
        receive(ventas, [says("Oi, tem <42>?", by=LIA, minute=n) for n in range(2)])
        return Conversation.objects.get()


@pytest.fixture
def calls(browser_of: BrowserOf, lia: Conversation) -> Callable[[Membership], str]:
    def asked_by(member: Membership, ids: str = "") -> str:
        path = f"/w/{lia.workspace.slug}/inbox/alerts/"
        return browser_of(member.user).get(path, {"ids": ids or str(lia.pk)}).content.decode()

    return asked_by


def test_what_nobody_has_taken_calls_everybody_with_its_words(
    calls: Callable[[Membership], str], ana: Membership, bruno: Membership, lia: Conversation
) -> None:
    for member in (ana, bruno):
        html = calls(member)
        assert f'data-alert="{lia.pk}"' in html
        assert 'data-count="2"' in html
        assert "&lt;42&gt;" in html
        assert f'data-path="/w/calzado-sur/conversations/{lia.pk}/"' in html


def test_what_is_assigned_calls_its_assignee_only(
    calls: Callable[[Membership], str], ana: Membership, bruno: Membership, lia: Conversation
) -> None:
    with tenancy.enter(lia.workspace):
        assign(lia, bruno, by=ana)
    assert "data-alert" not in calls(ana)
    assert "data-alert" in calls(bruno)


def test_what_one_has_read_or_closed_calls_nobody(
    calls: Callable[[Membership], str], ana: Membership, bruno: Membership, lia: Conversation
) -> None:
    with tenancy.enter(lia.workspace):
        mark_read(lia, by=ana)
    assert "data-alert" not in calls(ana)
    assert "data-alert" in calls(bruno)
    with tenancy.enter(lia.workspace):
        close(lia, by=ana)
    assert "data-alert" not in calls(bruno)


@pytest.mark.parametrize("ids", ["x", "-1", "1,,2", "9" * 30, "0"])
def test_ids_that_are_none_call_nobody(browser_of: BrowserOf, ana: Membership, lia: Conversation, ids: str) -> None:
    response = browser_of(ana.user).get("/w/calzado-sur/inbox/alerts/", {"ids": ids})
    assert response.status_code == 200
    assert str(lia.pk) in ids or b"data-alert" not in response.content


def test_another_workspaces_conversation_calls_nobody(
    browser_of: BrowserOf, olga: Membership, lia: Conversation
) -> None:
    response = browser_of(olga.user).get("/w/otra-tienda/inbox/alerts/", {"ids": str(lia.pk)})
    assert (response.status_code, b"data-alert" in response.content) == (200, False)
