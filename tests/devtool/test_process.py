from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from devtool import process
from devtool.process import Identity, Launch, Record, end_leftover, group_exists, spawn, wait_until
from devtool.valkey import port_is_free

SLEEP = ["sleep", "60"]
linux_only = pytest.mark.skipif(not process.LINUX, reason="the kernel's parent-death signal is Linux's")

# Starts a child of its own, prints its pid and waits to be killed.
PARENT = """
import sys, time
from devtool.process import Launch, spawn
print(spawn(Launch(["sleep", "60"])).pid, flush=True)
time.sleep(60)
"""

# Its first thread ends alone; another one holds a port.
LEADERLESS = """
import ctypes, platform, socket, threading, time
listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=time.sleep, args=(60,)).start()
print(listener.getsockname()[1], flush=True)
ctypes.CDLL(None).syscall({"x86_64": 60, "aarch64": 93}[platform.machine()], 0)
"""


def ended(pid: int) -> bool:
    return wait_until(lambda: Identity.of(pid) is None, 5)


class TestIdentity:
    def test_a_living_process_has_one(self) -> None:
        identity = Identity.of(os.getpid())
        assert identity is not None
        assert identity.alive()

    def test_a_reused_pid_is_somebody_else(self) -> None:
        assert not Identity(os.getpid(), "1").alive()

    def test_a_dead_process_has_none_even_before_it_is_reaped(self) -> None:
        child = spawn(Launch(["true"]))
        assert wait_until(lambda: Identity.of(child.pid) is None, 5)
        assert child.wait() == 0

    @linux_only
    def test_one_whose_last_thread_lives_on_is_not_dead_yet(self) -> None:
        """Its leader is a zombie already, but its ports are still taken."""
        child = subprocess.Popen([sys.executable, "-c", LEADERLESS], stdout=subprocess.PIPE)
        assert child.stdout is not None
        port = int(child.stdout.readline())
        identity = Identity.of(child.pid)
        assert wait_until(lambda: Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z", 5)
        assert identity is not None
        assert identity.alive()
        assert not port_is_free(port)
        child.kill()
        assert wait_until(lambda: not identity.alive(), 5)
        assert port_is_free(port)
        child.wait()
        child.stdout.close()


class TestSpawn:
    def test_a_ctrl_c_for_us_does_not_reach_it(self) -> None:
        child = spawn(Launch(SLEEP))
        assert os.getpgid(child.pid) == child.pid != os.getpgid(0)
        child.kill()
        child.wait()

    @linux_only
    def test_it_dies_with_a_parent_that_is_killed(self) -> None:
        parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
        assert parent.stdout is not None
        with parent.stdout:
            grandchild = int(parent.stdout.readline())
            assert Identity.of(grandchild)
            parent.kill()
            parent.wait()
        assert ended(grandchild)

    def test_started_by_another_thread_it_is_not_bound_to_that_thread(self) -> None:
        children: list[subprocess.Popen[bytes]] = []
        thread = threading.Thread(target=lambda: children.append(spawn(Launch(SLEEP))))
        thread.start()
        thread.join()
        assert not wait_until(lambda: children[0].poll() is not None, 0.2)
        children[0].kill()
        children[0].wait()

    def test_what_it_says_comes_in_one_stream(self, tmp_path: Path) -> None:
        with (tmp_path / "log").open("wb") as output:
            spawn(Launch(["sh", "-c", "echo out; echo err >&2"], output=output)).wait()
        assert (tmp_path / "log").read_text() == "out\nerr\n"


class TestLeftovers:
    def test_a_child_of_an_earlier_run_is_ended(self, tmp_path: Path) -> None:
        child = spawn(Launch(SLEEP))
        record = Record(tmp_path, "child")
        record.write(child.pid)
        assert record.alive()
        reaper = threading.Thread(target=child.wait)  # as init would
        reaper.start()
        assert end_leftover(record)
        reaper.join()
        assert child.returncode == -signal.SIGTERM
        assert record.read() is None

    def test_one_that_ignores_the_request_is_killed(self, tmp_path: Path) -> None:
        child = spawn(Launch(["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"], output=-1))
        assert child.stdout is not None
        with child.stdout:
            assert child.stdout.readline() == b"ready\n"
            record = Record(tmp_path, "child")
            record.write(child.pid)
            assert end_leftover(record, patience=0.2)
            assert child.wait() == -signal.SIGKILL

    def test_children_of_a_dead_leader_are_ended(self, tmp_path: Path) -> None:
        leader = spawn(Launch(["sh", "-c", "sleep 60 & echo $!; exec sleep 60"], output=-1))
        assert leader.stdout is not None
        with leader.stdout:
            orphan = int(leader.stdout.readline())
        record = Record(tmp_path, "child")
        record.write(leader.pid)
        leader.kill()
        leader.wait()
        assert group_exists(leader.pid)
        assert end_leftover(record)
        assert ended(orphan)

    def test_a_stranger_with_the_same_pid_is_left_alone(self, tmp_path: Path) -> None:
        stranger = spawn(Launch(SLEEP))
        record = Record(tmp_path, "child")
        record.path.write_text(json.dumps({"pid": stranger.pid, "started": "1"}))
        assert not end_leftover(record)
        assert stranger.poll() is None
        stranger.kill()
        stranger.wait()

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x"}', "null"])
    def test_a_record_cut_off_in_the_middle_is_no_record(self, text: str, tmp_path: Path) -> None:
        record = Record(tmp_path, "child")
        record.path.write_text(text)
        assert record.read() is None
        assert not end_leftover(record)


def test_waiting_ends_with_the_time() -> None:
    assert not wait_until(lambda: False, 0.05)
    assert wait_until(lambda: True, 0)
