from __future__ import annotations

from django.db import models


class Avatar(models.Model):
    """A person's picture by the digest of its bytes, so its address never shows another one. Kept in the database: it
    weighs as much as a message, and every host serves it."""

    digest = models.CharField(primary_key=True, max_length=64)
    image = models.BinaryField()

    def __str__(self) -> str:
        return self.digest
