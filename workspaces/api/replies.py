"""`Idempotency-Key`: a POST that is sent again is answered again, and done once.

The reply is a row written in the transaction of what it answers for. Who comes second while the first is at work finds
its lock taken (409); who comes later finds the row.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from workspaces import locks
from workspaces.api.problems import Problem, handle
from workspaces.models import ApiKey, ApiReply
from workspaces.refusals import Refused

HEADER = "Idempotency-Key"
NAME = re.compile(r"[\x21-\x7e]{1,255}")
KEPT = timedelta(hours=24)


def once(request: Request, work: Callable[[], Response]) -> HttpResponseBase:
    """Answers what `work` answers, or what it answered to this key, route and name before."""
    name = request.headers.get(HEADER)
    if name is None:
        return work()
    if not NAME.fullmatch(name):
        words = _("An Idempotency-Key is 1 to 255 visible ASCII characters, a UUID for example.")
        raise Problem(400, "idempotency_key_invalid", words)
    key, route, fingerprint = _called(request)
    with transaction.atomic():
        if not locks.try_lock("api-reply", f"{key.pk} {route} {name}"):
            words = _("The first request with this Idempotency-Key is still at work. Ask again in a moment.")
            raise Problem(409, "idempotency_in_flight", words)
        before = ApiReply.objects.filter(key=key, route=route, name=name).first()
        if before is not None and before.created_at > timezone.now() - KEPT:
            return _again(before, fingerprint)
        if before is not None:
            before.delete()
        response = _done(work)
        ApiReply.objects.create(
            key=key,
            name=name,
            route=route,
            fingerprint=fingerprint,
            status=response.status_code,
            content_type=response.content_type or JSONRenderer.media_type,
            body=_text(response),
        )
    return response


def _called(request: Request) -> tuple[ApiKey, str, str]:
    """Who, where, and what exactly was said."""
    inner = request._request
    said = inner.get_full_path().encode() + b"\0" + inner.body
    return inner.api_key, f"{request.method} {inner.path}"[:255], hashlib.sha256(said).hexdigest()  # type: ignore[attr-defined]


def _done(work: Callable[[], Response]) -> Response:
    """A refusal is an answer too: it is kept and given again. A fault of ours is none: nothing stays of it."""
    try:
        with transaction.atomic():
            return work()
    except (APIException, Http404, PermissionDenied, Refused) as error:
        refused = handle(error, {})
        if refused is None:
            raise
        return refused


def _text(response: Response) -> str:
    return JSONRenderer().render(response.data).decode() if response.data is not None else ""


def _again(reply: ApiReply, fingerprint: str) -> HttpResponse:
    if reply.fingerprint != fingerprint:
        words = _("This Idempotency-Key was used with another body. Use a new one for each thing you do.")
        raise Problem(422, "idempotency_key_reused", words)
    response = HttpResponse(reply.body, status=reply.status, content_type=reply.content_type)
    if reply.status == 204:
        del response.headers["Content-Type"]
    response.headers["Idempotency-Replayed"] = "true"
    return response


def forget_old() -> int:
    """Of the open workspace, what is older than a day."""
    return ApiReply.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
