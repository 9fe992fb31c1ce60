"""./dev up, without what it starts: in which order, until when, and what ends it."""

from __future__ import annotations

import http.server
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from devtool import catalogue_files
from devtool import up as module
from devtool.console import Console
from devtool.environment import Ports
from devtool.errors import Stop
from devtool.paths import PYTHON
from devtool.process_table import command, load_processes
from devtool.servers import Servers
from devtool.supervisor import Child, Supervisor
from devtool.up import Run, check_free, check_range, is_ready
from devtool.valkey import port_is_free

pytestmark = pytest.mark.usefixtures("nothing_said")


class TestPorts:
    @pytest.mark.parametrize("port", [1, 8000, 65533])
    def test_three_neighbours_fit(self, port: int) -> None:
        check_range(Ports(port))

    @pytest.mark.parametrize("port", [0, -1, 65534, 65535, 100_000])
    def test_or_do_not(self, port: int) -> None:
        with pytest.raises(Stop, match=f"--port {port}"):
            check_range(Ports(port))

    @pytest.mark.parametrize("which", [0, 1, 2])
    def test_a_busy_one_is_named_with_another_to_try(self, which: int) -> None:
        base = next(port for port in range(20_100, 20_900, 3) if all(map(port_is_free, (port, port + 1, port + 2))))
        check_free(Ports(base))
        said = f"port {base + which} is busy.*--port {base + 10}"
        with socket.create_server(("127.0.0.1", base + which)), pytest.raises(Stop, match=said):
            check_free(Ports(base))


