"""A worker's line to the broker survives an outage that begins while tasks are running."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from kombu import Connection, Consumer, Queue
from kombu.transport import redis as kombu_redis

from config.broker import Transport
from config.celery import app
from devtool.valkey import Valkey

QUEUE = Queue("bells")


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    top = Path(tempfile.mkdtemp(prefix="plaza-broker-"))
    server = Valkey(top / "var")
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(top)


def one_taken(connection: Connection) -> Any:
    """A message in the hand of a consumer that may hold one."""
    channel: Any = connection.channel()
    connection.Producer().publish({}, routing_key="bells", declare=[QUEUE])
    taken: list[Any] = []
    consumer = Consumer(channel, [QUEUE], on_message=taken.append, prefetch_count=1)
    consumer.consume()
    connection.drain_events(timeout=5)
    assert not channel.qos.can_consume()
    return taken[0]


def connected(valkey: Valkey, transport: str) -> Connection:
    return Celery("a", set_as_current=False).connection_for_read(valkey.url(), transport=transport)


@pytest.mark.parametrize("answer", ["ack", "reject"])
def test_a_slot_is_free_again_though_the_broker_did_not_hear_of_it(valkey: Valkey, answer: str) -> None:
    with connected(valkey, "config.broker:Transport") as connection:
        message = one_taken(connection)
        valkey.stop()
        with pytest.raises(connection.connection_errors):
            getattr(message, answer)()
        assert message.channel.qos.can_consume()
        with pytest.raises(connection.connection_errors):  # so it polls, and sees what happened
            connection.drain_events(timeout=5)
        valkey.start()


def test_a_slot_is_free_again_when_the_broker_heard(valkey: Valkey) -> None:
    with connected(valkey, "config.broker:Transport") as connection:
        message = one_taken(connection)
        message.ack()
        assert message.channel.qos.can_consume()


def test_kombus_own_still_keeps_it_for_ever(valkey: Valkey) -> None:
    """When this fails, config/broker.py has become superfluous."""
    with connected(valkey, "redis") as connection:
        message = one_taken(connection)
        valkey.stop()
        with pytest.raises(connection.connection_errors):
            message.ack()
        assert not message.channel.qos.can_consume()
        valkey.start()


def test_it_is_the_one_that_plaza_uses() -> None:
    transport = app.connection_for_read().transport
    assert isinstance(transport, Transport)
    assert isinstance(transport, kombu_redis.Transport)
    assert transport.connection_errors == kombu_redis.Transport.connection_errors
