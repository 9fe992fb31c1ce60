"""Tells open sockets that somebody's rights changed: each looks again whether it may still hear what it hears, and
closes if not. A telling that is lost is made good by the socket's own next look (workspaces/sockets.py)."""

from __future__ import annotations

from workspaces import live
from workspaces.models import Membership

EVERYBODY = "everybody"


def member_stream(pk: int) -> str:
    return f"member-{pk}"


def changed(*members: Membership) -> None:
    """Their role, teams or membership."""
    live.publish(*(live.Recheck(member_stream(member.pk)) for member in members))


def changed_for_all() -> None:
    """What roles see, or the workspace's address."""
    live.publish(live.Recheck(EVERYBODY))
