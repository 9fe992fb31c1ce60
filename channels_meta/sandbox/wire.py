import asyncio
import time
from urllib.parse import urlsplit

STALE = 2.0  # seconds; servers drop idle connections, and a POST into a closed one would count as a failed attempt


class WireError(Exception):
    """No readable answer came back."""


class Wire:
    """A minimal keep-alive HTTP/1.1 client for one address: at thousands of webhooks a second a general client costs
    more than all the rest of the sandbox."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host, self.tls = parts.hostname or "127.0.0.1", parts.scheme == "https"
        self.port = parts.port or (443 if self.tls else 80)
        self.target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self.netloc = parts.netloc
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter, float]] = []

    async def post(self, body: bytes, headers: dict[str, str], timeout_ms: int) -> int:
        """The HTTP status; WireError when there was none in time."""
        lines = [f"POST {self.target} HTTP/1.1", f"Host: {self.netloc}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        status, _ = await self._exchange(("\r\n".join(lines) + "\r\n\r\n").encode() + body, timeout_ms)
        return status

    async def get(self, query: str, timeout_ms: int) -> tuple[int, bytes]:
        target = f"{self.target}{'&' if '?' in self.target else '?'}{query}"
        return await self._exchange(f"GET {target} HTTP/1.1\r\nHost: {self.netloc}\r\n\r\n".encode(), timeout_ms)

    def close(self) -> None:
        while self._idle:
            self._idle.pop()[1].close()

    async def _exchange(self, request: bytes, timeout_ms: int) -> tuple[int, bytes]:
        writer = None
        try:
            async with asyncio.timeout(timeout_ms / 1000):
                reader, writer = await self._connection()
                writer.write(request)
                await writer.drain()
                status, body, keep = await _answer(reader)
        except (
            OSError,
            EOFError,
            LookupError,
            ValueError,
            asyncio.LimitOverrunError,
        ) as error:  # a timeout is an OSError
            if writer is not None:
                writer.close()
            raise WireError(f"{type(error).__name__}: {error}"[:200]) from error
        if keep:
            self._idle.append((reader, writer, time.monotonic()))
        else:
            writer.close()
        return status, body

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._idle:
            reader, writer, since = self._idle.pop()
            if time.monotonic() - since < STALE and not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(self.host, self.port, ssl=self.tls or None)


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes, bool]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status = int(head[0].split(" ")[1])
    headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
    if "content-length" in headers:
        body = await reader.readexactly(int(headers["content-length"]))
        return status, body, headers.get("connection", "").lower() != "close"
    if status == 204:
        return status, b"", True
    return status, b"", False  # chunked or until close: the status is what matters, the connection is given up
