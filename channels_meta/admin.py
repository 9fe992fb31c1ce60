"""What the operator sees of webhooks: those that could not be stored, and those that are of nobody's account."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from channels_meta.drain import replay
from channels_meta.models import WebhookPart
from workspaces.operator import ReadOnly

State = WebhookPart.State


@admin.register(WebhookPart)
class WebhookPartAdmin(ReadOnly):
    """Dead letters and what is unrouted; the rest is a queue. What the customer wrote stays out."""

    list_display = ("id", "platform", "account_key", "lane", "state", "attempts", "error", "received_at")
    list_filter = ("state", "platform", "lane")
    search_fields = ("account_key",)
    ordering = ("-id",)
    fields = list_display
    actions = ("replay",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookPart]:
        return super().get_queryset(request).filter(state__in=(State.DEAD, State.UNROUTED)).defer("payload")

    @admin.action(description=_("Try them again"))
    def replay(self, request: HttpRequest, parts: QuerySet[WebhookPart]) -> None:
        chosen = list(parts)
        for part in chosen:
            replay(part)
        words = ngettext("%d part is tried again.", "%d parts are tried again.", len(chosen))
        self.message_user(request, words % len(chosen))
