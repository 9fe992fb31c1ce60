"""What of a nudge calls this member: for the sound and the desktop notification."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from inbox.actions.read import unread_counts
from inbox.models import Conversation
from inbox.models.conversation import OPEN
from inbox.views.loading import ids_of
from workspaces.middleware import WorkspaceRequest
from workspaces.permissions import Capability, requires


@require_GET
@requires(Capability.CONVERSATIONS_READ)
def alerts(request: WorkspaceRequest) -> HttpResponse:
    """`?ids=`: those of the conversations that are mine or nobody's and hold something I have not read, with how much
    and the newest words."""
    mine_or_nobodys = Q(assignee=request.member) | Q(assignee=None)
    visible = Conversation.objects.visible_to(request.member).filter(mine_or_nobodys, status=OPEN)
    found = list(visible.filter(pk__in=ids_of(request)).select_related("contact"))
    unread = unread_counts(found, request.member)
    calling = [row for row in found if unread.get(row.pk) and row.preview_author == "customer"]
    for row in calling:
        row.unread = unread[row.pk]  # type: ignore[attr-defined]  # for the template alone
    return render(request, "inbox/_alerts.html", {"alerts": calling})
