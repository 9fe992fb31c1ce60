"""Connects an account from the command line: until the connect screens, and for installations without a browser."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

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
        if options["json"]:
            answer = {"channel": channel.pk, "workspace": workspace.slug, "kind": channel.kind, "name": channel.name}
            self.stdout.write(json.dumps(answer))
        else:
            self.stdout.write(f"Connected {channel.name} ({channel.kind}) as channel {channel.pk}.")
