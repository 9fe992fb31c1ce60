"""The sandbox knows the demo's customers, so an agent's answer reaches their phone."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from django.core.management import call_command

from channels_meta import demo, graph
from inbox.actions.deliver import deliver
from inbox.actions.send import Draft, send
from inbox.models import Conversation, State
from tests import platform as platforms
from tests.platform import Platform
from workspaces import tenancy
from workspaces.models import Membership, Workspace

SHOP = "sola-firme"


@pytest.fixture(scope="module")
def _platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with platforms.running(tmp_path_factory.mktemp("platform")) as platform:
        yield platform
        graph._client().close()
        graph._client.cache_clear()


@pytest.fixture
def platform(_platform: Platform, settings: Any) -> Platform:
    settings.GRAPH_URL, settings.SANDBOX = _platform.url, True
    _platform.control("reset", {})
    return _platform


@pytest.fixture
def shop(db: None, platform: Platform) -> Workspace:
    call_command("demo", "add", workspace=SHOP, verbosity=0)
    return Workspace.objects.get(slug=SHOP)


def numbers(platform: Platform) -> list[str]:
    return [account["phone_number_id"] for account in platform.control("accounts")["accounts"]]


def test_an_answer_in_an_open_window_is_taken(shop: Workspace, platform: Platform) -> None:
    with tenancy.enter(shop):
        member = Membership.objects.select_related("user").order_by("id")[0]
        rows = Conversation.objects.for_thread().filter(status="open").order_by("-window_from")
        for conversation in (rows[0], rows.filter(identity__reply_kind="scoped")[0]):
            message, _ = send(conversation, Draft("Oi!"), by=member, client_id=uuid.uuid4())
            deliver(conversation)
            message.refresh_from_db()
            assert message.state == State.ACCEPTED, message.failure


def test_the_first_number_stays_the_first(shop: Workspace, platform: Platform) -> None:
    assert numbers(platform) == ["110000000000009", "110000000000021", "110000000000022"]


def test_the_sandbox_refuses_where_the_window_is_closed(shop: Workspace, platform: Platform) -> None:
    customers = platform.control("customers")["customers"]
    assert len(customers) == 60
    with tenancy.enter(shop):
        old = Conversation.objects.for_thread().order_by("window_from")[0]
        body = {"messaging_product": "whatsapp", "to": old.identity.reply_value, "text": {"body": "Oi"}}
    headers = {"Authorization": "Bearer sola-firme-token"}
    answer = httpx.post(f"{platform.url}/v25.0/{old.channel.account_key}/messages", json=body, headers=headers)
    assert answer.json()["error"]["code"] == 131047


def test_introducing_twice_changes_nothing(shop: Workspace, platform: Platform) -> None:
    demo.introduce([SHOP])
    assert len(numbers(platform)) == 3
    assert len(platform.control("customers")["customers"]) == 60


def test_a_sandbox_that_is_away_only_makes_the_demo_mute(
    db: None, settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings.GRAPH_URL, settings.SANDBOX = "http://127.0.0.1:9", True
    monkeypatch.setattr(demo, "PATIENCE_SECONDS", 0.0)
    call_command("demo", "add", workspace=SHOP, verbosity=0)
    assert "the sandbox does not know" in caplog.text
    with tenancy.enter(Workspace.objects.get(slug=SHOP)):
        assert Conversation.objects.count() == 120


def test_without_a_sandbox_nobody_is_called(settings: Any) -> None:
    settings.SANDBOX, settings.GRAPH_URL = False, "http://127.0.0.1:9"
    demo.introduce([SHOP])


class TestTheControl:
    def test_takes_a_list_of_chats(self, platform: Platform) -> None:
        chat = {"from": "5511955501234", "name": "Lia", "seconds_ago": 60}
        assert platform.control("chats", {"chats": [chat, chat]}) == {"chats": 2}
        assert [one["name"] for one in platform.control("customers")["customers"]] == ["Lia"]

    @pytest.mark.parametrize("body", [{}, {"chats": "x"}, {"chats": ["x"]}, {"chats": [{"seconds_ago": 1}]}])
    def test_refuses_what_is_none(self, platform: Platform, body: dict[str, Any]) -> None:
        answer = httpx.post(f"{platform.url}/control/chats", json=body)
        assert (answer.status_code, "error" in answer.json()) == (422, True)
