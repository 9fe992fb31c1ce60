"""A member's role, teams, coming and going.

Nobody manages who stands above them or grants more than they are; a workspace never loses its last owner. Every action
locks the owners and those it is about in the order of their ids, and judges what it then reads: two owners who demote
each other at once end as one owner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from workspaces import audit, rights
from workspaces.models import Membership, Role, Team, TeamMembership
from workspaces.permissions import Capability
from workspaces.refusals import Refused
from workspaces.releases import release


def change_role(member: Membership, role: Role, *, by: Membership) -> Membership:
    with transaction.atomic():
        held = _locked(member, by)
        member, by = _present(held, member), _present(held, by)
        if not (by.may_manage(member) and by.may_grant(role)):
            raise PermissionDenied
        if member.role == role:
            return member
        if role != Role.OWNER:
            _keep_an_owner(held, member)
        audit.record("member.role_changed", _subject(member), by=by, name=member.name, old=member.role, new=role)
        member.role = role
        member.save(update_fields=["role"])
        rights.changed(member)
    return member


def set_teams(member: Membership, teams: Iterable[Team], *, by: Membership) -> None:
    """Exactly these teams."""
    if not by.can(Capability.TEAMS_MANAGE):
        raise PermissionDenied
    wanted = {team.pk: team for team in teams}
    with transaction.atomic():
        member = _present(_locked(member), member)
        had = {row.team_id: row for row in TeamMembership.objects.filter(member=member).select_related("team")}
        gone, new = had.keys() - wanted.keys(), wanted.keys() - had.keys()
        if not gone and not new:
            return
        TeamMembership.objects.filter(member=member, team__in=gone).delete()
        TeamMembership.objects.bulk_create([TeamMembership(team=wanted[pk], member=member) for pk in sorted(new)])
        names = {"old": sorted(row.team.name for row in had.values()), "new": sorted(t.name for t in wanted.values())}
        audit.record("member.teams_changed", _subject(member), by=by, name=member.name, **names)
        rights.changed(member)


def remove(member: Membership, *, by: Membership) -> None:
    """Takes somebody out of the workspace: their sockets close, what was assigned to them is nobody's."""
    with transaction.atomic():
        held = _locked(member, by)
        member, by = _present(held, member), _present(held, by)
        if member == by or not by.may_manage(member):
            raise PermissionDenied
        _keep_an_owner(held, member)
        _end(member, "member.removed", by)


def leave(member: Membership) -> None:
    with transaction.atomic():
        held = _locked(member)
        member = _present(held, member)
        _keep_an_owner(held, member)
        _end(member, "member.left", member)


def transfer_ownership(to: Membership, *, by: Membership) -> None:
    """`to` becomes an owner and who gives an admin, both or neither."""
    with transaction.atomic():
        held = _locked(to, by)
        to, by = _present(held, to), _present(held, by)
        if to == by or not by.can(Capability.OWNERSHIP_TRANSFER):
            raise PermissionDenied
        to.role, by.role = Role.OWNER, Role.ADMIN
        for member in (to, by):
            member.save(update_fields=["role"])
        audit.record("ownership.transferred", _subject(to), by=by, name=to.name)
        rights.changed(to, by)


def _locked(*members: Membership) -> Mapping[int, Membership]:
    """These and every active owner as they are now, their rows held until the transaction ends; not so firmly that
    what others write under their name would have to wait."""
    owners = Q(role=Role.OWNER, is_active=True)
    rows = Membership.objects.filter(Q(pk__in=[member.pk for member in members]) | owners)
    return {
        row.pk: row for row in rows.select_related("user").order_by("pk").select_for_update(of=("self",), no_key=True)
    }


def _present(held: Mapping[int, Membership], member: Membership) -> Membership:
    found = held.get(member.pk)
    if found is None or not found.is_active:
        raise Refused("member_gone", _("This person is no longer in the workspace."))
    return found


def _keep_an_owner(held: Mapping[int, Membership], leaving: Membership) -> None:
    others = [row for row in held.values() if row.role == Role.OWNER and row.is_active and row != leaving]
    if leaving.role == Role.OWNER and not others:
        raise Refused("last_owner", _("A workspace needs an owner. Make somebody else an owner first."))


def _end(member: Membership, verb: str, by: Membership) -> None:
    member.is_active = member.is_present = False
    member.save(update_fields=["is_active", "is_present"])
    TeamMembership.objects.filter(member=member).delete()
    release("member", member, by=by)
    audit.record(verb, _subject(member), by=by, name=member.name, role=member.role)
    rights.changed(member)


def _subject(member: Membership) -> str:
    return f"member:{member.pk}"
