"""Whose conversation it is: a member's, a team's, both or nobody's."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from inbox import streams
from inbox.actions.lines import add_line
from inbox.actions.lock import locked
from inbox.models import Conversation
from workspaces import events, live
from workspaces.models import Membership, Team, TeamMembership
from workspaces.refusals import Refused


def assign(conversation: Conversation, to: Membership | None, *, by: Membership) -> Conversation:
    """`to` None takes the conversation from everybody; its team keeps it. Assigning to who has it already changes
    nothing."""
    with transaction.atomic():
        if to is not None:
            _hold(to)
        conversation = locked(conversation)
        if conversation.assignee != to:
            conversation.assignee = to
            what = "unassigned" if to is None else "taken" if to == by else "assigned"
            _changed(conversation, what, by, to.name if to else "")
    return conversation


def assign_team(conversation: Conversation, to: Team | None, *, by: Membership) -> Conversation:
    """Passes the conversation to a team. Whoever has it keeps it only if they are in that team."""
    with transaction.atomic():
        conversation = locked(conversation)
        if conversation.team != to:
            conversation.team = to
            if to and conversation.assignee and not _in_team(conversation.assignee, to):
                conversation.assignee = None
            _changed(conversation, "passed" if to else "teamless", by, to.name if to else "")
    return conversation


def _hold(member: Membership) -> None:
    """Whoever is being removed has let go of everything by the time this goes on: nothing may be given to them then."""
    if not Membership.objects.select_for_update(no_key=True).filter(pk=member.pk, is_active=True).exists():
        raise Refused("member_gone", _("This person is no longer in the workspace."))


def _in_team(member: Membership, team: Team) -> bool:
    return TeamMembership.objects.filter(team=team, member=member).exists()


def _changed(conversation: Conversation, what: str, by: Membership, to: str) -> None:
    add_line(conversation, what, by=by, to=to)
    payload = {"conversation": conversation.pk, "member": conversation.assignee_id, "team": conversation.team_id}
    events.publish(events.Happened("conversation.assigned", f"conversation:{conversation.pk}", payload))
    live.publish(streams.rights_changed(conversation.pk))
