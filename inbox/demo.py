"""The demo's channels: each demo workspace has a number of the sandbox's."""

from __future__ import annotations

from django.conf import settings

from inbox.actions.connect import Account, connect
from inbox.models import Channel
from workspaces import tenancy
from workspaces.models import Workspace


def seed() -> None:
    """`settings.DEMO_ACCOUNTS`: workspace slug, kind, account key, business key, name, token."""
    for slug, kind, key, business, name, token in settings.DEMO_ACCOUNTS:
        workspace = Workspace.objects.get(slug=slug)
        with tenancy.enter(workspace):
            if not Channel.objects.filter(kind=kind, account_key=key).exists():
                connect(Account(kind, key, business, name, {"token": token}))
