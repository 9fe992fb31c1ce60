"""Who is here, for a page that may have missed it, and what a member says of themselves."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from workspaces.middleware import WorkspaceRequest
from workspaces.models import Availability, Membership
from workspaces.permissions import Capability, requires
from workspaces.presence import choose, draw


@require_http_methods(["GET", "POST"])
@requires(Capability.MEMBERS_READ)
def presence(request: WorkspaceRequest) -> HttpResponse:
    if request.method == "POST":
        wanted = request.POST.get("availability", "")
        if wanted not in Availability.values:
            return HttpResponse("bad availability", status=422, content_type="text/plain")
        choose(request.member, Availability(wanted))
    return HttpResponse("".join(map(draw, Membership.objects.filter(is_active=True))))
