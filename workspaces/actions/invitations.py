"""Inviting by e-mail: make, mail again, revoke, accept. Mailing itself: `workspaces/mailing.py`.

The link goes to the mailbox and nowhere else, not even to who invited: whoever brings it back has read that mailbox,
so accepting marks the address as theirs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from workspaces import audit, doorbell, rights
from workspaces.models import Invitation, InvitationTeam, Membership, Role, Team, TeamMembership, User
from workspaces.models.invitation import VALID
from workspaces.refusals import Refused

MOST_AN_HOUR = 100  # a workspace is no way to mail strangers


def invite(email: str, role: Role, teams: Iterable[Team] = (), *, by: Membership) -> Invitation:
    """A pending invitation of this address is brought up to date and mailed again."""
    email = email.strip().lower()
    if not by.may_grant(role):
        raise PermissionDenied
    with transaction.atomic():
        if Membership.objects.filter(user__email=email, is_active=True).exists():
            raise Refused("already_member", _("%(email)s is in the workspace already.") % {"email": email})
        _limit()
        invitation = _pending(email) or Invitation(email=email)
        invitation.role, invitation.invited_by = role, by
        _renew(invitation)
        _save(invitation)
        invitation.places.all().delete()
        InvitationTeam.objects.bulk_create([InvitationTeam(invitation=invitation, team=team) for team in teams])
        audit.record("invitation.created", _subject(invitation), by=by, email=email, role=role)
        _ring(invitation)
    return invitation


def resend(invitation: Invitation, *, by: Membership) -> Invitation:
    """A new link for seven days; the old one ends when the new one leaves."""
    with transaction.atomic():
        invitation = _open(invitation, by)
        _limit()
        _renew(invitation)
        invitation.save()
        audit.record("invitation.resent", _subject(invitation), by=by, email=invitation.email)
        _ring(invitation)
    return invitation


def revoke(invitation: Invitation, *, by: Membership) -> Invitation:
    with transaction.atomic():
        invitation = _open(invitation, by)
        invitation.revoked_at, invitation.due_at = timezone.now(), None
        invitation.save()
        audit.record("invitation.revoked", _subject(invitation), by=by, email=invitation.email)
    return invitation


def restore(invitation: Invitation, *, by: Membership) -> Invitation:
    """Takes a revocation back: the link in the mailbox works again until it expires."""
    with transaction.atomic():
        invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
        _may(invitation, by)
        if invitation.revoked_at is None:
            return invitation
        invitation.revoked_at = None
        if invitation.sent_at is None:
            invitation.due_at = timezone.now()
        _save(invitation)
        audit.record("invitation.restored", _subject(invitation), by=by, email=invitation.email)
    return invitation


def accept(invitation: Invitation, user: User) -> Membership:
    """`user` has the invited address. One who was a member before is so again, as what the invitation says."""
    with transaction.atomic():
        invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
        if invitation.state != "pending" or invitation.email != user.email.lower():
            raise Refused("invitation_over", _("This invitation is no longer valid. Ask for a new one."))
        verify_email(user)
        member, new = Membership.objects.get_or_create(user=user, defaults={"role": invitation.role})
        if not new and not member.is_active:
            member.role, member.is_active, member.created_at = invitation.role, True, timezone.now()
            member.save(update_fields=["role", "is_active", "created_at"])
        for place in invitation.places.select_related("team"):
            TeamMembership.objects.get_or_create(team=place.team, member=member)
        invitation.accepted_at, invitation.due_at = timezone.now(), None
        invitation.save()
        audit.record(
            "invitation.accepted", f"member:{member.pk}", by=member, email=invitation.email, role=invitation.role
        )
        rights.changed(member)
    return member


def verify_email(user: User) -> None:
    """The address is theirs: they opened a link that only its mailbox holds."""
    address, _new = EmailAddress.objects.get_or_create(user=user, email=user.email)
    address.verified = True
    if not EmailAddress.objects.filter(user=user, primary=True).exclude(pk=address.pk).exists():
        address.primary = True
    address.save()


def _pending(email: str) -> Invitation | None:
    unused = Invitation.objects.filter(accepted_at__isnull=True, revoked_at__isnull=True)
    return unused.select_for_update().filter(email=email).first()


def _open(invitation: Invitation, by: Membership) -> Invitation:
    """As it is now, locked: neither accepted nor revoked, and not above who asks."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    _may(invitation, by)
    if invitation.state in ("accepted", "revoked"):
        raise Refused("invitation_over", _("This invitation was accepted or revoked already."))
    return invitation


def _may(invitation: Invitation, by: Membership) -> None:
    if not by.may_grant(invitation.role):
        raise PermissionDenied


def _renew(invitation: Invitation) -> None:
    now = timezone.now()
    invitation.due_at, invitation.expires_at = now, now + VALID
    invitation.attempts, invitation.error = 0, ""


def _limit() -> None:
    """Each mail is an entry of the log."""
    an_hour_ago = timezone.now() - timedelta(hours=1)
    verbs = ("invitation.created", "invitation.resent")
    if audit.entries().filter(at__gt=an_hour_ago, verb__in=verbs)[:MOST_AN_HOUR].count() >= MOST_AN_HOUR:
        raise Refused("too_many_invitations", _("That is many invitations for an hour. Go on in a while."))


def _save(invitation: Invitation) -> None:
    try:
        with transaction.atomic():
            invitation.save()
    except IntegrityError as error:
        words = _("%(email)s has a newer invitation.") % {"email": invitation.email}
        raise Refused("invitation_taken", words) from error


def _ring(invitation: Invitation) -> None:
    from workspaces.tasks import send_invitation  # the task module leads back here

    doorbell.ring_on_commit(send_invitation, invitation.workspace_id, invitation.pk)


def _subject(invitation: Invitation) -> str:
    return f"invitation:{invitation.pk}"
