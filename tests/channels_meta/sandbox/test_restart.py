"""The sandbox as a process of its own, killed while it had things to tell."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.channels_meta.sandbox.world import SECRET, Box, Door, free_port, until

ROOT = Path(__file__).parents[3]


def _up(client: httpx.Client) -> bool:
    try:
        return client.get("/control/health").status_code == 200
    except httpx.TransportError:
        return False


@contextmanager
def process(door: Door, state: Path, webhook_port: int) -> Iterator[tuple[Box, subprocess.Popen[bytes]]]:
    port, smtp = free_port(), free_port()
    settings = {
        "META_APP_SECRET": f"{SECRET},older",
        "META_VERIFY_TOKEN": "verify",
        "SANDBOX_PORT": str(port),
        "SANDBOX_SMTP_PORT": str(smtp),
        "SANDBOX_STATE": str(state),
        "SANDBOX_WEBHOOK_URL": f"http://127.0.0.1:{webhook_port}/webhooks/whatsapp/",
    }
    running = subprocess.Popen([sys.executable, "-m", "channels_meta.sandbox"], cwd=ROOT, env=os.environ | settings)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=5) as client:
            until(lambda: _up(client), 20)
            yield Box(client, door, smtp), running
    finally:
        running.kill()
        running.wait()


def test_what_was_accepted_outlives_a_kill(door_server: Door, tmp_path: Path) -> None:
    door, state = door_server, tmp_path / "state.sqlite3"
    door.clear()
    nobody = free_port()
    with process(door, state, nobody) as (box, running):
        box.knobs(receipts=["sent"], sent_ms=5, retry_base_ms=30, retry_cap_ms=60)
        wamid = box.say("oi")
        sent = box.send("olá", biz_opaque_callback_data="a1").json()["messages"][0]["id"]
        until(lambda: box.counts()["attempts"] >= 2)
        assert box.counts()["delivered"] == 0
        running.send_signal(signal.SIGKILL)
        running.wait()
    with process(door, state, door.port) as (box, running):
        door.wait(2)
        assert {hit.signed for hit in door.hits} == {True}
        box.quiet()
        assert [m["id"] for m in door.messages()] == [wamid]
        assert [(s["id"], s["biz_opaque_callback_data"]) for s in door.statuses()] == [(sent, "a1")]
        assert [e["text"] for e in box.log()] == ["oi", "olá"]
        assert box.control("knobs", method="GET")["set"]["*"]["retry_cap_ms"] == 60
        running.send_signal(signal.SIGTERM)
        assert running.wait(5) in (0, -signal.SIGTERM)


@pytest.mark.parametrize("missing", ["META_APP_SECRET", "META_VERIFY_TOKEN"])
def test_a_missing_setting_is_one_clear_line(missing: str) -> None:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("META_", "SANDBOX"))}
    env |= {"META_APP_SECRET": "s", "META_VERIFY_TOKEN": "t"}
    del env[missing]
    ended = subprocess.run(
        [sys.executable, "-m", "channels_meta.sandbox"], cwd=ROOT, env=env, capture_output=True, timeout=20, check=False
    )
    assert ended.returncode == 2
    assert ended.stderr.decode().count("\n") == 1
    assert missing in ended.stderr.decode()


def test_it_imports_nothing_of_the_project() -> None:
    seen = "import sys, channels_meta.sandbox.app; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", seen], cwd=ROOT, capture_output=True, timeout=20, check=True)
    modules = {name.partition(".")[0] for name in ended.stdout.decode().split()}
    assert not modules & {"django", "config", "workspaces", "crm", "inbox", "celery", "channels", "psycopg"}
    ours = {name for name in ended.stdout.decode().split() if name.startswith("channels_meta.")}
    assert {name for name in ours if not name.startswith("channels_meta.sandbox")} == set()
