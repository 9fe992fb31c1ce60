"""What is counted where it happens, and who may read it."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from channels_meta import metrics as door_metrics
from channels_meta.drain import drain
from channels_meta.models import WebhookBody, WebhookPart
from config import metrics as page
from inbox.actions import deliver as delivering
from inbox.actions.receive import receive
from inbox.actions.send import Draft, send
from inbox.models import Channel, Conversation
from tests.channels_meta.knocking import SECRET, at_the_door
from tests.inbox.events import receipt
from tests.inbox.test_sockets import listen
from tests.platform import Platform
from workspaces import events, live, metrics, tenancy
from workspaces.events import Happened
from workspaces.live import Nudge
from workspaces.models import EventRow, Membership, Workspace

Labels = tuple[tuple[str, str], ...]


def samples() -> dict[tuple[str, Labels], float]:
    text = metrics.page(page.read()).decode()
    found = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(sample.name, tuple(sorted(sample.labels.items()))): sample.value for sample in found}


def value(name: str, **labels: str) -> float:
    return samples().get((name, tuple(sorted(labels.items()))), 0.0)


class Counted:
    """`with Counted("plaza_sends_total", outcome="accepted") as sends: …; sends() == 1`."""

    def __init__(self, name: str, **labels: str) -> None:
        self.name, self.labels = name, labels

    def __enter__(self) -> Callable[[], float]:
        before = value(self.name, **self.labels)
        return lambda: value(self.name, **self.labels) - before

    def __exit__(self, *_: object) -> None:
        pass


@pytest.mark.django_db
class TestThePage:
    def test_is_there_for_this_machine(self) -> None:
        answer = Client().get("/metrics")
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("text/plain")
        assert b"plaza_database_up 1.0" in answer.content

    def test_is_not_there_for_another_machine(self) -> None:
        assert Client(REMOTE_ADDR="203.0.113.5").get("/metrics").status_code == 404

    @pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
    def test_is_not_there_through_a_proxy_on_this_machine(self, header: str) -> None:
        assert Client().get("/metrics", headers={header: "203.0.113.5"}).status_code == 404

    @pytest.mark.parametrize("address", ["", "unix:", "not an address"])
    def test_is_not_there_for_who_has_no_address(self, address: str) -> None:
        assert Client(REMOTE_ADDR=address).get("/metrics").status_code == 404

    def test_is_there_for_who_bears_the_token(self, settings: Any) -> None:
        settings.METRICS_TOKEN = "s3cret-ñ"
        far = Client(REMOTE_ADDR="203.0.113.5")
        assert far.get("/metrics", headers={"Authorization": "Bearer s3cret-ñ"}).status_code == 200
        assert far.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
        assert far.get("/metrics").status_code == 404

    def test_without_a_token_set_an_empty_one_opens_nothing(self) -> None:
        far = Client(REMOTE_ADDR="203.0.113.5")
        assert far.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404

    def test_is_read_only(self) -> None:
        assert Client().post("/metrics").status_code == 405

    def test_still_counts_while_the_database_is_away(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def away() -> None:
            raise OperationalError("gone")

        monkeypatch.setattr(door_metrics, "read", away)
        text = Client().get("/metrics").content.decode()
        assert "plaza_database_up 0.0" in text
        assert "plaza_live_frames_total" in text

    def test_tells_of_no_workspace_and_no_person(self, inside: Workspace, ventas: Channel) -> None:
        text = Client().get("/metrics").content.decode()
        assert "calzado" not in text
        assert ventas.account_key not in text


@pytest.mark.django_db(transaction=True)
class TestTheDoor:
    def test_times_each_answer_by_its_status(self, settings: Any) -> None:
        settings.META_APP_SECRETS = [SECRET]
        with Counted("plaza_webhook_ack_seconds_count", status="200") as taken:
            assert at_the_door(lambda visitor: visitor.post(b'{"entry": []}')).status == 200
            assert taken() == 1
        with Counted("plaza_webhook_ack_seconds_count", status="403") as refused:
            at_the_door(lambda visitor: visitor.post(b"{}", secret="wrong"))
            at_the_door(lambda visitor: visitor.post(b"{}", secret="wrong"))
            assert refused() == 2

    def test_times_a_status_nobody_thought_of(self) -> None:
        with Counted("plaza_webhook_ack_seconds_count", status="404") as unknown:
            at_the_door(lambda visitor: visitor.request("POST", "/webhooks/fax/"))
            assert unknown() == 1

    def test_costs_next_to_nothing(self) -> None:
        began = time.perf_counter()
        for _ in range(2_000):
            door_metrics.answered(200, 0.002)
        assert (time.perf_counter() - began) / 2_000 < 50e-6, "a few microseconds on a free machine"


@pytest.mark.django_db
class TestTheQueues:
    def part(self, state: int, lane: str = "chat") -> None:
        body = WebhookBody.objects.create(platform="whatsapp", body=b"{}", size=2)
        WebhookPart.objects.create(body=body, platform="whatsapp", account_key="1", lane=lane, state=state)

    def test_tell_how_much_waits_in_each_lane_and_how_long(self) -> None:
        assert (value("plaza_lane_pending", lane="chat"), value("plaza_lane_oldest_seconds", lane="chat")) == (0, 0)
        for _ in range(3):
            self.part(WebhookPart.State.PENDING)
        self.part(WebhookPart.State.PENDING, "status")
        WebhookPart.objects.filter(lane="status").update(received_at="2026-01-01T00:00:00Z")
        assert value("plaza_lane_pending", lane="chat") == 3
        assert value("plaza_lane_pending", lane="status") == 1
        assert value("plaza_lane_oldest_seconds", lane="status") > 86_400

    def test_tell_of_what_is_kept(self) -> None:
        for state in (WebhookPart.State.DEAD, WebhookPart.State.DEAD, WebhookPart.State.UNROUTED):
            self.part(state)
        assert value("plaza_dead_letters_kept") == 2
        assert value("plaza_unrouted_kept") == 1

    def test_count_what_the_drain_finished(self) -> None:
        self.part(WebhookPart.State.PENDING)
        with Counted("plaza_drained_parts_total", lane="chat") as drained:
            drain("whatsapp", "1", "chat")
            assert drained() == 1


@pytest.mark.django_db
class TestEvents:
    def publish(self, settings: Any, listener: str) -> None:
        settings.EVENT_LISTENERS = {"test.happened": [listener]}
        events.publish(Happened("test.happened", "test:1"))

    def test_that_wait_and_died_are_told_over_all_workspaces(self, inside: Workspace, settings: Any) -> None:
        self.publish(settings, "builtins.len")
        with tenancy.across():  # the page is read outside every workspace
            assert value("plaza_events_pending") == 1
        EventRow.objects.update(state=EventRow.State.DEAD)
        assert (value("plaza_events_pending"), value("plaza_events_dead")) == (0, 1)

    @pytest.mark.parametrize(("listener", "result"), [("builtins.len", "done"), ("builtins.int", "failed")])
    def test_are_counted_by_result(self, inside: Workspace, settings: Any, listener: str, result: str) -> None:
        self.publish(settings, listener)
        with Counted("plaza_events_total", result=result) as counted:
            events.drain(listener)
            assert counted() == 1

    def test_that_died_can_be_replayed(self, inside: Workspace, settings: Any) -> None:
        self.publish(settings, "builtins.len")
        EventRow.objects.update(state=EventRow.State.DEAD, attempts=6)
        events.replay(EventRow.objects.get())
        row = EventRow.objects.get()
        assert (row.state, row.attempts) == (EventRow.State.PENDING, 0)
        events.drain("builtins.len")
        assert not EventRow.objects.exists()

    def test_that_wait_are_not_replayed(self, inside: Workspace, settings: Any) -> None:
        self.publish(settings, "builtins.len")
        EventRow.objects.update(attempts=3)
        events.replay(EventRow.objects.get())
        assert EventRow.objects.get().attempts == 3


@pytest.mark.django_db
class TestSending:
    def test_counts_what_was_taken(
        self,
        conversation: Conversation,
        ana: Membership,
        platform: Platform,
    ) -> None:
        send(conversation, Draft("Sí"), by=ana, client_id=uuid.uuid4())
        assert value("plaza_deliveries_open", state="queued") == 1
        with Counted("plaza_sends_total", outcome="accepted") as taken:
            delivering.deliver(conversation)
            assert taken() == 1
        assert value("plaza_deliveries_open", state="queued") == 0

    def test_counts_errors_by_the_platforms_code(
        self,
        conversation: Conversation,
        ana: Membership,
        platform: Platform,
    ) -> None:
        platform.knobs(fail_next=1, fail_code=131026)
        send(conversation, Draft("Sí"), by=ana, client_id=uuid.uuid4())
        errors, failed = (
            Counted("plaza_send_errors_total", code="131026"),
            Counted("plaza_deliveries_total", state="failed"),
        )
        with errors as refused, failed as ended:
            delivering.deliver(conversation)
            assert (refused(), ended()) == (1, 1)

    def test_counts_what_receipts_say(
        self,
        conversation: Conversation,
        ana: Membership,
        ventas: Channel,
        platform: Platform,
    ) -> None:
        message = send(conversation, Draft("Sí"), by=ana, client_id=uuid.uuid4())[0]
        delivering.deliver(conversation)
        message.refresh_from_db()
        with Counted("plaza_deliveries_total", state="read") as read:
            receive(ventas, [receipt("read", message.external_id), receipt("delivered", message.external_id)])
            assert read() == 1


@pytest.mark.django_db(transaction=True)
class TestLive:
    def test_counts_frames_nobody_hears(self, inside: Workspace) -> None:
        with Counted("plaza_live_frames_total", result="unheard") as unheard:
            live.publish(Nudge("inbox", (1,)))
            assert unheard() == 1

    def test_counts_frames_dropped_while_the_line_is_dead(
        self, inside: Workspace, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(live._Line, "dead_until", time.monotonic() + 60)
        with Counted("plaza_live_frames_total", result="dropped") as dropped:
            live.publish(Nudge("inbox", (1,)), Nudge("inbox", (2,)))
            assert dropped() == 2

    def test_counts_a_socket_while_it_is_open(self, ana: Membership, browser_of: Any) -> None:
        open_now: list[float] = []
        before = value("plaza_sockets")

        def look() -> None:
            open_now.append(value("plaza_sockets") - before)
            with tenancy.enter(ana.workspace):
                live.publish(Nudge("inbox", (1,)))

        with Counted("plaza_live_frames_total", result="published") as published:
            listen("/w/calzado-sur/live/inbox/", browser_of(ana.user), look)
            assert published() == 1
        assert open_now == [1]
        assert value("plaza_sockets") == before


@pytest.mark.django_db
def test_pages_are_timed_by_status() -> None:
    with Counted("plaza_page_seconds_count", status="404") as pages:
        Client().get("/nowhere/")
        assert pages() == 1


class TestManyProcesses:
    def test_of_one_host_are_added_up(self) -> None:
        with Counted("plaza_doorbells_total", result="heard") as heard:
            child = os.fork()
            if child == 0:
                metrics.RINGS.labels("heard").inc(5)
                os._exit(0)
            os.waitpid(child, 0)
            metrics.RINGS.labels("heard").inc(2)
            assert heard() == 7

    def test_that_died_hold_no_socket_any_more(self) -> None:
        before = value("plaza_sockets")
        child = os.fork()
        if child == 0:
            metrics.SOCKETS.inc(9)
            os._exit(0)
        os.waitpid(child, 0)
        folder = Path(os.environ[metrics.FOLDER])
        assert list(folder.glob(f"gauge_livesum_*-{child}.db"))
        assert value("plaza_sockets") == before
        assert not list(folder.glob(f"gauge_livesum_*-{child}.db"))
