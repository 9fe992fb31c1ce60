"""The verbs of a conversation as nouns: POST makes one, DELETE takes it away."""

from __future__ import annotations

from typing import TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from inbox.actions.assign import assign, assign_team
from inbox.actions.closure import close, reopen
from inbox.actions.deliver import retry
from inbox.actions.read import mark_read, mark_unread
from inbox.drawing import draw_message
from inbox.models import Conversation, Message
from inbox.views.loading import load_conversation, load_message
from inbox.views.thread import header_context
from workspaces.middleware import WorkspaceRequest
from workspaces.models import Membership, Team
from workspaces.permissions import Capability, requires

Row = TypeVar("Row", bound=Model)


@require_http_methods(["PUT"])
@requires(Capability.CONVERSATIONS_ASSIGN)
def assignment(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """`member=`, `team=` or both; an empty one takes it away."""
    current = load_conversation(request.member, pk)
    wanted = QueryDict(request.body)
    member = _chosen(Membership.objects.filter(is_active=True).select_related("user"), wanted.get("member", ""))
    team = _chosen(Team.objects.all(), wanted.get("team", ""))
    with transaction.atomic():
        if "team" in wanted:
            current = assign_team(current, team, by=request.member)
        if "member" in wanted:
            current = assign(current, member, by=request.member)
    return _header(request, current)


def _chosen(rows: QuerySet[Row], pk: str) -> Row | None:
    if not pk:
        return None
    return get_object_or_404(rows, pk=int(pk) if pk.isdecimal() and len(pk) < 19 else 0)


@require_http_methods(["POST", "DELETE"])
@requires(Capability.CONVERSATIONS_REPLY)
def closure(request: WorkspaceRequest, pk: int) -> HttpResponse:
    current = load_conversation(request.member, pk)
    verb = close if request.method == "POST" else reopen
    return _header(request, verb(current, by=request.member))


def _header(request: WorkspaceRequest, current: Conversation) -> HttpResponse:
    return render(request, "inbox/_header.html", header_context(request.member, current))


@require_http_methods(["POST", "DELETE"])
@requires(Capability.CONVERSATIONS_READ)
def reading(request: WorkspaceRequest, pk: int) -> HttpResponse:
    current = load_conversation(request.member, pk)
    verb = mark_read if request.method == "POST" else mark_unread
    verb(current, by=request.member)
    return HttpResponse(status=204)


@require_POST
@requires(Capability.CONVERSATIONS_REPLY)
def delivery(request: WorkspaceRequest, pk: int, message_pk: int) -> HttpResponse:
    """Sends a failed or unconfirmed message again."""
    message = load_message(request.member, pk, message_pk)
    retry(message)
    return HttpResponse(draw_message(Message.objects.get(pk=message.pk)))
