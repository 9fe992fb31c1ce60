"""The verbs of a conversation as nouns: POST makes one, DELETE takes it away."""

from __future__ import annotations

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from inbox.actions.assign import assign
from inbox.actions.closure import close, reopen
from inbox.actions.deliver import retry
from inbox.actions.read import mark_read, mark_unread
from inbox.drawing import draw_message
from inbox.models import Conversation, Message
from inbox.views.loading import load_conversation, load_message
from inbox.views.thread import header_context
from workspaces.middleware import WorkspaceRequest
from workspaces.models import Membership


@require_http_methods(["PUT"])
def assignment(request: WorkspaceRequest, pk: int) -> HttpResponse:
    current = load_conversation(request.member, pk)
    wanted = QueryDict(request.body).get("member", "")
    to = _member(wanted) if wanted else None
    return _header(request, assign(current, to, by=request.member))


def _member(pk: str) -> Membership:
    active = Membership.objects.filter(is_active=True).select_related("user")
    return get_object_or_404(active, pk=int(pk) if pk.isdecimal() and len(pk) < 19 else 0)


@require_http_methods(["POST", "DELETE"])
def closure(request: WorkspaceRequest, pk: int) -> HttpResponse:
    current = load_conversation(request.member, pk)
    verb = close if request.method == "POST" else reopen
    return _header(request, verb(current, by=request.member))


def _header(request: WorkspaceRequest, current: Conversation) -> HttpResponse:
    return render(request, "inbox/_header.html", header_context(request.member, current))


@require_http_methods(["POST", "DELETE"])
def reading(request: WorkspaceRequest, pk: int) -> HttpResponse:
    current = load_conversation(request.member, pk)
    verb = mark_read if request.method == "POST" else mark_unread
    verb(current, by=request.member)
    return HttpResponse(status=204)


@require_POST
def delivery(request: WorkspaceRequest, pk: int, message_pk: int) -> HttpResponse:
    """Sends a failed or unconfirmed message again."""
    message = load_message(request.member, pk, message_pk)
    retry(message)
    return HttpResponse(draw_message(Message.objects.get(pk=message.pk)))
