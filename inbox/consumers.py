"""The sockets: relays of the live streams, no more. Async because each holds a connection open for hours. What a socket
may hear is decided once, when it opens, and again whenever somebody's rights change (`refresh`)."""

from __future__ import annotations

from typing import Any

from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from django.contrib.auth import get_user

from inbox.models import Conversation
from inbox.streams import INBOX, conversation_stream
from workspaces import metrics, second_factor, tenancy
from workspaces.live import group
from workspaces.middleware import membership_of
from workspaces.models import User, Workspace
from workspaces.relay import Relay

FORBIDDEN = 4403


class _Request:
    """What `get_user` asks of a request: its session."""

    def __init__(self, session: Any) -> None:
        self.session = session


class StreamSocket(Relay):
    group_name = ""

    async def connect(self) -> None:
        name = await database_sync_to_async(self.authorised_group, thread_sensitive=False)()
        await self.accept()
        if name is None:
            await self.close(FORBIDDEN)
            return
        self.group_name = name
        metrics.SOCKETS.inc()
        await self.channel_layer.group_add(name, self.channel_name)
        await self.send('{"ready": true}')

    async def disconnect(self, code: int) -> None:
        if self.group_name:
            metrics.SOCKETS.dec()
            await self.channel_layer.group_discard(self.group_name, self.channel_name)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        await self.disconnect(message["code"])
        raise StopConsumer

    def authorised_group(self) -> str | None:
        """The group of this socket's stream in its member's language; None to who may not hear it."""
        user = get_user(_Request(self.scope["session"]))  # type: ignore[arg-type]
        workspace = Workspace.objects.filter(slug=self.scope["url_route"]["kwargs"]["slug"]).first()
        if workspace is None or not isinstance(user, User) or second_factor.is_missing(workspace, user):
            return None
        with tenancy.enter(workspace):
            stream = self.stream(user)
        return group(workspace.pk, stream, user.language) if stream else None

    def stream(self, user: User) -> str | None:
        raise NotImplementedError


class InboxSocket(StreamSocket):
    def stream(self, user: User) -> str | None:
        return INBOX if membership_of(user) else None


class ConversationSocket(StreamSocket):
    def stream(self, user: User) -> str | None:
        member = membership_of(user)
        if member is None:
            return None
        pk = self.scope["url_route"]["kwargs"]["pk"]
        visible = Conversation.objects.visible_to(member).filter(pk=pk).exists()
        return conversation_stream(pk) if visible else None
