"""What the operator sees of this room: companies, people, and events that died."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from workspaces import events
from workspaces.models import EventRow, Membership, User, Workspace
from workspaces.operator import AcrossWorkspaces, ReadOnly


@admin.register(Workspace)
class WorkspaceAdmin(ReadOnly):
    list_display = ("name", "slug", "language", "country", "created_at")
    search_fields = ("name", "slug")
    ordering = ("-created_at",)


@admin.register(User)
class UserAdmin(ReadOnly):
    list_display = ("email", "name", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("-date_joined",)
    fields = list_display


@admin.register(Membership)
class MembershipAdmin(AcrossWorkspaces):
    list_display = ("workspace", "user", "role", "is_active", "created_at")
    list_filter = ("role", "is_active")
    ordering = ("-created_at",)
    fields = list_display


@admin.register(EventRow)
class EventRowAdmin(AcrossWorkspaces):
    """The payload stays out: it may tell of a customer."""

    list_display = ("workspace", "kind", "subject", "listener", "state", "attempts", "created_at")
    list_filter = ("state", "kind", "listener")
    ordering = ("-id",)
    fields = (*list_display, "error")
    actions = ("replay",)

    @admin.action(description=_("Try the dead ones again"))
    def replay(self, request: HttpRequest, rows: QuerySet[EventRow]) -> None:
        dead = list(rows.filter(state=EventRow.State.DEAD))
        for row in dead:
            events.replay(row)
        words = ngettext("%d event is tried again.", "%d events are tried again.", len(dead))
        self.message_user(request, words % len(dead))
