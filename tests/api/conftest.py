"""Programs at the API's door, and a workspace with something of everything in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any, cast

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from inbox.actions.receive import receive
from inbox.models import Channel, Conversation
from tests.inbox.events import LIA, RUI, says
from workspaces import tenancy
from workspaces.actions import api_keys
from workspaces.api import limits
from workspaces.models import ApiKey, Membership
from workspaces.permissions import Capability

ROOT = "/api/v1"
EVERYTHING = frozenset(Capability)


class Program:
    """A client that presents one token, and speaks JSON."""

    def __init__(self, token: str = "") -> None:
        self.client = Client(raise_request_exception=True)
        self.always: dict[str, str] = {"Authorization": f"Bearer {token}"} if token else {}

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kind = named.pop("Content-Type", "application/json" if data else "")
        address = path if path.startswith("/") else f"{ROOT}/{path}"
        said: Any = {"Accept-Language": "en", **self.always, **named}
        return cast("HttpResponse", self.client.generic(method, address, data, kind, headers=said))

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.ask("POST", path, body, **headers)

    def results(self, path: str) -> list[dict[str, Any]]:
        response = self.get(path)
        assert response.status_code == 200, response.content
        return list(response.json()["results"])  # type: ignore[attr-defined]


def key_of(member: Membership, scopes: Collection[Capability] = EVERYTHING, **fields: Any) -> tuple[ApiKey, str]:
    with tenancy.enter(member.workspace):
        return api_keys.create(api_keys.Plan("Shop", scopes, **fields), by=member)


def program_of(member: Membership, scopes: Collection[Capability] = EVERYTHING) -> Program:
    return Program(key_of(member, scopes)[1])


def code_of(response: HttpResponse) -> str:
    assert response.headers["Content-Type"] == "application/problem+json"
    told = response.json()  # type: ignore[attr-defined]
    assert told["status"] == response.status_code
    assert {"type", "title", "detail"} <= told.keys()
    return str(told["code"])


@pytest.fixture(autouse=True)
def _empty_buckets(settings: Any) -> None:
    """Each test with a bucket of its own: ids begin anew with each test database."""
    limits._client(settings.REDIS_URL).flushdb()


@pytest.fixture
def api(ana: Membership) -> Program:
    """Ana's key, with every scope; Ana is an admin."""
    return program_of(ana)


@pytest.fixture
def theirs(olga: Membership) -> Program:
    """Another workspace's key, of its owner, with every scope."""
    return program_of(olga)


@pytest.fixture
def outsider() -> Program:
    """A program without a key."""
    return Program()


@pytest.fixture
def lia(ventas: Channel, ana: Membership) -> Conversation:
    """Two customers wrote; Lia's conversation, her window open."""
    with tenancy.enter(ventas.workspace):
        receive(ventas, [says("Oi", by=RUI, name="in-rui")])
        receive(ventas, [says("Olá, vocês têm tênis 42?", by=LIA, name="in-lia", minute=1)])
        Conversation.objects.update(window_from=timezone.now())
        return Conversation.objects.select_related("contact", "identity", "channel").get(contact__name="Lia Prado")


Made = Callable[[], object]
