import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from channels_meta.sandbox.app import build_app
from channels_meta.sandbox.protocol import Droppable
from channels_meta.sandbox.settings import Settings
from tests.channels_meta.sandbox.world import SECRET, Box, Door, free_port, until


@pytest.fixture(scope="session")
def door_server() -> Iterator[Door]:
    door = Door()
    server = door.serve()
    yield door
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def sandbox_server(door_server: Door, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    state: Path = tmp_path_factory.mktemp("sandbox") / "state.sqlite3"
    settings = Settings(
        app_secret=SECRET,
        verify_token="verify",
        webhook_url=f"http://127.0.0.1:{door_server.port}/webhooks/whatsapp/",
        state=state,
        port=free_port(),
        smtp_port=free_port(),
    )
    config = uvicorn.Config(
        build_app(settings),
        port=settings.port,
        http=Droppable,
        log_level="error",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started)
    yield settings
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="session")
def client(sandbox_server: Settings) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{sandbox_server.port}", timeout=10) as client:
        yield client


@pytest.fixture
def box(client: httpx.Client, sandbox_server: Settings, door_server: Door) -> Iterator[Box]:
    """A sandbox without any history, with quick receipts and, unless a test says otherwise, one webhook at a time."""
    box = Box(client, door_server, sandbox_server.smtp_port)
    box.control("reset")
    door_server.clear()
    box.knobs(sent_ms=5, delivered_ms=10, read_ms=20, retry_base_ms=20, concurrency=1)
    yield box
    box.knobs(paused=True)


@pytest.fixture
def door(box: Box) -> Door:
    return box.door
