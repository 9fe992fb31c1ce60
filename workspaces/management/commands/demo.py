"""Seeds what a first visit shows: workspaces with people and a connected number. Running it again changes nothing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string


class Command(BaseCommand):
    help = "Makes the demo workspaces, or leaves them as they are."

    def handle(self, *args: Any, **options: Any) -> None:
        for path in settings.DEMO_SEEDERS:
            import_string(path)()
