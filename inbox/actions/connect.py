"""Connecting an account as a channel."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import IntegrityError, transaction

from inbox.models import Channel, ChannelRoute
from workspaces import audit
from workspaces.models import Membership


class AccountTaken(Exception):
    """Another workspace holds this account."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account at its platform: its id, the business account above it, how people know it, its secrets."""

    kind: str
    key: str
    business_key: str = ""
    name: str = ""
    secrets: dict[str, str] = field(default_factory=dict)


def connect(account: Account, *, by: Membership | None = None) -> Channel:
    """The channel of this account, made or brought up to date. One account belongs to one workspace."""
    with transaction.atomic():
        held = ChannelRoute.objects.select_for_update().filter(kind=account.kind, account_key=account.key).first()
        channel, is_new = _channel(account)
        if held is not None and held.workspace_id != channel.workspace_id:
            raise AccountTaken(account.key)
        _route(held, account, channel)
        audit.record(
            "channel.connected", f"channel:{channel.pk}", by=by, kind=account.kind, account=account.key, new=is_new
        )
    return channel


def _route(held: ChannelRoute | None, account: Account, channel: Channel) -> None:
    route = held or ChannelRoute(kind=account.kind, account_key=account.key)
    route.business_key, route.workspace, route.channel = account.business_key, channel.workspace, channel
    try:
        with transaction.atomic():
            route.save()
    except IntegrityError as error:  # somebody connected it since we looked
        raise AccountTaken(account.key) from error


def _channel(account: Account) -> tuple[Channel, bool]:
    defaults = {
        "business_key": account.business_key,
        "secrets": account.secrets,
        "state": Channel.State.CONNECTED,
        "state_reason": "",
    }
    if account.name:
        defaults["name"] = account.name
    create = {"name": account.key, **defaults}
    found, is_new = Channel.objects.update_or_create(
        kind=account.kind, account_key=account.key, defaults=defaults, create_defaults=create
    )
    return found, is_new
