"""Writes every stored secret anew under the first of FIELD_KEYS, so that the keys behind it can be taken away."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models, transaction

from workspaces import tenancy
from workspaces.crypto import EncryptedSecretsField
from workspaces.models import Workspace
from workspaces.tenancy import WorkspaceModel


class Command(BaseCommand):
    help = "Encrypts all stored secrets with the first key of FIELD_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        rotated = 0
        for workspace in Workspace.objects.order_by("id"):
            with tenancy.enter(workspace), transaction.atomic():
                rotated += sum(self.rotate(model, names) for model, names in encrypted().items())
        self.stdout.write(f"{rotated} rows are encrypted with the first key.")

    def rotate(self, model: type[WorkspaceModel], names: list[str]) -> int:
        """Reading decrypts with any key, writing encrypts with the first."""
        rows: models.QuerySet[Any] = model.objects.select_for_update().order_by("pk")
        for row in rows:
            row.save(update_fields=names)
        return len(rows)


def encrypted() -> dict[type[WorkspaceModel], list[str]]:
    """The tenants' models that hold secrets, with those fields' names."""
    found: dict[type[WorkspaceModel], list[str]] = {}
    for model in apps.get_models():
        names = [field.name for field in model._meta.local_fields if isinstance(field, EncryptedSecretsField)]
        if names and issubclass(model, WorkspaceModel):
            found[model] = names
    return found
