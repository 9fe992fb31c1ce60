"""The demo's channels, and what is said through them: `seed` for a bare desk, `add` and `remove` for one that looks
lived in."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils import timezone

from inbox.actions.connect import Account, connect
from inbox.models import Channel
from workspaces import tenancy
from workspaces.models import Workspace

AccountRow = tuple[str, str, str, str, str, str]


def seed() -> None:
    """`settings.DEMO_ACCOUNTS`: workspace slug, kind, account key, business key, name, token."""
    _connect(settings.DEMO_ACCOUNTS)


def add(workspace: Workspace) -> str:
    """The numbers of a shop and a month of its customers. Nothing where that is told already."""
    from inbox.demo import story  # its words are read only where they are needed

    _connect(row for row in settings.DEMO_SHOP_ACCOUNTS if row[0] == workspace.slug)
    with tenancy.enter(workspace):
        if story.is_told():
            return "is told already"
        return f"{story.tell(timezone.now())} conversations added"


def remove(workspace: Workspace) -> str:
    from inbox.demo import story

    with tenancy.enter(workspace):
        return f"{story.forget()} customers removed"


def _connect(accounts: Iterable[AccountRow]) -> None:
    for slug, kind, key, business, name, token in accounts:
        workspace = Workspace.objects.get(slug=slug)
        with tenancy.enter(workspace):
            if not Channel.objects.filter(kind=kind, account_key=key).exists():
                connect(Account(kind, key, business, name, {"token": token}))
