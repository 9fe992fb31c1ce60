"""Connects an account from the command line: until the connect screens, and for installations without a browser."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from channels_meta.drain import replay_account
from channels_meta.parts import KEY
from channels_meta.platforms import BUSINESS, PLATFORMS
from inbox.actions.connect import Account, AccountTaken, connect
from inbox.port import adapters
from workspaces import tenancy
from workspaces.models import Workspace


class Command(BaseCommand):
    help = "Connects an account as a channel of a workspace, or renews its token."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workspace", required=True, help="the workspace's slug")
        parser.add_argument("--kind", required=True, choices=sorted(adapters()))
        parser.add_argument("--id", required=True, help="the account's id at its platform")
        parser.add_argument("--account", default="", help="the id of the business account above it")
        parser.add_argument("--token", required=True)
        parser.add_argument("--name", default="", help="what the team calls it")
        parser.add_argument("--json", action="store_true", help="answer in JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if not KEY.fullmatch(options["id"]) or options["id"].startswith(BUSINESS):
            raise CommandError("--id: no account of a platform has this id.")
        if not options["token"].strip():
            raise CommandError("--token is empty.")
        workspace = Workspace.objects.filter(slug=options["workspace"]).first()
        if workspace is None:
            raise CommandError(f"There is no workspace {options['workspace']!r}.")
        account = Account(
            kind=options["kind"],
            key=options["id"],
            business_key=options["account"],
            name=options["name"],
            secrets={"token": options["token"]},
        )
        with tenancy.enter(workspace):
            try:
                channel = connect(account)
            except AccountTaken as error:
                raise CommandError("Another workspace holds this account.") from error
        _replay(account)
        if options["json"]:
            answer = {"channel": channel.pk, "workspace": workspace.slug, "kind": channel.kind, "name": channel.name}
            self.stdout.write(json.dumps(answer))
        else:
            self.stdout.write(f"Connected {channel.name} ({channel.kind}) as channel {channel.pk}.")


def _replay(account: Account) -> None:
    """What came before there was a channel for it."""
    keys = [account.key, *([f"{BUSINESS}{account.business_key}"] if account.business_key else [])]
    for name, platform in PLATFORMS.items():
        if platform.kind == account.kind:
            replay_account(name, *keys)
