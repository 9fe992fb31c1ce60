from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from inbox.actions.connect import Account, connect
from inbox.actions.receive import receive
from inbox.models import Channel, Conversation
from inbox.port import adapters
from tests import platform as platforms
from tests.inbox import pigeon as pigeons
from tests.inbox.events import LIA, says
from tests.platform import Platform
from workspaces.models import Workspace

ACCOUNT = "110000000000009"
PHONE = "5511955501234"


@pytest.fixture(scope="session")
def _platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with platforms.running(tmp_path_factory.mktemp("platform")) as platform:
        yield platform


@pytest.fixture
def platform(_platform: Platform, settings: Any) -> Platform:
    """The platform without a history, answering as it should; its webhooks are not delivered."""
    settings.GRAPH_URL = _platform.url
    _platform.control("reset", {})
    _platform.knobs(paused=True, window_enforced=False)
    return _platform


@pytest.fixture
def conversation(ventas: Channel, inside: Workspace, platform: Platform) -> Conversation:
    """Lia has just written to Calzado Sur."""

    ventas.secrets = {"token": "sandbox-token"}
    ventas.save()
    fresh = says("Olá, vocês têm tênis 42?", by=LIA, name="wamid.IN1")
    receive(ventas, [replace(fresh, at=timezone.now().replace(microsecond=0))])
    return Conversation.objects.select_related("channel", "contact", "identity").get()


@pytest.fixture
def pigeon(settings: Any) -> Iterator[pigeons.Pigeon]:
    """A second kind of channel, whose answers the test decides."""
    settings.CHANNEL_ADAPTERS = [*settings.CHANNEL_ADAPTERS, "tests.inbox.pigeon.adapter"]
    adapters.cache_clear()
    pigeons.adapter.reset()
    yield pigeons.adapter
    adapters.cache_clear()


@pytest.fixture
def coop(pigeon: pigeons.Pigeon, inside: Workspace) -> Channel:
    """Calzado Sur's pigeons."""
    return connect(Account(pigeons.KIND, "coop-1", "flock-1", "Palomar", {"ring": "blue"}))


@pytest.fixture
def flown(coop: Channel) -> Conversation:
    """Lia has just written to Calzado Sur by pigeon."""
    fresh = says("Olá por pombo", by=LIA, name="pg.1")
    receive(coop, [replace(fresh, at=timezone.now().replace(microsecond=0))])
    return Conversation.objects.select_related("channel", "contact", "identity").get()
