"""Making, naming and ending teams, and who is in them."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from workspaces import audit, rights
from workspaces.models import Membership, Team, TeamMembership
from workspaces.permissions import Capability
from workspaces.refusals import Refused
from workspaces.releases import release


def create_team(name: str, members: Iterable[Membership] = (), *, by: Membership) -> Team:
    _may(by)
    with transaction.atomic():
        team = Team(name=name)
        _save(team)
        audit.record("team.created", _subject(team), by=by, name=name)
        set_members(team, members, by=by)
    return team


def rename_team(team: Team, name: str, *, by: Membership) -> Team:
    _may(by)
    with transaction.atomic():
        team = Team.objects.select_for_update(no_key=True).get(pk=team.pk)
        if team.name != name:
            old, team.name = team.name, name
            _save(team)
            audit.record("team.renamed", _subject(team), by=by, old=old, new=name)
    return team


def set_members(team: Team, members: Iterable[Membership], *, by: Membership) -> None:
    """Exactly these members. Who comes or goes sees other conversations from now on."""
    _may(by)
    wanted = {member.pk: member for member in members}
    with transaction.atomic():
        team = Team.objects.select_for_update(no_key=True).get(pk=team.pk)
        had = {row.member_id: row.member for row in team.memberships.select_related("member__user")}
        gone, new = had.keys() - wanted.keys(), wanted.keys() - had.keys()
        if not gone and not new:
            return
        TeamMembership.objects.filter(team=team, member__in=gone).delete()
        TeamMembership.objects.bulk_create([TeamMembership(team=team, member=wanted[pk]) for pk in sorted(new)])
        names = {
            "joined": sorted(wanted[pk].name for pk in new),
            "left": sorted(had[pk].name for pk in gone),
        }
        audit.record("team.members_changed", _subject(team), by=by, name=team.name, **names)
        rights.changed(*(had[pk] for pk in gone), *(wanted[pk] for pk in new))


def remove_team(team: Team, *, by: Membership) -> None:
    """The team goes, and with it its hours and holidays; its conversations are of no team."""
    _may(by)
    with transaction.atomic():
        team = Team.objects.select_for_update(no_key=True).get(pk=team.pk)
        release("team", team, by=by)
        audit.record("team.removed", _subject(team), by=by, name=team.name)
        team.delete()
        rights.changed_for_all()


def _may(by: Membership) -> None:
    if not by.can(Capability.TEAMS_MANAGE):
        raise PermissionDenied


def _save(team: Team) -> None:
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError as error:
        raise Refused("team_name_taken", _("There is a team of this name already.")) from error


def _subject(team: Team) -> str:
    return f"team:{team.pk}"
