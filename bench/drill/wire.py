"""A wire between a browser and the web that can be cut: a TCP relay on loopback."""

from __future__ import annotations

import contextlib
import socket
import threading

CHUNK = 65536


class Wire:
    """Cut, it drops every connection and refuses new ones, as a lost network does; mended, it is there again."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.is_cut = False
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self.listener.getsockname()[1])
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, name="wire", daemon=True).start()

    def cut(self) -> None:
        self.is_cut = True
        with self._lock:
            held = list(self._open)
        for one in held:
            _hang_up(one)

    def mend(self) -> None:
        self.is_cut = False

    def close(self) -> None:
        self.cut()
        _hang_up(self.listener)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            if self.is_cut:
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            with self._lock:
                self._open |= {near, far}
            for pair in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=pair, daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(CHUNK):
                sink.sendall(chunk)
        for one in (source, sink):
            _hang_up(one)
            with self._lock:
                self._open.discard(one)


def _hang_up(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
