"""Live frames on a real Valkey, heard as a socket hears them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from channels.layers import get_channel_layer
from django.conf import settings as django_settings
from django.db import transaction
from django.utils.translation import get_language

from workspaces import live, tenancy
from workspaces.live import Fragment, Nudge
from workspaces.models import Workspace

Hear = Callable[[], list[tuple[str, Any]]]


@pytest.fixture
def listening(calzado: Workspace) -> Iterator[Callable[..., Hear]]:
    """Subscribes to groups of Calzado Sur and answers what they heard: (stream and language, body)."""
    client: Any = redis.Redis.from_url(django_settings.REDIS_URL)
    pubsub = client.pubsub(ignore_subscribe_messages=True)
    layer: Any = get_channel_layer()

    def hear() -> list[tuple[str, Any]]:
        heard = []
        while (message := pubsub.get_message(timeout=0.3)) is not None:
            group = message["channel"].decode().split(f"w{calzado.pk}.")[1]
            heard.append((group, json.loads(layer.deserialize(message["data"])["text"])))
        return heard

    def subscribe(*names: str) -> Hear:
        for name in names:
            stream, language = name.rsplit(".", 1)
            pubsub.subscribe(f"{django_settings.CHANNEL_PREFIX}__group__{live.group(calzado.pk, stream, language)}")
        for _ in names:
            pubsub.get_message(timeout=1)  # the confirmations
        return hear

    yield subscribe
    pubsub.close()
    client.close()


@pytest.mark.django_db(transaction=False)
class TestPublishing:
    @pytest.fixture(autouse=True)
    def _on_commit(self, django_capture_on_commit_callbacks: Any) -> None:
        self.committing = django_capture_on_commit_callbacks

    def test_a_fragment_is_drawn_once_per_language_that_somebody_listens_to(
        self, inside: Workspace, listening: Callable[..., Hear]
    ) -> None:
        hear = listening("conversation-1.es", "conversation-1.pt-br")
        drawn: list[str] = []

        def draw() -> str:
            drawn.append(str(get_language()))
            return f"<p>{get_language()}</p>"

        with self.committing(execute=True):
            live.publish(Fragment("conversation-1", draw))
        assert drawn == ["es", "pt-br"]
        assert sorted(hear()) == [
            ("conversation-1.es", {"html": "<p>es</p>"}),
            ("conversation-1.pt-br", {"html": "<p>pt-br</p>"}),
        ]

    def test_a_nudge_holds_ids_only(self, inside: Workspace, listening: Callable[..., Hear]) -> None:
        hear = listening("inbox.en")
        with self.committing(execute=True):
            live.publish(Nudge("inbox", (1, 2)), Nudge("inbox", word="catch_up"))
        assert hear() == [("inbox.en", {"nudge": [1, 2]}), ("inbox.en", {"catch_up": True})]

    def test_nobody_of_another_workspace_hears_it(
        self, calzado: Workspace, otra: Workspace, listening: Callable[..., Hear]
    ) -> None:
        hear = listening("inbox.es")
        with self.committing(execute=True), tenancy.enter(otra):
            live.publish(Nudge("inbox", (1,)))
        assert hear() == []

    def test_nothing_is_drawn_where_nobody_listens(self, inside: Workspace) -> None:
        def draw() -> str:
            raise AssertionError("drawn for nobody")

        with self.committing(execute=True):
            live.publish(Fragment("conversation-77", draw))

    def test_what_is_rolled_back_is_not_told(self, inside: Workspace, listening: Callable[..., Hear]) -> None:
        hear = listening("inbox.es")
        with self.committing(execute=True), pytest.raises(ZeroDivisionError), transaction.atomic():
            live.publish(Nudge("inbox", (1,)))
            raise ZeroDivisionError
        assert hear() == []

    def test_without_redis_the_action_goes_on(self, inside: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
        gone = redis.Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2)
        monkeypatch.setattr(live, "_redis", lambda: gone)
        monkeypatch.setattr(live._Line, "dead_until", 0.0)
        with self.committing(execute=True) as callbacks:
            live.publish(Nudge("inbox", (1,)))
        assert len(callbacks) == 1
        assert live._Line.dead_until > 0
        monkeypatch.setattr(live._Line, "dead_until", 0.0)
