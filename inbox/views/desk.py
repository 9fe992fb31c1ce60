"""The desk's page and its list."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.http import require_GET

from inbox.actions.read import unread_counts
from inbox.drawing import draw_rows
from inbox.listing import BadCursor, Listing
from inbox.models import Conversation
from inbox.views.loading import ids_of
from workspaces.middleware import WorkspaceRequest
from workspaces.permissions import Capability, requires


@require_GET
@requires(Capability.CONVERSATIONS_READ)
def desk(request: WorkspaceRequest) -> HttpResponse:
    return render(request, "inbox/desk.html", list_context(Listing.from_query(request.member, request.GET)))


def list_context(listing: Listing) -> dict[str, object]:
    found, cursor = listing.page()
    return {
        "listing": listing,
        "rows": _drawn(listing, found),
        "is_empty": not found,
        "next_cursor": cursor,
        "counters": listing.counters(),
    }


@require_GET
@requires(Capability.CONVERSATIONS_READ)
def rows(request: WorkspaceRequest) -> HttpResponse:
    """`?before=` the next page; `?ids=` those rows as they are now, the ids that left the view, and the counters."""
    listing = Listing.from_query(request.member, request.GET)
    if "ids" in request.GET:
        return _rows_by_id(request, listing)
    try:
        found, cursor = listing.page(request.GET.get("before", ""))
    except BadCursor:
        return HttpResponseBadRequest("bad cursor")
    return render(
        request, "inbox/_rows.html", {"listing": listing, "rows": _drawn(listing, found), "next_cursor": cursor}
    )


def _rows_by_id(request: WorkspaceRequest, listing: Listing) -> HttpResponse:
    ids = ids_of(request)
    found = listing.these(ids)
    context = {
        "listing": listing,
        "rows": _drawn(listing, found),
        "gone": sorted(set(ids) - {row.pk for row in found}),
        "counters": listing.counters(),
    }
    return render(request, "inbox/_rows_changed.html", context)


def _drawn(listing: Listing, found: list[Conversation]) -> str:
    return draw_rows(found, unread_counts(found, listing.member))
