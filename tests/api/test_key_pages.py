"""The settings' page of API keys: who may, what is shown once, what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.api.conftest import Program, key_of
from tests.conftest import count_queries, make_user, member_of
from workspaces import tenancy
from workspaces.api.scopes import SCOPES
from workspaces.models import ApiKey, AuditEntry, Membership, Role, User, Workspace
from workspaces.permissions import Capability, allows

pytestmark = pytest.mark.django_db

BrowserOf = Callable[[User], Client]
PAGE = "/w/calzado-sur/settings/api-keys/"
PLAN: dict[str, Any] = {"name": "Tienda", "lifetime": "", "scopes": ["contacts.read", "contacts.edit"]}


@pytest.fixture
def page(ana: Membership, browser_of: BrowserOf) -> Client:
    return browser_of(ana.user)


def token_in(html: str) -> str:
    found = re.search(r"plaza_[0-9a-f]{12}_[\w-]{43}", html)
    assert found is not None
    return found[0]


def test_a_key_is_made_shown_once_and_works(page: Client, calzado: Workspace) -> None:
    response = page.post(PAGE, PLAN)
    assert response.status_code == 201
    assert "no-store" in response.headers["Cache-Control"]
    token = token_in(response.content.decode())
    assert Program(token).get("contacts").status_code == 200
    again = page.get(PAGE).content.decode()
    assert "Tienda" in again
    assert token.rpartition("_")[2] not in again
    with tenancy.enter(calzado):
        key = ApiKey.objects.get()
        assert (key.name, key.scopes, key.expires_at) == ("Tienda", ["contacts.edit", "contacts.read"], None)
        assert [entry.verb for entry in AuditEntry.objects.all()] == ["api_key.created"]


def test_a_lifetime_is_a_day_count_from_now(page: Client, calzado: Workspace) -> None:
    page.post(PAGE, {**PLAN, "lifetime": "90"})
    with tenancy.enter(calzado):
        expires = ApiKey.objects.get().expires_at
    assert expires is not None
    assert abs(expires - timezone.now() - timedelta(days=90)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 81},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"scopes": ["ownership.transfer"]},
        {"lifetime": "7000"},
        {"name": "a\x00b"},
    ],
)
def test_what_is_no_key_is_refused_and_what_was_typed_stays(
    page: Client, calzado: Workspace, wrong: dict[str, Any]
) -> None:
    response = page.post(PAGE, {**PLAN, **wrong})
    assert response.status_code == 422
    assert 'class="errorlist' in response.content.decode() or "lifetime" in wrong
    if "scopes" not in wrong:
        assert 'value="contacts.edit" checked' in response.content.decode()
    with tenancy.enter(calzado):
        assert not ApiKey.objects.exists()


def test_a_revoked_key_stays_in_the_list_and_opens_nothing(page: Client, ana: Membership) -> None:
    key, token = key_of(ana)
    response = page.delete(f"{PAGE}{key.pk}/")
    html = response.content.decode()
    assert response.status_code == 200
    assert f'id="api-key-{key.pk}"' in html
    assert "hx-delete" not in html
    assert Program(token).get("workspace").status_code == 401
    assert f'id="api-key-{key.pk}"' in page.get(PAGE).content.decode()


def test_a_key_whose_member_left_says_so(page: Client, bruno: Membership, calzado: Workspace) -> None:
    key_of(bruno)
    assert "Detenida" not in page.get(PAGE).content.decode()
    with tenancy.enter(calzado):
        Membership.objects.filter(pk=bruno.pk).update(is_active=False)
    assert "Detenida" in page.get(PAGE).content.decode()


def test_the_page_says_when_there_are_none(page: Client) -> None:
    assert "Todavía no hay claves" in page.get(PAGE).content.decode()


@pytest.mark.parametrize("role", Role)
def test_only_who_manages_keys_sees_makes_and_revokes_them(
    calzado: Workspace, ana: Membership, browser_of: BrowserOf, role: Role
) -> None:
    key, _ = key_of(ana)
    browser = browser_of(member_of(calzado, make_user(role, f"{role}@plaza.example"), role).user)
    may = allows(role, Capability.API_KEYS_MANAGE)
    assert browser.get(PAGE).status_code == (200 if may else 403)
    assert browser.post(PAGE, PLAN).status_code == (201 if may else 403)
    assert browser.delete(f"{PAGE}{key.pk}/").status_code == (200 if may else 403)


def test_another_workspaces_key_cannot_be_revoked(ana: Membership, olga: Membership, browser_of: BrowserOf) -> None:
    key, token = key_of(ana)
    response = browser_of(olga.user).delete(f"/w/otra-tienda/settings/api-keys/{key.pk}/")
    assert response.status_code == 404
    assert Program(token).get("workspace").status_code == 200


def test_the_list_costs_the_same_however_many_keys(page: Client, ana: Membership) -> None:
    key_of(ana)
    few = count_queries(lambda: page.get(PAGE))
    for _ in range(5):
        key_of(ana)
    assert count_queries(lambda: page.get(PAGE)) == few


def test_every_scope_can_be_chosen_in_words(page: Client) -> None:
    html = page.get(PAGE).content.decode()
    assert all(f'value="{scope}"' in html for scope in SCOPES)
