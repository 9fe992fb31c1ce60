"""The operator's pages: what they show, to whom, and that they only look."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.test import Client

from channels_meta.models import WebhookBody, WebhookPart
from config import urls  # registers the pages
from workspaces import tenancy
from workspaces.models import EventRow, Membership, User, Workspace

BrowserOf = Callable[[User], Client]
State = WebhookPart.State
assert urls.urlpatterns
PAGES = sorted(f"/operator/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry)

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(browser_of: BrowserOf, zoe: User) -> Client:
    """Zoe runs the machine; she belongs to no workspace."""
    call_command("staff", "Zoe@afuera.example", verbosity=0)
    return browser_of(zoe)


@pytest.fixture
def dead_event(calzado: Workspace, ana: Membership) -> EventRow:
    with tenancy.enter(calzado):
        return EventRow.objects.create(
            listener="crm.listeners.record_activity", kind="message.received", subject="conversation:1",
            payload={"text": "secreto del cliente"}, state=EventRow.State.DEAD, run_at="2026-01-01T00:00:00Z",
            attempts=6, error="KeyError: 'contact'",
        )  # fmt: skip


@pytest.fixture
def dead_part() -> WebhookPart:
    body = WebhookBody.objects.create(platform="whatsapp", body=b"{}", size=2)
    return WebhookPart.objects.create(
        body=body, platform="whatsapp", account_key="1", lane="chat", state=State.DEAD, payload=b"secreto", error="NUL"
    )


class TestWhoSeesThem:
    def test_staff(self, operator: Client) -> None:
        assert operator.get("/operator/").status_code == 200

    @pytest.mark.parametrize("path", ["/operator/", "/operator/health/", *PAGES])
    def test_not_the_owner_of_a_workspace(self, path: str, ana: Membership, browser_of: BrowserOf) -> None:
        answer = browser_of(ana.user).get(path, follow=True)
        assert answer.status_code == 404

    @pytest.mark.parametrize("path", ["/operator/", *PAGES])
    def test_not_who_is_not_logged_in(self, path: str) -> None:
        answer = Client().get(path, follow=True)
        assert answer.redirect_chain[-1][0].startswith("/accounts/login/?next=")
        assert path.strip("/").split("/")[0] in answer.redirect_chain[-1][0]

    def test_not_a_dismissed_operator(self, operator: Client) -> None:
        call_command("staff", "zoe@afuera.example", remove=True, verbosity=0)
        assert operator.get("/operator/", follow=True).status_code == 404

    def test_nobody_unknown_becomes_one(self) -> None:
        with pytest.raises(CommandError, match="no person"):
            call_command("staff", "nobody@plaza.example")


@pytest.mark.parametrize("path", PAGES)
class TestEveryPage:
    def test_is_drawn_also_with_rows(
        self, path: str, operator: Client, dead_event: EventRow, dead_part: WebhookPart
    ) -> None:
        answer = operator.get(path)
        assert answer.status_code == 200
        assert b"result_list" in answer.content

    def test_can_be_searched_and_filtered_by_its_own_links(
        self, path: str, operator: Client, dead_event: EventRow, dead_part: WebhookPart
    ) -> None:
        links = re.findall(r'href="(\?[^"]+)"', operator.get(path).content.decode())
        for link in links[:12]:
            assert operator.get(path + link.replace("&amp;", "&")).status_code == 200

    def test_adds_nothing(self, path: str, operator: Client) -> None:
        assert operator.get(f"{path}add/").status_code == 403
        assert operator.post(f"{path}add/", {"name": "x"}).status_code == 403

    def test_needs_nothing_inline(
        self, path: str, operator: Client, dead_event: EventRow, dead_part: WebhookPart
    ) -> None:
        answer = operator.get(path)
        html = answer.content.decode()
        assert "unsafe-inline" not in answer["Content-Security-Policy"]
        assert not re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", html)
        assert not re.findall(r"\son[a-z]+=|<style|\sstyle=", html)


class TestARow:
    def test_of_a_tenant_is_shown_and_not_changed(self, operator: Client, dead_event: EventRow) -> None:
        path = f"/operator/workspaces/eventrow/{dead_event.pk}/change/"
        page = operator.get(path).content.decode()
        assert "KeyError" in page
        assert "secreto" not in page
        assert operator.post(path, {"error": "x"}).status_code == 403
        assert operator.post(path.replace("change", "delete"), {"post": "yes"}).status_code == 403

    def test_of_a_webhook_shows_no_body(self, operator: Client, dead_part: WebhookPart) -> None:
        page = operator.get(f"/operator/channels_meta/webhookpart/{dead_part.pk}/change/").content.decode()
        assert "NUL" in page
        assert "secreto" not in page

    def test_of_a_person_shows_no_password(self, operator: Client, ana: Membership) -> None:
        page = operator.get(f"/operator/workspaces/user/{ana.user_id}/change/").content.decode()
        assert "ana@plaza.example" in page
        assert "password" not in page.replace("password_change", "")


class TestReplaying:
    def act(self, operator: Client, path: str, *ids: int) -> Any:
        return operator.post(path, {"action": "replay", "_selected_action": [str(pk) for pk in ids]}, follow=True)

    def test_a_dead_event_waits_again(self, operator: Client, dead_event: EventRow, calzado: Workspace) -> None:
        answer = self.act(operator, "/operator/workspaces/eventrow/", dead_event.pk)
        assert answer.status_code == 200
        assert "messagelist" in answer.content.decode()
        with tenancy.enter(calzado):
            row = EventRow.objects.get()
        assert (row.state, row.attempts) == (EventRow.State.PENDING, 0)

    def test_a_dead_part_waits_again(self, operator: Client, dead_part: WebhookPart) -> None:
        self.act(operator, "/operator/channels_meta/webhookpart/", dead_part.pk)
        dead_part.refresh_from_db()
        assert dead_part.state == State.PENDING

    def test_what_is_done_is_not_listed_and_not_replayed(self, operator: Client, dead_part: WebhookPart) -> None:
        WebhookPart.objects.update(state=State.DONE)
        self.act(operator, "/operator/channels_meta/webhookpart/", dead_part.pk)
        dead_part.refresh_from_db()
        assert dead_part.state == State.DONE

    def test_needs_to_be_staff(self, ana: Membership, browser_of: BrowserOf, dead_part: WebhookPart) -> None:
        self.act(browser_of(ana.user), "/operator/channels_meta/webhookpart/", dead_part.pk)
        dead_part.refresh_from_db()
        assert dead_part.state == State.DEAD


def test_health_tells_what_waits(operator: Client, dead_part: WebhookPart) -> None:
    page = operator.get("/operator/health/").content.decode()
    assert re.search(r"Dead letters that nobody replayed yet</th><td></td><td>1<", page)
    assert re.search(r"Webhook parts that wait</th><td>chat</td><td>0<", page)


def test_only_our_own_rows_are_there() -> None:
    assert {model._meta.app_label for model in admin.site._registry} == {"workspaces", "channels_meta"}
    assert len(PAGES) == 5
