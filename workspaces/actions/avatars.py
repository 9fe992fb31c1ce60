"""A person's picture."""

from __future__ import annotations

from hashlib import sha256

from django.db import transaction

from workspaces.models import Avatar, User


@transaction.atomic
def set_avatar(user: User, image: bytes) -> None:
    """`image` comes from `pictures.squared`."""
    digest = sha256(image).hexdigest()
    Avatar.objects.get_or_create(digest=digest, defaults={"image": image})
    _wear(user, digest)


@transaction.atomic
def remove_avatar(user: User) -> None:
    _wear(user, "")


def _wear(user: User, digest: str) -> None:
    worn = User.objects.select_for_update().get(pk=user.pk).avatar
    User.objects.filter(pk=user.pk).update(avatar=digest)
    user.avatar = digest
    if worn != digest and not User.objects.filter(avatar=worn).exists():
        Avatar.objects.filter(digest=worn).delete()
