"""One conversation: its page, its messages, sending."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial

from django.db.models import Q
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from inbox.actions.note import add_note
from inbox.actions.read import mark_read
from inbox.actions.send import Draft, Refused, send
from inbox.drawing import draw_message, draw_messages
from inbox.listing import Listing, moment
from inbox.models import Conversation, Message
from inbox.views.desk import list_context
from inbox.views.loading import load_conversation
from inbox.windows import Refusal
from workspaces.middleware import WorkspaceRequest
from workspaces.models import Membership, Team
from workspaces.permissions import Capability, requires

PAGE = 40


@require_GET
@requires(Capability.CONVERSATIONS_READ)
def conversation(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """The desk with this thread open; to htmx, the thread alone."""
    current = load_conversation(request.member, pk)
    context = thread_context(request.member, current)
    context["unread"] = mark_read(current, by=request.member)
    if request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers:
        return render(request, "inbox/_thread.html", context)
    listing = Listing.from_query(request.member, request.GET)
    return render(request, "inbox/desk.html", {**list_context(listing), **context})


@require_GET
@requires(Capability.CONVERSATIONS_READ)
def header(request: WorkspaceRequest, pk: int) -> HttpResponse:
    return render(request, "inbox/_header.html", header_context(request.member, load_conversation(request.member, pk)))


def header_context(member: Membership, current: Conversation) -> dict[str, object]:
    active = Membership.objects.filter(is_active=True).select_related("user").order_by("user__name")
    members = sorted(active, key=lambda other: other.pk != member.pk)  # oneself first: A, Enter takes it
    return {"conversation": current, "members": members, "teams": Team.objects.order_by("name"), "member": member}


def thread_context(member: Membership, current: Conversation) -> dict[str, object]:
    newest = list(Message.objects.filter(conversation=current).order_by("-at", "-seq")[: PAGE + 1])
    shown = newest[:PAGE][::-1]
    return {
        **header_context(member, current),
        "messages_html": draw_messages(shown),
        "older": older_cursor(shown[0]) if len(newest) > PAGE else "",
        "cursor": current.clock,
    }


def older_cursor(message: Message) -> str:
    return f"{message.at.isoformat()},{message.seq}"


@require_http_methods(["GET", "POST"])
@requires(Capability.CONVERSATIONS_READ, POST=Capability.CONVERSATIONS_REPLY)
def messages(request: WorkspaceRequest, pk: int) -> HttpResponse:
    current = load_conversation(request.member, pk)
    if request.method == "POST":
        return _send(request, current)
    if "since" in request.GET:
        return _since(request, current)
    return _older(request, current)


def _since(request: WorkspaceRequest, current: Conversation) -> HttpResponse:
    """What changed above the cursor, oldest change first; `X-More` while there is more than one page of it."""
    since = request.GET["since"]
    if not since.isdecimal() or len(since) > 18:
        return HttpResponseBadRequest("bad cursor")
    changed = list(Message.objects.filter(conversation=current, rev__gt=int(since)).order_by("rev")[: 5 * PAGE + 1])
    page = changed[: 5 * PAGE]
    more = len(changed) > len(page)
    response = HttpResponse(draw_messages(page))
    response["X-Cursor"] = page[-1].rev if more else current.clock
    if more:
        response["X-More"] = "1"
    return response


def _older(request: WorkspaceRequest, current: Conversation) -> HttpResponse:
    at, _comma, seq = request.GET.get("before", "").partition(",")
    try:
        when, place = moment(at), int(seq)
    except ValueError:
        return HttpResponseBadRequest("bad cursor")
    older = Message.objects.filter(Q(at__lt=when) | Q(at=when, seq__lt=place), conversation=current, at__lte=when)
    found = list(older.order_by("-at", "-seq")[: PAGE + 1])
    shown = found[:PAGE][::-1]
    response = HttpResponse(draw_messages(shown))
    response["X-Older"] = older_cursor(shown[0]) if len(found) > PAGE else ""
    return response


@require_POST
@requires(Capability.CONVERSATIONS_REPLY)
def notes(request: WorkspaceRequest, pk: int) -> HttpResponse:
    current = load_conversation(request.member, pk)
    return _written(request, partial(add_note, current, request.POST.get("text", "")))


def _send(request: WorkspaceRequest, current: Conversation) -> HttpResponse:
    draft = Draft(request.POST.get("text", ""), reply_to=_quoted(current, request.POST.get("reply_to", "")))
    return _written(request, partial(send, current, draft))


def _written(request: WorkspaceRequest, write: Callable[..., tuple[Message, bool]]) -> HttpResponse:
    """The drawing of what was written under the form's id, or why it was not."""
    try:
        client_id = uuid.UUID(request.POST.get("client_id", ""))
        message, is_new = write(by=request.member, client_id=client_id)
    except ValueError:
        words = _("The message has no valid id, so nothing was sent. Reload the page and send it again.")
        return _refuse(request, Refusal("client_id_invalid", words))
    except Refused as error:
        return _refuse(request, error.refusal)
    return HttpResponse(draw_message(message), status=201 if is_new else 200)


def _quoted(current: Conversation, pk: str) -> Message | None:
    if not pk.isdecimal() or len(pk) > 18:
        return None
    return Message.objects.filter(conversation=current, pk=int(pk)).first()


def _refuse(request: WorkspaceRequest, refusal: Refusal) -> HttpResponse:
    response = render(request, "inbox/_refusal.html", {"refusal": refusal}, status=422)
    response["X-Code"] = refusal.code
    return response
