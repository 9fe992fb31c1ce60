"""The sockets: relays of the live streams, no more. Async because each holds a connection open for hours. What a socket
may hear is decided when it opens, again whenever somebody's rights change (`recheck`), and with every beat, so that a
telling that was lost costs half a minute."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from django.conf import settings
from django.contrib.auth import get_user
from django.db import DatabaseError, InterfaceError

from workspaces import metrics, presence, second_factor, tenancy
from workspaces.live import group
from workspaces.middleware import membership_of
from workspaces.models import Membership, User, Workspace
from workspaces.relay import Relay
from workspaces.rights import EVERYBODY, member_stream

logger = logging.getLogger(__name__)

FORBIDDEN = 4403


class _Request:
    """What `get_user` asks of a request: its session, read afresh."""

    def __init__(self, session: Any) -> None:
        self.session = import_module(settings.SESSION_ENGINE).SessionStore(session.session_key)


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a socket was allowed to join."""

    workspace_id: int
    language: str
    streams: tuple[str, ...]

    @property
    def groups(self) -> list[str]:
        return [group(self.workspace_id, stream, self.language) for stream in self.streams]


class StreamSocket(Relay):
    """One stream for one member. `beats`: an open one keeps its member present, and hears of the presence of others."""

    beats = False
    hearing: Hearing | None = None
    looking: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        hearing = await self.look()
        await self.accept()
        if hearing is None:
            await self.close(FORBIDDEN)
            return
        self.hearing = hearing
        metrics.SOCKETS.inc()
        for name in hearing.groups:
            await self.channel_layer.group_add(name, self.channel_name)
        self.looking = asyncio.create_task(self.keep_looking())
        await self.send('{"ready": true}')

    async def disconnect(self, code: int) -> None:
        if self.hearing:
            metrics.SOCKETS.dec()
        if self.looking:
            self.looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.looking
        for name in self.hearing.groups if self.hearing else ():
            await self.channel_layer.group_discard(name, self.channel_name)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        await self.disconnect(message["code"])
        raise StopConsumer

    async def recheck(self, message: dict[str, Any]) -> None:
        """Somebody's rights changed, maybe this member's: what they see may be more or less now."""
        if await self.still_allowed():
            await self.send('{"catch_up": true}')

    async def still_allowed(self) -> bool:
        if await self.look() is not None:
            return True
        await self.close(FORBIDDEN)
        return False

    async def keep_looking(self) -> None:
        allowed = True
        while allowed:
            await asyncio.sleep(presence.BEAT_SECONDS * random.uniform(0.9, 1.0))
            try:
                allowed = await self.still_allowed()
            except (DatabaseError, InterfaceError) as error:  # it will be back; the socket has nothing else to tell
                logger.warning("a socket could not look: %s", type(error).__name__)

    async def look(self) -> Hearing | None:
        hearing: Hearing | None = await database_sync_to_async(self._look, thread_sensitive=False)()
        return hearing

    def _look(self) -> Hearing | None:
        """What this socket may hear, in its member's language; None to who may not."""
        user = get_user(_Request(self.scope["session"]))  # type: ignore[arg-type]
        workspace = Workspace.objects.filter(slug=self.scope["url_route"]["kwargs"]["slug"]).first()
        if workspace is None or not isinstance(user, User) or second_factor.is_missing(workspace, user):
            return None
        with tenancy.enter(workspace):
            member = membership_of(user)
            stream = self.stream(member) if member else None
            if member is None or stream is None:
                return None
            if self.beats:
                presence.beat(member)
        streams = (stream, member_stream(member.pk), *((EVERYBODY,) if stream != EVERYBODY else ()))
        return Hearing(workspace.pk, user.language, streams)

    def stream(self, member: Membership) -> str | None:
        """The stream this member may hear here, by the socket's address."""
        raise NotImplementedError


class PeopleSocket(StreamSocket):
    """Who is here, for the pages without a list of conversations."""

    beats = True

    def stream(self, member: Membership) -> str | None:
        return EVERYBODY
