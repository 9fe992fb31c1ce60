"""How long raw bodies are kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from channels_meta import retention
from channels_meta.models import WebhookBody, WebhookPart
from channels_meta.retention import forget_old_bodies
from inbox.models import Channel
from tests.channels_meta.arrivals import State, arrive, drain_both, letters
from tests.channels_meta.poison import NUMBER, body_of, change, message, whole
from workspaces import doorbell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorbell, "ring", lambda *_: True)


def age(days: float) -> None:
    with connection.cursor() as cursor:
        for table in ("channels_meta_webhookbody", "channels_meta_webhookpart"):
            cursor.execute(f"UPDATE {table} SET received_at = now() - make_interval(secs => %s)", [days * 86_400])


def test_what_is_done_goes_after_its_days(ventas: Channel, settings: Any) -> None:
    settings.WEBHOOK_RETENTION_DAYS = 7
    arrive(whole([message(1)]), whole([message(2)]))
    drain_both()
    age(6.9)
    assert forget_old_bodies() == 0
    age(7.1)
    arrive(whole([message(3)]))
    drain_both()
    assert forget_old_bodies() == 2
    assert WebhookBody.objects.count() == WebhookPart.objects.count() == 1


def test_what_is_not_done_stays(ventas: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    arrive(body_of(change("999", messages=[message(1)])))
    drain_both("999")
    arrive(body_of(change(messages=[message(2)]), change("999", messages=[message(3)])))
    drain_both("999")
    arrive(whole([message(n) for n in (4, 5)]), whole([message(6)]))
    age(31)
    drain_both()
    arrive(whole([message(7)]))
    age(31)
    assert forget_old_bodies() == 2
    states = dict.fromkeys(WebhookPart.objects.values_list("state", flat=True))
    assert set(states) == {State.UNROUTED, State.PENDING}
    assert WebhookBody.objects.count() == 3


def test_a_dead_letter_outlives_its_body(ventas: Channel) -> None:
    arrive(whole([message(1), {"id": "wamid.2"}]), b"{oops")
    drain_both()
    drain_both("")
    age(31)
    assert forget_old_bodies() == 2
    found = letters()
    assert [letter.account_key for letter in found] == ["", NUMBER]
    assert all(letter.body is None and letter.payload for letter in found)
