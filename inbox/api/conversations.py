"""Channels and conversations: what they are, whose they are, whether they are done."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework.response import Response

from inbox.actions.assign import assign, assign_team
from inbox.actions.closure import close, reopen
from inbox.actions.read import mark_read, mark_unread
from inbox.api import loading
from inbox.api.serializers import (
    AssignmentBody,
    ChannelQuery,
    ChannelResource,
    ConversationQuery,
    ConversationResource,
    TeamBody,
)
from inbox.models import Channel
from workspaces.api.operations import Call, Operation
from workspaces.api.paging import NEWEST, Order, page
from workspaces.api.problems import Problem
from workspaces.api.views import Viewset
from workspaces.models import Membership, Team
from workspaces.permissions import Capability

LATEST = Order("latest", ("last_message_at", "id"))
CHANGED = Order("changed", ("updated_at", "id"), falling=False)


class Channels(Viewset):
    resource = "channels"

    @Operation(Capability.CHANNELS_READ, _("List channels"), answers=ChannelResource, many=True, query=ChannelQuery)
    def list(self, call: Call) -> Response:
        rows = Channel.objects.defer("secrets", "config")
        rows = loading.only(rows, call.query, kind="kind", state="state")
        return self.answer_page(ChannelResource, *page(rows, NEWEST, call.query))

    @Operation(Capability.CHANNELS_READ, _("Show a channel"), answers=ChannelResource)
    def retrieve(self, call: Call, pk: int) -> Response:
        return self.answer(ChannelResource, get_object_or_404(Channel.objects.defer("secrets", "config"), pk=pk))


class Conversations(Viewset):
    resource = "conversations"

    @Operation(
        Capability.CONVERSATIONS_READ,
        _("List conversations"),
        answers=ConversationResource,
        many=True,
        query=ConversationQuery,
        description=_(
            "To follow what changes, ask with updated_since, walk to the last page, and next time ask from a minute"
            " before the newest updated_at you have seen."
        ),
    )
    def list(self, call: Call) -> Response:
        query = call.query
        rows = loading.only(
            loading.conversations(call).for_rows(),
            query,
            status="status",
            assignee_id="assignee__pk",
            unassigned="assignee__isnull",
            team_id="team__pk",
            channel_id="channel__pk",
            contact_id="contact__pk",
            updated_since="updated_at__gte",
        )
        order = CHANGED if "updated_since" in query else LATEST
        return self.answer_page(ConversationResource, *page(rows, order, query))

    @Operation(Capability.CONVERSATIONS_READ, _("Show a conversation"), answers=ConversationResource)
    def retrieve(self, call: Call, pk: int) -> Response:
        return self.answer(ConversationResource, loading.conversation(call, pk))


class Assignment(Viewset):
    resource = "conversations"

    @Operation(
        Capability.CONVERSATIONS_ASSIGN,
        _("Assign a conversation"),
        answers=ConversationResource,
        body=AssignmentBody,
        description=_("Assigning to who has it already changes nothing."),
    )
    def assign(self, call: Call, pk: int) -> Response:
        current = loading.conversation(call, pk)
        active = Membership.objects.filter(is_active=True).select_related("user")
        to = active.filter(pk=call.body["member_id"]).first()
        if to is None:
            raise Problem(404, "member_not_found", _("There is no active member with this id."))
        return self.answer(ConversationResource, assign(current, to, by=call.member))

    @Operation(Capability.CONVERSATIONS_ASSIGN, _("Take a conversation from everybody"), answers=ConversationResource)
    def unassign(self, call: Call, pk: int) -> Response:
        current = loading.conversation(call, pk)
        return self.answer(ConversationResource, assign(current, None, by=call.member))


class Passing(Viewset):
    resource = "conversations"

    @Operation(
        Capability.CONVERSATIONS_ASSIGN,
        _("Pass a conversation to a team"),
        answers=ConversationResource,
        body=TeamBody,
        description=_("Whoever has it keeps it only if they are in that team."),
    )
    def pass_on(self, call: Call, pk: int) -> Response:
        current = loading.conversation(call, pk)
        to = Team.objects.filter(pk=call.body["team_id"]).first()
        if to is None:
            raise Problem(404, "team_not_found", _("There is no team with this id."))
        return self.answer(ConversationResource, assign_team(current, to, by=call.member))

    @Operation(Capability.CONVERSATIONS_ASSIGN, _("Take a conversation from its team"), answers=ConversationResource)
    def take_back(self, call: Call, pk: int) -> Response:
        current = loading.conversation(call, pk)
        return self.answer(ConversationResource, assign_team(current, None, by=call.member))


class Closure(Viewset):
    resource = "conversations"

    @Operation(Capability.CONVERSATIONS_REPLY, _("Close a conversation"), answers=ConversationResource)
    def close(self, call: Call, pk: int) -> Response:
        return self.answer(ConversationResource, close(loading.conversation(call, pk), by=call.member))

    @Operation(Capability.CONVERSATIONS_REPLY, _("Open a conversation again"), answers=ConversationResource)
    def reopen(self, call: Call, pk: int) -> Response:
        return self.answer(ConversationResource, reopen(loading.conversation(call, pk), by=call.member))


class Reading(Viewset):
    resource = "conversations"

    @Operation(
        Capability.CONVERSATIONS_REPLY,
        _("Mark a conversation as read"),
        description=_("By the member who made the key. If it is theirs or nobody's, the customer sees it too."),
    )
    def read(self, call: Call, pk: int) -> Response:
        mark_read(loading.conversation(call, pk), by=call.member)
        return Response(status=204)

    @Operation(Capability.CONVERSATIONS_REPLY, _("Mark a conversation as unread"))
    def unread(self, call: Call, pk: int) -> Response:
        mark_unread(loading.conversation(call, pk), by=call.member)
        return Response(status=204)
