"""Error pages. They need no database and no scope, and say what to do next."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from config import outage
from workspaces.api import door, problems


def for_program(request: HttpRequest) -> bool:
    return request.path_info.startswith(door.PREFIX)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if for_program(request):
        return problems.respond(400, "malformed", _("The request cannot be understood."))
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if for_program(request):
        return problems.respond(403, "forbidden", _("This is not allowed."))
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if for_program(request):
        return problems.respond(404, "not_found")
    return render(request, "404.html", status=404)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    return render(request, "429.html", status=429)


def server_error(request: HttpRequest) -> HttpResponse:
    error = sys.exception()  # Django calls this while it handles it
    if error is not None and outage.is_away(error):
        return outage.away(error)
    if for_program(request):
        return problems.respond(500, "fault", _("It is not your fault. Try again, and tell us if it stays."))
    return render(request, "500.html", status=500)
