"""What the inbox lets go of when a member or a team goes: nothing stays with who cannot answer it.

Open conversations become unassigned (or of no team) with a line that says why; closed ones too, without a line, so that
one the customer opens again is not nobody's to see."""

from __future__ import annotations

from django.db.models import F

from inbox.actions.lines import add_lines
from inbox.models import Conversation
from inbox.models.conversation import CLOSED, OPEN, ConversationQuerySet
from workspaces.models import Membership, Team


def member_left(member: Membership, *, by: Membership) -> None:
    theirs = Conversation.objects.filter(assignee=member)
    theirs.filter(status=CLOSED).update(assignee=None, clock=F("clock") + 1)
    held = _held(theirs)
    for conversation in held:
        conversation.assignee = None
    add_lines(held, "left" if member == by else "removed", by=by, who=member.name)


def team_removed(team: Team, *, by: Membership) -> None:
    theirs = Conversation.objects.filter(team=team)
    theirs.filter(status=CLOSED).update(team=None, clock=F("clock") + 1)
    held = _held(theirs)
    for conversation in held:
        conversation.team = None
    add_lines(held, "team_removed", by=by, who=team.name)


def _held(theirs: ConversationQuerySet) -> list[Conversation]:
    rows = theirs.filter(status=OPEN).order_by("pk").select_related("channel")
    return list(rows.select_for_update(of=("self",)))
