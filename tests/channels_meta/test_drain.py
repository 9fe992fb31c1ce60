"""From the door's rows to the inbox: in order, each workspace its own, the poisoned alone, and nothing ever lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import orjson
import psycopg
import pytest
from django.db import OperationalError, connection

from channels_meta import drain as drains
from channels_meta import tasks
from channels_meta.drain import drain, drain_overdue, replay, replay_account
from channels_meta.models import WebhookBody, WebhookPart
from inbox.actions.receive import receive as receive_set
from inbox.models import Channel, ChannelNews, Message, Receipt
from inbox.port import Event, Inbound
from tests.channels_meta.arrivals import State, arrive, drain_both, letters, payload, states, texts
from tests.channels_meta.poison import (
    BUSINESS,
    NUMBER,
    PARSEABLE,
    UNPARSEABLE,
    body_of,
    change,
    message,
    poisoned,
    receipt,
    whole,
)
from workspaces import doorbell, tenancy
from workspaces.models import Workspace

pytestmark = pytest.mark.django_db

Receive = Callable[[Channel, Sequence[Event]], None]


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """No broker: what would have been rung."""
    rings: list[tuple[Any, ...]] = []
    monkeypatch.setattr(doorbell, "ring", lambda task, *args: rings.append((task, *args)))
    return rings


def spoil(monkeypatch: pytest.MonkeyPatch, fault: Callable[[Event], Exception | None]) -> list[int]:
    """Makes receiving raise for some events; answers the sizes of the sets that were tried."""
    sizes: list[int] = []

    def receive(channel: Channel, events: Sequence[Event]) -> None:
        sizes.append(len(events))
        for event in events:
            if error := fault(event):
                raise error
        receive_set(channel, events)

    monkeypatch.setattr(drains, "receive", receive)
    return sizes


def says(event: Event, text: str) -> bool:
    return isinstance(event, Inbound) and event.text == text


class TestStoring:
    def test_what_came_is_stored_in_its_order(self, calzado: Workspace, ventas: Channel) -> None:
        arrive(*[whole([message(n), message(n + 1)]) for n in range(0, 20, 2)])
        assert drain_both() == 10
        assert texts(calzado) == [f"Hola {n}" for n in range(20)]
        assert set(states()) == {State.DONE}

    def test_a_second_time_stores_nothing_new(self, calzado: Workspace, ventas: Channel) -> None:
        arrive(*[whole([message(1)])] * 3)
        drain_both()
        arrive(whole([message(1)]))
        drain_both()
        assert texts(calzado) == ["Hola 1"]

    def test_sets_follow_each_other_until_nothing_is_pending(
        self, calzado: Workspace, ventas: Channel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(drains, "CHAT_PARTS", 3)
        sizes = spoil(monkeypatch, lambda event: None)
        arrive(*[whole([message(n)]) for n in range(8)])
        assert drain_both() == 8
        assert sizes == [3, 3, 2]

    def test_a_set_holds_only_so_many_bytes(
        self, calzado: Workspace, ventas: Channel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(drains, "SET_BYTES", 10)
        sizes = spoil(monkeypatch, lambda event: None)
        arrive(whole([message(1), message(2)]), whole([message(3)]))
        drain_both()
        assert sizes == [2, 1]
        assert len(texts(calzado)) == 3

    def test_one_call_gets_only_so_many_events(
        self, calzado: Workspace, ventas: Channel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(drains, "SET_EVENTS", 3)
        sizes = spoil(monkeypatch, lambda event: None)
        arrive(*[whole([message(n), message(n + 1)]) for n in range(0, 8, 2)])
        drain_both()
        assert sizes == [2, 2, 2, 2]

    def test_messages_and_receipts_of_one_change_go_by_their_lanes(self, calzado: Workspace, ventas: Channel) -> None:
        arrive(body_of(change(messages=[message(1)], statuses=[receipt(9)])))
        assert drain("whatsapp", NUMBER, "status") == 1
        with tenancy.enter(calzado):
            assert Receipt.objects.count() == 1
            assert Message.objects.count() == 0
        assert drain("whatsapp", NUMBER, "chat") == 1
        assert texts(calzado) == ["Hola 1"]

    def test_after_its_time_it_lets_other_lanes_have_the_worker(
        self, ventas: Channel, rung: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(drains, "CHAT_PARTS", 1)
        arrive(whole([message(1)]), whole([message(2)]))
        assert drain("whatsapp", NUMBER, "chat", seconds=-1) == 1
        ((task, *lane),) = rung
        assert task is tasks.drain
        assert lane == ["whatsapp", NUMBER, "chat"]
        assert states() == [State.DONE, State.PENDING]


class TestWorkspaces:
    def test_each_account_reaches_its_own(
        self, calzado: Workspace, otra: Workspace, ventas: Channel, loja: Channel
    ) -> None:
        theirs = change(loja.account_key, messages=[message(2)])
        arrive(body_of(change(messages=[message(1)]), theirs, change("999", messages=[message(3)])))
        for key in (NUMBER, loja.account_key, "999"):
            drain_both(key)
        assert texts(calzado) == ["Hola 1"]
        assert texts(otra) == ["Hola 2"]
        assert states() == [State.DONE, State.DONE, State.UNROUTED]

    def test_one_number_cannot_speak_for_another(
        self, calzado: Workspace, otra: Workspace, ventas: Channel, loja: Channel
    ) -> None:
        """The business account named around it decides nothing."""
        arrive(body_of(change(messages=[message(1)]), business=loja.business_key))
        drain_both()
        assert texts(calzado) == ["Hola 1"]
        assert texts(otra) == []

    def test_news_of_the_account_reaches_each_of_its_channels(
        self, calzado: Workspace, otra: Workspace, ventas: Channel, loja: Channel
    ) -> None:
        from tests.conftest import connected

        second = connected(calzado, "110000000000010", BUSINESS, "Depósito")
        arrive(body_of({"field": "account_alerts", "value": {"entity_type": "WABA"}}))
        assert drain_both(f"waba:{BUSINESS}") == 1
        with tenancy.enter(calzado):
            assert set(ChannelNews.objects.values_list("channel_id", flat=True)) == {ventas.pk, second.pk}
        with tenancy.enter(otra):
            assert not ChannelNews.objects.exists()

    def test_what_came_before_its_channel_is_found_again(self, calzado: Workspace, rung: list[Any]) -> None:
        from tests.conftest import connected

        arrive(whole([message(1)]), body_of(change(statuses=[receipt(1)])))
        assert drain_both() == 2
        assert states() == [State.UNROUTED] * 2
        connected(calzado, NUMBER, BUSINESS, "Ventas")
        assert replay_account("whatsapp", NUMBER, "nobody's") == 2
        assert drain_both() == 2
        assert texts(calzado) == ["Hola 1"]

    def test_poison_of_nobody_waits_with_its_neighbours(self, calzado: Workspace) -> None:
        from tests.conftest import connected

        arrive(poisoned(3, 1, PARSEABLE["NUL"]))
        drain_both()
        assert states() == [State.UNROUTED]
        connected(calzado, NUMBER, BUSINESS, "Ventas")
        replay_account("whatsapp", NUMBER)
        drain_both()
        assert texts(calzado) == ["Hola 0", "Hola 2"]
        assert len(letters()) == 1


class TestPoison:
    @pytest.mark.parametrize("poison", (UNPARSEABLE | PARSEABLE).values(), ids=UNPARSEABLE | PARSEABLE)
    def test_one_of_two_hundred(self, calzado: Workspace, ventas: Channel, poison: bytes) -> None:
        arrive(whole([message(500)]), poisoned(200, 117, poison), whole([message(501)]))
        drain_both()
        assert texts(calzado) == [f"Hola {n}" for n in [*range(117), *range(118, 200), 500, 501]]
        (letter,) = letters()
        assert letter.error
        assert b"wamid.117" in payload(letter)
        assert payload(letter).count(b"wamid.") == 1
        assert State.PENDING not in states()

    @pytest.mark.parametrize(
        "item",
        [{**message(1), "timestamp": "9999999999999"}, {**message(1), "timestamp": "x"}, "not an object", None],
        ids=["far future", "no time", "text", "null"],
    )
    def test_items_the_parser_cannot_read(self, calzado: Workspace, ventas: Channel, item: Any) -> None:
        arrive(whole([message(0), item, message(2)]))
        drain_both()
        assert texts(calzado) == ["Hola 0", "Hola 2"]
        (letter,) = letters()
        assert orjson.loads(payload(letter))["entry"][0]["changes"][0]["value"]["messages"] == [item]

    @pytest.mark.parametrize("body", [b"", b"\x00\xff", b"[1]", b"{", b'"x"', b'{"entry":[{"changes":[{]}]}'])
    def test_what_is_no_webhook_at_all(self, ventas: Channel, body: bytes) -> None:
        arrive(body)
        drain_both("")
        (letter,) = letters()
        assert payload(letter) == body
        assert "JSON" in letter.error

    @pytest.mark.parametrize("body", [{}, {"entry": []}, {"entry": [{"changes": []}]}, {"entry": [3]}])
    def test_what_is_addressed_to_nobody(self, ventas: Channel, body: dict[str, Any]) -> None:
        arrive(body)
        drain_both("")
        assert states() in ([State.UNROUTED], [State.DEAD])

    def test_a_set_is_halved_until_the_culprit_stands_alone(
        self, calzado: Workspace, ventas: Channel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sizes = spoil(monkeypatch, lambda event: ValueError("\x00 \ud800") if says(event, "Hola 13") else None)
        arrive(*[whole([message(n), message(n + 1)]) for n in range(0, 32, 2)])
        drain_both()
        assert texts(calzado) == [f"Hola {n}" for n in range(32) if n != 13]
        assert len(sizes) <= 12
        (letter,) = letters()
        assert letter.error == "ValueError: \\u0000 \\ud800"
        assert payload(letter).count(b"wamid.") == 1

    def test_a_part_of_one_dies_where_it_stands(
        self, calzado: Workspace, ventas: Channel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        spoil(monkeypatch, lambda event: KeyError("x") if says(event, "Hola 1") else None)
        arrive(whole([message(1)]))
        drain_both()
        (letter,) = letters()
        assert states() == [State.DEAD]
        assert payload(letter) == orjson.dumps(whole([message(1)]))

    def test_a_dead_letter_can_be_tried_again(
        self, calzado: Workspace, ventas: Channel, monkeypatch: pytest.MonkeyPatch, rung: list[Any]
    ) -> None:
        with monkeypatch.context() as patch:
            spoil(patch, lambda event: ValueError() if says(event, "Hola 1") else None)
            arrive(whole([message(0), message(1)]))
            drain_both()
        WebhookBody.objects.all().delete()
        (letter,) = letters()
        replay(letter)
        drain_both()
        assert texts(calzado) == ["Hola 0", "Hola 1"]
        assert letters() == []
        letter.refresh_from_db()
        assert (letter.attempts, letter.error) == (2, "")

    def test_what_is_done_is_not_tried_again(self, ventas: Channel) -> None:
        arrive(whole([message(1)]))
        drain_both()
        replay(WebhookPart.objects.get())
        assert states() == [State.DONE]

    def test_news_dies_for_all_channels_or_for_none(
        self, calzado: Workspace, ventas: Channel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from tests.conftest import connected

        second = connected(calzado, "110000000000010", BUSINESS, "Depósito")
        real = receive_set

        def receive(channel: Channel, events: Sequence[Event]) -> None:
            real(channel, events)
            if channel.pk == second.pk:
                raise ValueError("not this one")

        monkeypatch.setattr(drains, "receive", receive)
        arrive(body_of({"field": "account_alerts", "value": {"entity_type": "WABA"}}))
        drain_both(f"waba:{BUSINESS}")
        assert states() == [State.DEAD]
        with tenancy.enter(calzado):
            assert not ChannelNews.objects.exists()


class TestFaults:
    @pytest.mark.parametrize(
        "state", ["40P01", "40001", "55P03", "57014", "57P01", "53100", "08006", "25006", "42P01", None]
    )
    def test_a_fault_of_the_database_leaves_all_pending(
        self, calzado: Workspace, ventas: Channel, monkeypatch: pytest.MonkeyPatch, state: str | None
    ) -> None:
        with monkeypatch.context() as patch:
            sizes = spoil(patch, lambda event: database_error(state) if says(event, "Hola 1") else None)
            arrive(whole([message(0)]), whole([message(1)]))
            with pytest.raises(OperationalError):
                drain_both()
        assert sizes == [2]
        assert states() == [State.PENDING] * 2
        assert drain_both() == 2
        assert len(texts(calzado)) == 2

    @pytest.mark.parametrize("state", ["22P05", "23505", "54000", "54001"])
    def test_what_the_database_says_of_the_payload_is_poison(
        self, calzado: Workspace, ventas: Channel, monkeypatch: pytest.MonkeyPatch, state: str
    ) -> None:
        spoil(monkeypatch, lambda event: database_error(state) if says(event, "Hola 1") else None)
        arrive(whole([message(0), message(1)]))
        drain_both()
        assert texts(calzado) == ["Hola 0"]
        assert len(letters()) == 1


def database_error(state: str | None) -> OperationalError:
    error = OperationalError("said the database")
    error.__cause__ = psycopg.errors.lookup(state)() if state else psycopg.OperationalError()
    return error


@pytest.fixture
def other_connection() -> Iterator[psycopg.Connection[Any]]:
    parameters = connection.get_connection_params()
    wanted = {key: parameters[key] for key in ("dbname", "user", "password", "host", "port") if parameters.get(key)}
    with psycopg.connect(**wanted, autocommit=True) as other:
        yield other


class TestTheLock:
    def hold(self, other: psycopg.Connection[Any]) -> None:
        from workspaces import locks
        from workspaces.sql import TRY_SESSION_LOCK

        family = locks._family("webhooks")
        assert other.execute(TRY_SESSION_LOCK, [family, f"whatsapp:{NUMBER}:chat"]).fetchone() == (True,)

    def test_who_finds_the_lane_taken_leaves(
        self, calzado: Workspace, ventas: Channel, other_connection: psycopg.Connection[Any]
    ) -> None:
        arrive(whole([message(1)]))
        self.hold(other_connection)
        assert drain("whatsapp", NUMBER, "chat") == 0
        assert states() == [State.PENDING]
        assert drain("whatsapp", NUMBER, "status") == 0
        other_connection.execute("SELECT pg_advisory_unlock_all()")
        assert drain("whatsapp", NUMBER, "chat") == 1

    def test_the_holder_looks_again_after_it_let_go(
        self, calzado: Workspace, ventas: Channel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What arrives while it works was rung in vain."""
        late = [whole([message(2)])]

        def receive(channel: Channel, events: Sequence[Event], real: Receive = receive_set) -> None:
            real(channel, events)
            if late:
                arrive(late.pop())

        monkeypatch.setattr(drains, "receive", receive)
        arrive(whole([message(1)]))
        assert drain("whatsapp", NUMBER, "chat") == 2
        assert texts(calzado) == ["Hola 1", "Hola 2"]


class TestTheClock:
    def age(self, seconds: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE channels_meta_webhookpart SET received_at = now() - make_interval(secs => %s)", [seconds]
            )

    def test_it_drains_what_no_doorbell_brought(self, calzado: Workspace, ventas: Channel) -> None:
        arrive(whole([message(1)]), body_of(change(statuses=[receipt(1)])), whole([message(2)]))
        assert drain_overdue() == 0
        self.age(6)
        assert drain_overdue() == 3
        assert len(texts(calzado)) == 2
        assert drain_overdue() == 0

    def test_a_lane_that_cannot_be_drained_does_not_stop_the_others(
        self, calzado: Workspace, otra: Workspace, ventas: Channel, loja: Channel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        spoil(monkeypatch, lambda event: database_error("40P01") if says(event, "Hola 1") else None)
        arrive(whole([message(1)]), body_of(change(loja.account_key, messages=[message(2)])))
        self.age(6)
        assert drain_overdue() == 1
        assert texts(otra) == ["Hola 2"]
        assert sorted(states()) == [State.PENDING, State.DONE]
