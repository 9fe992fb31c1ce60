"""The inbox's sockets: which of its streams a member may hear. The rest: `workspaces/sockets.py`."""

from __future__ import annotations

from typing import Any

from inbox.models import Conversation
from inbox.streams import INBOX, conversation_stream
from workspaces.models import Membership
from workspaces.sockets import FORBIDDEN, StreamSocket

__all__ = ["FORBIDDEN", "ConversationSocket", "InboxSocket"]


class InboxSocket(StreamSocket):
    """Ids only: what of them this member sees, the list asks for."""

    beats = True

    def stream(self, member: Membership) -> str | None:
        return INBOX


class ConversationSocket(StreamSocket):
    def stream(self, member: Membership) -> str | None:
        pk = self.scope["url_route"]["kwargs"]["pk"]
        visible = Conversation.objects.visible_to(member).filter(pk=pk).exists()
        return conversation_stream(pk) if visible else None

    async def recheck(self, message: dict[str, Any]) -> None:
        """What of this conversation changed comes by itself."""
        await self.still_allowed()

    async def frame(self, message: dict[str, Any]) -> None:
        """Who comes and goes is told to the list's socket of the same page."""
        if message["stream"].startswith("conversation-"):
            await super().frame(message)
