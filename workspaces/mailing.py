"""Mailing an invitation. Its row holds the work; a lease keeps two workers from mailing at once; each attempt makes a
new token and stores its hash before the mail leaves, so a link that was read always works, and no token is kept."""

from __future__ import annotations

import logging
import smtplib
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from workspaces import tenancy
from workspaces.models import Invitation, User
from workspaces.models.invitation import hashed, new_token

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 6
LEASE = timedelta(seconds=30)


def send_due(pk: int) -> bool:
    """Mails it if it is due; answers whether the mail left."""
    token = new_token()
    invitation = _claim(pk, token)
    if invitation is None:
        return False
    try:
        _mail(invitation, token)
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("invitation %s was not mailed: %s", pk, type(error).__name__)
        _failed(invitation, error)
        return False
    now = timezone.now()
    Invitation.objects.filter(pk=pk, attempts=invitation.attempts).update(due_at=None, sent_at=now, error="")
    return True


def _claim(pk: int, token: str) -> Invitation | None:
    with transaction.atomic():
        rows = Invitation.objects.select_related("invited_by__user").select_for_update(of=("self",), skip_locked=True)
        invitation = rows.filter(pk=pk, due_at__lte=timezone.now()).first()
        if invitation is None:
            return None
        invitation.attempts += 1
        invitation.due_at = timezone.now() + LEASE * 2 ** (invitation.attempts - 1)
        invitation.token_hash = hashed(token)
        invitation.save(update_fields=["attempts", "due_at", "token_hash"])
    return invitation


def _failed(invitation: Invitation, error: Exception) -> None:
    """It is tried again when its lease ends; after some attempts only when somebody asks for it."""
    changes: dict[str, Any] = {"error": f"{type(error).__name__}: {error}"[:200]}
    if invitation.attempts >= MOST_ATTEMPTS:
        changes["due_at"] = None
    Invitation.objects.filter(pk=invitation.pk, attempts=invitation.attempts).update(**changes)


def _mail(invitation: Invitation, token: str) -> None:
    workspace = tenancy.current()
    known = User.objects.filter(email=invitation.email).first()
    context = {
        "workspace": workspace,
        "invitation": invitation,
        "by": invitation.invited_by.name,
        "url": settings.PUBLIC_URL + tenancy.global_reverse("invitation", token),
    }
    with translation.override(known.language if known else workspace.language):
        subject = " ".join(render_to_string("workspaces/mail/invitation_subject.txt", context).split())
        body = render_to_string("workspaces/mail/invitation.txt", context)
    send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [invitation.email])
