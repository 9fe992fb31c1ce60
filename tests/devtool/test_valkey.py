from __future__ import annotations

import os
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from devtool.valkey import HOST, PORTS, Valkey, port_is_free


@pytest.fixture
def valkey(var: Path) -> Iterator[Valkey]:
    server = Valkey(var)
    try:
        yield server
    finally:
        server.stop()


def ping(url: str) -> object:
    with redis.Redis.from_url(url) as client:
        return client.ping()


def test_it_comes_back_where_it_was_and_has_forgotten_everything(valkey: Valkey) -> None:
    valkey.start()
    url = valkey.url()
    with redis.Redis.from_url(url) as client:
        client.set("a", "1")
    valkey.kill()
    assert not valkey.running()
    with pytest.raises(redis.ConnectionError):
        ping(url)
    valkey.start()
    assert valkey.url() == url
    with redis.Redis.from_url(url) as client:
        assert client.get("a") is None


def test_nobody_gets_in_without_the_password(valkey: Valkey) -> None:
    valkey.start()
    with pytest.raises(redis.AuthenticationError):
        ping(f"redis://{HOST}:{valkey.port}/0")
    for name in ("password", "valkey.conf"):
        assert stat.S_IMODE((valkey.home / name).stat().st_mode) == 0o600


def test_it_never_evicts_and_never_writes(valkey: Valkey) -> None:
    valkey.start()
    with redis.Redis.from_url(valkey.url(), decode_responses=True) as client:
        kept = client.config_get("maxmemory-policy", "save", "appendonly")
    assert kept == {"maxmemory-policy": "noeviction", "save": "", "appendonly": "no"}


def test_a_port_taken_meanwhile_is_given_up(valkey: Valkey) -> None:
    valkey.start()
    port = valkey.port
    valkey.stop()
    with socket.create_server((HOST, port)):
        valkey.start()
        assert valkey.port != port
        assert ping(valkey.url()) is True


def test_a_leftover_that_hangs_is_replaced_on_its_port(valkey: Valkey) -> None:
    valkey.start()
    first, port = valkey.record.read(), valkey.port
    assert first
    os.kill(first.pid, signal.SIGSTOP)
    other = Valkey(valkey.var)
    assert not other.running()
    other.start()
    assert other.port == port
    assert ping(other.url()) is True
    other.stop()


def test_starting_twice_starts_once(valkey: Valkey) -> None:
    valkey.start()
    first = valkey.record.read()
    valkey.start()
    assert valkey.record.read() == first


def test_its_ports_are_not_those_of_outgoing_connections() -> None:
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert lowest > max(PORTS)


def test_a_busy_port_is_seen() -> None:
    with socket.create_server((HOST, 0)) as server:
        assert not port_is_free(server.getsockname()[1])