class TestReadiness:
    @pytest.fixture
    def web(self) -> Iterator[Any]:
        asked: list[tuple[str, str]] = []

        class Handler(http.server.BaseHTTPRequestHandler):
            status = 200

            def do_GET(self) -> None:
                asked.append((self.path, self.headers["Host"]))
                self.send_response(Handler.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Silence."""

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server.server_address[1], asked, Handler
        server.shutdown()
        server.server_close()

    @pytest.mark.parametrize(("status", "ready"), [(200, True), (503, False), (404, False), (302, False)])
    def test_only_200_is(self, web: Any, status: int, ready: bool) -> None:
        port, _, handler = web
        handler.status = status
        assert is_ready(port, {}) is ready

    @pytest.mark.parametrize(
        ("hosts", "host"),
        [
            ("plaza.example,localhost", "plaza.example"),
            (" plaza.example ", "plaza.example"),
            (".plaza.example", "plaza.example"),
            ("*", "localhost"),
            ("", "localhost"),
            (None, "localhost"),
        ],
    )
    def test_it_asks_under_a_name_that_is_answered(self, web: Any, hosts: str | None, host: str) -> None:
        port, asked, _ = web
        is_ready(port, {} if hosts is None else {"ALLOWED_HOSTS": hosts})
        assert asked == [("/readyz", host)]

    def test_nobody_there(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        assert not is_ready(port, {})


class Recorder:
    """A supervisor whose children end at once, as the test says."""

    def __init__(self, codes: dict[str, int] | None = None) -> None:
        self.codes = codes or {}
        self.started: list[str] = []
        self.said: list[str] = []
        self.watches: list[Any] = []
        self.stopping = False
        self.console = self

    def add(self, name: str, argv: Any, env: Any, *, lasting: bool = True) -> Child:
        self.started.append(name)
        return cast("Child", type("Ended", (), {"name": name, "code": self.codes.get(name, 0)}))

    def finish(self, child: Child) -> int | None:
        return child.code

    def turn(self, timeout: float = 0.1) -> None:
        self.stopping = True

    def say(self, text: str) -> None:
        self.said.append(text)


class Stamp:
    written = 0
    held = False

    def __init__(self, *_: Any) -> None:
        pass

    def holds(self) -> bool:
        return Stamp.held

    def write(self) -> None:
        Stamp.written += 1


class TestRun:
    @pytest.fixture(autouse=True)
    def stage(self, monkeypatch: pytest.MonkeyPatch) -> None:
        Stamp.written, Stamp.held = 0, False
        monkeypatch.setattr(module, "PreparedStamp", Stamp)
        monkeypatch.setattr(catalogue_files, "stale", list)
        monkeypatch.setattr(Run, "_wait_until_ready", lambda self, env: True)

    def run(self, tmp_path: Path, recorder: Recorder) -> int:
        servers = cast("Servers", type("S", (), {"postgres": object(), "embedded": [], "environment": dict})())
        return Run(tmp_path, Ports(9000), servers, cast("Supervisor", recorder)).all()

    def test_from_nothing_it_migrates_starts_and_seeds(self, tmp_path: Path) -> None:
        recorder = Recorder()
        assert self.run(tmp_path, recorder) == 0
        assert recorder.started == ["migrate", "web", "fast", "slow", "clock", "sandbox", "demo"]
        assert Stamp.written == 1

    def test_what_is_prepared_only_starts(self, tmp_path: Path) -> None:
        Stamp.held = True
        recorder = Recorder()
        self.run(tmp_path, recorder)
        assert recorder.started == ["web", "fast", "slow", "clock", "sandbox"]

    def test_stale_catalogues_are_compiled_first(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(catalogue_files, "stale", lambda: [Path("x.po")])
        recorder = Recorder()
        self.run(tmp_path, recorder)
        assert recorder.started[:2] == ["locale", "migrate"]

    def test_without_the_sandbox(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SANDBOX", "0")
        recorder = Recorder()
        self.run(tmp_path, recorder)
        assert "sandbox" not in recorder.started
        assert not any("Mailbox" in line for line in recorder.said)

    @pytest.mark.parametrize(
        ("failing", "started"),
        [("migrate", ["migrate"]), ("demo", ["migrate", "web", "fast", "slow", "clock", "sandbox", "demo"])],
    )
    def test_a_step_that_fails_ends_it_and_leaves_no_stamp(
        self, tmp_path: Path, failing: str, started: list[str]
    ) -> None:
        recorder = Recorder({failing: 2})
        with pytest.raises(Stop, match=rf"{failing} failed \(exit 2\)") as caught:
            self.run(tmp_path, recorder)
        assert (caught.value.code, recorder.started, Stamp.written) == (1, started, 0)

    def test_it_greets_with_addresses_and_logins(self, tmp_path: Path) -> None:
        recorder = Recorder()
        self.run(tmp_path, recorder)
        said = "\n".join(recorder.said)
        for words in ("http://localhost:9000/", "http://localhost:9001/mailbox/", "ana@plaza.example", "plaza-demo"):
            assert words in said


class TestSignals:
    def test_the_first_ends_the_loop_and_the_second_hurries(self, tmp_path: Path) -> None:
        supervisor = Supervisor(tmp_path, Console(coloured=False))
        before = {number: signal.getsignal(number) for number in module.SIGNALS}
        hurried: list[int] = []
        supervisor.hurry = lambda: hurried.append(1)  # type: ignore[method-assign]
        try:
            with module._signals_stop(supervisor):
                os.kill(os.getpid(), signal.SIGTERM)
                assert supervisor.stopping
                assert hurried == []
                os.kill(os.getpid(), signal.SIGINT)
                assert hurried == [1]
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        assert supervisor.stopping


class TestTheTable:
    def test_it_is_configs_own(self) -> None:
        from config.processes import PROCESSES

        assert [(one.name, one.command) for one in load_processes()] == [(one.name, one.command) for one in PROCESSES]

    @pytest.mark.parametrize("process", load_processes(), ids=lambda process: process.name)
    def test_each_runs_our_own_python_on_our_address(self, process: Any) -> None:
        argv = command(process, "127.0.0.1", 9000)
        assert argv[0] == str(PYTHON)
        assert not any("{" in part for part in argv)
        if process.name == "web":
            assert argv[argv.index("--port") + 1] == "9000"
