"""The drills' means: a wire that can be cut, bodies that no friendly platform sends, an agent's page read back."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator

import pytest

from bench.drill import bodies, talk
from bench.drill.desk import Page
from bench.drill.wire import Wire


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that says everything back."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with connection:
            while chunk := connection.recv(100):
                connection.sendall(chunk)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()


@pytest.fixture
def wire(echo: int) -> Iterator[Wire]:
    made = Wire(echo)
    yield made
    made.close()


def connect(wire: Wire) -> socket.socket:
    return socket.create_connection(("127.0.0.1", wire.port), timeout=5)


def says(connection: socket.socket, words: bytes) -> bytes:
    """What comes back; nothing when it is cut."""
    try:
        connection.sendall(words)
        return connection.recv(100)
    except ConnectionError:
        return b""


class TestTheWire:
    def test_it_carries_both_ways(self, wire: Wire) -> None:
        with connect(wire) as one, connect(wire) as other:
            assert (says(one, b"hola"), says(other, b"oi")) == (b"hola", b"oi")

    def test_cut_it_drops_what_is_open_and_takes_nothing_new(self, wire: Wire) -> None:
        with connect(wire) as before:
            assert says(before, b"hola") == b"hola"
            wire.cut()
            assert says(before, b"?") == b""
        with connect(wire) as during:
            assert says(during, b"?") == b""

    def test_mended_it_carries_again(self, wire: Wire) -> None:
        wire.cut()
        wire.mend()
        with connect(wire) as after:
            assert says(after, b"hola") == b"hola"

    def test_a_server_that_is_gone_is_a_hang_up(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as gone:
            port = gone.getsockname()[1]
        wire = Wire(port)
        with connect(wire) as connection:
            assert says(connection, b"?") == b""
        wire.close()


class TestPoison:
    @pytest.mark.parametrize("name", bodies.POISONS)
    def test_it_stands_in_one_message_and_byte_for_byte(self, name: str) -> None:
        field, raw = bodies.POISONS[name]
        good = [bodies.message(nth, f"wamid.{nth}", 1000) for nth in range(3)]
        body = bodies.body_of([good[0], bodies.poisoned(good[1], field), good[2]], raw)
        assert body.count(raw) == 1
        assert b"POISON" not in body
        assert b"wamid.0" in body
        assert b"mensaje 2" in body

    def test_without_any_it_is_a_plain_body(self) -> None:
        messages = [bodies.message(nth, f"wamid.{nth}", 1000) for nth in range(3)]
        (entry,) = json.loads(bodies.body_of(messages))["entry"]
        assert entry["changes"][0]["value"]["messages"] == messages
        assert [said.text for said in bodies.as_said(messages)] == ["mensaje 0", "mensaje 1", "mensaje 2"]

    def test_the_generator_repeats_itself_by_its_seed(self) -> None:
        assert list(bodies.generated(60, 1)) == list(bodies.generated(60, 1))
        assert list(bodies.generated(60, 1)) != list(bodies.generated(60, 2))


class TestTalk:
    def test_each_persons_messages_are_a_second_apart(self) -> None:
        said = talk.chatter(3, 4, began=100)
        times = [int(one["timestamp"]) for one in said if one["from"] == talk.phone(1)]
        assert times == [100, 101, 102, 103]

    def test_mixed_talk_changes_only_what_its_own_person_said_before(self) -> None:
        seen: dict[str, str] = {}
        changes = 0
        for one in talk.mixed(4, 30):
            change = one.get(one.get("type", ""), {})
            target = change.get("original_message_id") or change.get("message_id")
            if target:
                changes += 1
                assert seen[target] == one["from"]
            else:
                seen[one["id"]] = one["from"]
        assert changes > 10


class TestAThreadReadBack:
    HTML = """
    <article class="message in" id="m7" data-id="7"></article>
    <article class="message out mine" id="m8" data-id="8" data-state="unknown"></article>
    <article class="message out"
      data-id="9" data-state="read"></article>
    """

    def test_messages_and_states_in_order(self) -> None:
        page = Page(200, self.HTML, 0.1)
        assert page.messages() == [7, 8, 9]
        assert page.states() == ["unknown", "read"]
