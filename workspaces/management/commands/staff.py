"""Makes a person an operator of this installation, or takes that back."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from workspaces.models import User


class Command(BaseCommand):
    help = "Lets a person open the operator's pages; with --remove, no longer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--remove", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        if user is None:
            raise CommandError(f"There is no person {options['email']!r}.")
        user.is_staff = not options["remove"]
        user.save(update_fields=["is_staff"])
        self.stdout.write(f"{user.email} is {'' if user.is_staff else 'no longer '}an operator.")
