"""Every fault of the line against a real server: what provably was not sent is RETRY, all else UNKNOWN."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import time
import traceback
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from channels_meta import graph
from channels_meta.whatsapp.errors import judge
from inbox.port import Outcome, Scope, SendError
from tests.channels_meta.whatsapp import server as servers
from tests.channels_meta.whatsapp.server import Behaviour, answering, serving

TOKEN = "EAAG-secret-token"
BODY = {"messaging_product": "whatsapp"}
SHORT = httpx.Timeout(connect=0.3, read=0.3, write=0.3, pool=0.3)


@pytest.fixture(autouse=True)
def short_timeouts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    limits = httpx.Limits(max_connections=1)
    with httpx.Client(
        timeout=SHORT, limits=limits, mounts=graph.LOCAL, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    ) as client:
        monkeypatch.setattr(graph, "_client", lambda: client)
        yield


def post(settings: Any, url: str, body: Any = None) -> Any:
    settings.GRAPH_URL, settings.GRAPH_VERSION = url, "v25.0"
    return graph.post("110000000000009/messages", body or BODY, token=TOKEN, judge=judge)


def failing(settings: Any, url: str, body: Any = None) -> SendError:
    with pytest.raises(SendError) as caught:
        post(settings, url, body)
    return caught.value


def failing_by(settings: Any, behaviour: Behaviour) -> SendError:
    with serving(behaviour) as server:
        return failing(settings, server.url)


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


class TestNotSent:
    def test_refused(self, settings: Any) -> None:
        error = failing(settings, f"http://127.0.0.1:{unused_port()}")
        assert (error.outcome, error.failure.code) == (Outcome.RETRY, graph.UNREACHABLE)
        assert error.failure.title == "ConnectError"

    def test_no_such_host(self, settings: Any) -> None:
        error = failing(settings, "http://graph.invalid")
        assert (error.outcome, error.failure.code) == (Outcome.RETRY, graph.UNREACHABLE)

    def test_tls(self, settings: Any) -> None:
        with serving(answering({})) as server:
            error = failing(settings, server.url.replace("http:", "https:"))
        assert (error.outcome, error.failure.code) == (Outcome.RETRY, graph.UNREACHABLE)

    def test_no_connection_in_time(self, settings: Any) -> None:
        """A listener whose queue is full does not answer the handshake."""
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(0)
            fillers = [socket.socket() for _ in range(3)]
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(listener.getsockname())
            error = failing(settings, f"http://127.0.0.1:{listener.getsockname()[1]}")
            for filler in fillers:
                filler.close()
        assert (error.outcome, error.failure.title) == (Outcome.RETRY, "ConnectTimeout")

    def test_no_free_connection(self, settings: Any) -> None:
        with serving(servers.say_nothing) as server:
            settings.GRAPH_URL = server.url
            slow = httpx.Timeout(5, read=1)
            first = threading.Thread(target=lambda: _quietly(graph._client(), server.url, slow))
            first.start()
            while not server.requests:
                time.sleep(0.01)
            error = failing(settings, server.url)
            server.done.set()
            first.join()
        assert (error.outcome, error.failure.title) == (Outcome.RETRY, "PoolTimeout")

    @pytest.mark.parametrize("url", ["ftp://graph.facebook.com", "graph.facebook.com", "http://[::1", "http://x:99999"])
    def test_an_address_that_is_none(self, settings: Any, url: str) -> None:
        error = failing(settings, url)
        assert (error.outcome, error.failure.code) == (Outcome.RETRY, graph.UNREACHABLE)

    @pytest.mark.parametrize("token", [None, "", " ", "a\nb", "ñ", 5, "a\x00"])
    def test_an_unusable_token_is_refused_before_anything_is_sent(self, token: object) -> None:
        with pytest.raises(SendError) as caught:
            graph.post("1/messages", BODY, token=token, judge=judge)
        assert (caught.value.outcome, caught.value.scope) == (Outcome.RETRY, Scope.ACCOUNT)
        assert caught.value.failure.code == graph.NO_TOKEN


def _quietly(client: httpx.Client, url: str, timeout: httpx.Timeout) -> None:
    try:
        client.post(url, json={}, timeout=timeout)
    except httpx.HTTPError:
        return


class TestUnknown:
    @pytest.mark.parametrize(
        "behaviour",
        [
            servers.reset_amid_the_request,
            servers.reset_after_the_request,
            servers.close_without_an_answer,
            servers.close_amid_the_answer,
            servers.say_nothing,
            servers.speak_gibberish,
            answering(b"this is not gzip", Content_Encoding="gzip"),
        ],
    )
    def test_the_line_broke_after_it_stood(self, settings: Any, behaviour: Behaviour) -> None:
        error = failing_by(settings, behaviour)
        assert (error.outcome, error.failure.code) == (Outcome.UNKNOWN, graph.NO_ANSWER)

    def test_the_request_could_not_be_written_in_time(self, settings: Any) -> None:
        with serving(servers.read_nothing) as server:
            error = failing(settings, server.url, {"text": "x" * 20_000_000})
        assert (error.outcome, error.failure.title) == (Outcome.UNKNOWN, "WriteTimeout")

    @pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[1]", b"null", b'{"messages":', b"[" * 100_000])
    def test_an_unreadable_200(self, settings: Any, body: bytes) -> None:
        error = failing_by(settings, answering(body))
        assert (error.outcome, error.failure.code) == (Outcome.UNKNOWN, graph.UNREADABLE_ANSWER)

    @pytest.mark.parametrize("status", [302, 408, 500, 502, 503, 504])
    @pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", {"error": "a text"}, {}])
    def test_a_status_without_graphs_body(self, settings: Any, status: int, body: object) -> None:
        error = failing_by(settings, answering(body, status))
        assert (error.outcome, error.failure.code) == (Outcome.UNKNOWN, f"http_{status}")


class TestRefused:
    def test_500_with_graphs_body_is_judged_by_its_code(self, settings: Any) -> None:
        body = {"error": {"message": "(#131000) Something went wrong", "code": 131000, "error_data": {"details": "x"}}}
        error = failing_by(settings, answering(body, 500))
        assert (error.outcome, error.failure.code, error.failure.detail) == (Outcome.RETRY, "131000", "x")

    def test_400_with_graphs_body(self, settings: Any) -> None:
        error = failing_by(settings, answering({"error": {"message": "m", "code": "131047"}}, 400))
        assert (error.outcome, error.scope, error.failure.code) == (Outcome.REJECTED, Scope.RECIPIENT, "131047")

    def test_graphs_body_under_200_is_a_refusal_still(self, settings: Any) -> None:
        assert failing_by(settings, answering({"error": {"code": 190}})).scope is Scope.ACCOUNT

    def test_retry_after(self, settings: Any) -> None:
        body = {"error": {"code": 130429}}
        assert failing_by(settings, answering(body, 429, Retry_After="17")).retry_after == 17
        assert failing_by(settings, answering(body, 429, Retry_After="Wed, 18 Nov 2026")).retry_after == 0

    def test_429_without_graphs_body(self, settings: Any) -> None:
        error = failing_by(settings, answering(b"slow down", 429, Retry_After="5"))
        assert (error.outcome, error.scope, error.retry_after) == (Outcome.RETRY, Scope.CHANNEL, 5)

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
    def test_4xx_without_graphs_body_was_not_taken(self, settings: Any, status: int) -> None:
        error = failing_by(settings, answering(b"no", status))
        assert (error.outcome, error.failure.code) == (Outcome.REJECTED, f"http_{status}")

    @pytest.mark.parametrize(
        "error",
        [{}, {"code": None}, {"code": {}, "message": [], "error_data": 3}, {"code": True}, {"code": "9" * 5000}],
    )
    def test_an_odd_error_body_is_still_a_refusal(self, settings: Any, error: dict[str, Any]) -> None:
        caught = failing_by(settings, answering({"error": error}, 400))
        assert (caught.outcome, caught.failure.code) == (Outcome.REJECTED, "http_400")

    @pytest.mark.parametrize(
        ("words", "kept"),
        [
            ("a\x00b", "a\\u0000b"),
            ("a\ud800b", "a\\ud800b"),
            ("ção 🎂", "ção 🎂"),
            ("x" * 100_000, "x" * graph.LONGEST_WORDS),
        ],
    )
    def test_what_it_says_can_be_stored_with_the_delivery(self, settings: Any, words: str, kept: str) -> None:
        body = {"error": {"code": 131008, "message": words, "error_data": {"details": words}}}
        error = failing_by(settings, answering(body, 400))
        assert (error.failure.title, error.failure.detail) == (kept, kept)

    @pytest.mark.parametrize("code", [10**400, 10**18, -(10**18), "1" * 12], ids=["400", "18", "-18", "text"])
    def test_a_code_too_long_to_be_one_is_none(self, settings: Any, code: object) -> None:
        error = failing_by(settings, answering({"error": {"code": code, "message": "m"}}, 400))
        assert error.failure.code == "http_400"


class TestAnswered:
    def test_one_client_serves_the_process_and_waits_for_no_answer_without_end(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.undo()
        assert graph._client() is graph._client()
        assert None not in graph._client().timeout.as_dict().values()

    def test_the_request(self, settings: Any) -> None:
        with serving(answering({"success": True})) as server:
            assert post(settings, f"{server.url}/") == {"success": True}
        (request,) = server.requests
        assert request.line == "POST /v25.0/110000000000009/messages HTTP/1.1"
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        assert request.headers["content-type"] == "application/json"
        assert request.body == BODY

    def test_a_token_with_white_space_around_it(self, settings: Any) -> None:
        with serving(answering({})) as server:
            settings.GRAPH_URL, settings.GRAPH_VERSION = server.url, "v25.0"
            graph.post("1/messages", BODY, token=f" {TOKEN} ", judge=judge)
        assert server.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


class TestTheToken:
    def test_is_never_logged(self, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        with serving(answering({})) as server:
            post(settings, server.url)
        failing_by(settings, servers.reset_after_the_request)
        assert "httpcore" in caplog.text
        assert TOKEN not in caplog.text

    def test_is_in_no_error(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """An exception of the client may quote a header: it is neither shown nor chained."""

        def quoting(*_: object, **options: Any) -> None:
            raise httpx.LocalProtocolError(f"Illegal header value {options['headers']}")

        monkeypatch.setattr(graph._client(), "post", quoting)
        error = failing(settings, "http://127.0.0.1:9")
        written = "".join(traceback.format_exception(error))
        assert TOKEN not in written.replace("During handling", "")
        assert TOKEN not in f"{error.failure} {error}"
