"""What a first visit shows. Without a word: workspaces with people and a connected number, the desk empty. `add` tells
a month of a shoe shop in each language, `remove` takes its customers away again. Each may run twice."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils.module_loading import import_string

from workspaces import demo
from workspaces.models import Workspace


class Command(BaseCommand):
    help = "Makes the demo workspaces, or leaves them as they are; adds or removes what makes them look lived in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("verb", nargs="?", choices=["add", "remove"])
        parser.add_argument("--workspace", choices=demo.SHOPS, help="this shop only")
        parser.add_argument("--new-only", action="store_true", help="add: leave shops alone that exist already")

    def handle(self, *args: Any, **options: Any) -> None:
        shops = [options["workspace"]] if options["workspace"] else list(demo.SHOPS)
        if options["new_only"]:
            known = set(Workspace.objects.filter(slug__in=shops).values_list("slug", flat=True))
            shops = [slug for slug in shops if slug not in known]
        if options["verb"] != "remove":
            self.seed()
        if options["verb"] == "add":
            self.add(shops)
        elif options["verb"] == "remove":
            self.remove(shops)

    def seed(self) -> None:
        for path in settings.DEMO_SEEDERS:
            import_string(path)()

    def add(self, shops: list[str]) -> None:
        for slug in shops:
            with transaction.atomic():
                workspace = demo.found(slug)
                self.tell(workspace, [import_string(f"{path}.add")(workspace) for path in settings.DEMO_STORIES])
        for path in settings.DEMO_GUESTS:
            import_string(path)(shops)

    def remove(self, shops: list[str]) -> None:
        for workspace in Workspace.objects.filter(slug__in=shops):
            with transaction.atomic():
                self.tell(workspace, [import_string(f"{path}.remove")(workspace) for path in settings.DEMO_STORIES])

    def tell(self, workspace: Workspace, lines: list[str]) -> None:
        self.stdout.write(f"{workspace.name}: {', '.join(lines)}")
