"""Live updates: what an action tells the browsers that are looking, after its commit, in one pipeline.

Two words: a `Fragment` (a drawing that inserts or replaces itself by its id) and a `Nudge` (ids: the browser asks
what it may see of them). A fragment is drawn once per language that somebody listens to. Delivery is at most once:
the page asks for what it missed whenever its socket opens.

Redis is spoken to directly, in the channel layer's own encoding: one pipelined call for a whole transaction, where
`async_to_sync(group_send)` would cost a connection a frame.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import redis
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction
from django.utils import translation

from workspaces import metrics, tenancy

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0
LANGUAGES = tuple(code for code, _ in settings.LANGUAGES)


@dataclass(frozen=True, slots=True)
class Fragment:
    """`draw()` answers HTML in the active language; it may depend on the row and that language only."""

    stream: str
    draw: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Nudge:
    stream: str
    ids: tuple[int, ...] = ()
    word: str = "nudge"


@dataclass(frozen=True, slots=True)
class Recheck:
    """To the sockets themselves: look again whether you may hear this (`workspaces/rights.py`)."""

    stream: str


Frame = Fragment | Nudge | Recheck


def group(workspace_id: int, stream: str, language: str) -> str:
    """The channel-layer group of one stream in one language."""
    return f"w{workspace_id}.{stream}.{language}"


def publish(*frames: Frame) -> None:
    """Tells them after COMMIT; nothing is drawn or sent if the transaction is rolled back."""
    publish_all(frames)


def publish_all(frames: Sequence[Frame]) -> None:
    if not frames:
        return
    workspace = tenancy.current()

    def publish_frames() -> None:
        with tenancy.enter(workspace):  # the transaction may have been opened outside the scope
            _send(frames, workspace.pk)

    transaction.on_commit(publish_frames, robust=True)  # robust needs a function with a name, so no partial


class _Line:
    """Whether Redis answered lately; while it does not, frames are dropped at once instead of waiting for it."""

    dead_until = 0.0


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)


def _send(frames: Sequence[Frame], workspace_id: int) -> None:
    if time.monotonic() < _Line.dead_until:
        metrics.DROPPED.inc(len(frames))
        return
    try:
        heard = _listened_to(frames, workspace_id)
        sent = _publish(frames, workspace_id, heard) if heard else 0
        (metrics.PUBLISHED if sent else metrics.UNHEARD).inc(sent or len(frames))
    except redis.RedisError as error:
        _Line.dead_until = time.monotonic() + PAUSE_SECONDS
        metrics.DROPPED.inc(len(frames))
        logger.warning("live frames dropped: %s", type(error).__name__)


def _channel(name: str) -> str:
    return f"{settings.CHANNEL_PREFIX}__group__{name}"


def _listened_to(frames: Sequence[Frame], workspace_id: int) -> set[str]:
    names = {group(workspace_id, frame.stream, code) for frame in frames for code in LANGUAGES}
    counts = _redis().pubsub_numsub(*(_channel(name) for name in names))
    return {str(channel, "ascii") for channel, count in counts if count and isinstance(channel, bytes)}


def _publish(frames: Sequence[Frame], workspace_id: int, heard: set[str]) -> int:
    """How many went out: one a frame and language."""
    pipeline = _redis().pipeline(transaction=False)
    for code in LANGUAGES:
        named = [(_channel(group(workspace_id, frame.stream, code)), frame) for frame in frames]
        wanted = [(channel, frame) for channel, frame in named if channel in heard]
        with translation.override(code):
            for channel, frame in wanted:
                pipeline.publish(channel, _encode(frame))
    return len(pipeline.execute())


def _body(frame: Frame) -> dict[str, Any]:
    if isinstance(frame, Fragment):
        return {"html": frame.draw()}
    return {frame.word: list(frame.ids) or True} if isinstance(frame, Nudge) else {}


def _encode(frame: Frame) -> bytes:
    """`type` is the socket's method that it reaches."""
    layer: Any = get_channel_layer()
    kind = "recheck" if isinstance(frame, Recheck) else "frame"
    encoded: bytes = layer.serialize({"type": kind, "stream": frame.stream, "text": json.dumps(_body(frame))})
    return encoded
