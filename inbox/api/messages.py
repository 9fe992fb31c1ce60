"""Messages and their deliveries: reading them, sending, sending again."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework.response import Response

from inbox.actions.deliver import retry
from inbox.actions.send import Draft, Refused, send
from inbox.api import loading
from inbox.api.serializers import (
    DeliveryQuery,
    DeliveryResource,
    MessageBody,
    MessageQuery,
    MessageResource,
    ThreadQuery,
)
from inbox.models import Conversation, Delivery, Message, State
from workspaces.api.operations import Call, Operation
from workspaces.api.paging import NEWEST, Order, page
from workspaces.api.problems import Problem
from workspaces.api.serializers import PageQuery
from workspaces.api.views import Viewset
from workspaces.permissions import Capability

SHOWN = Order("shown", ("at", "seq"))
FILTERS = {"external_id": "external_id", "client_id": "client_id", "direction": "direction"}
REFUSALS = (
    *("window_closed", "contact_blocked", "channel_disconnected", "kind_unsupported"),
    *("text_empty", "text_too_long", "client_id_taken"),
)


class Thread(Viewset):
    resource = "messages"

    @Operation(
        Capability.CONVERSATIONS_READ,
        _("List the messages of a conversation"),
        answers=MessageResource,
        many=True,
        query=ThreadQuery,
        description=_("Newest first, in the order in which the desk shows them."),
    )
    def of_conversation(self, call: Call, pk: int) -> Response:
        rows = loading.only(loading.thread(loading.conversation(call, pk)), call.query, **FILTERS)
        return self.answer_page(MessageResource, *page(rows, SHOWN, call.query))

    @Operation(
        Capability.CONVERSATIONS_REPLY,
        _("Send a message"),
        answers=MessageResource,
        body=MessageBody,
        creates=True,
        repeats=True,
        refusals=REFUSALS,
        description=_(
            "Answers as soon as the message is stored; its deliveries tell how it fares. Sent again with the same"
            " client_id it is not sent twice (200)."
        ),
    )
    def send(self, call: Call, pk: int) -> Response:
        current = loading.conversation(call, pk)
        draft = Draft(call.body["text"], reply_to=quoted(current, call.body.get("reply_to_id")), source="api")
        try:
            message, is_new = send(current, draft, by=call.member, client_id=call.body.get("client_id") or uuid.uuid4())
        except Refused as error:
            raise Problem(422, error.refusal.code, error.refusal.words) from error
        return self.answer(MessageResource, message, status=201 if is_new else 200)


def quoted(current: Conversation, pk: int | None) -> Message | None:
    if pk is None:
        return None
    said = (Message.Direction.IN, Message.Direction.OUT)
    found = Message.objects.filter(conversation=current, pk=pk, direction__in=said).first()
    if found is None:
        raise Problem(404, "quoted_not_found", _("The conversation has no message with this id to quote."))
    return found


class Messages(Viewset):
    resource = "messages"

    @Operation(
        Capability.CONVERSATIONS_READ, _("List messages"), answers=MessageResource, many=True, query=MessageQuery
    )
    def list(self, call: Call) -> Response:
        rows = loading.only(loading.messages(call), call.query, channel_id="channel__pk", **FILTERS)
        return self.answer_page(MessageResource, *page(rows, NEWEST, call.query))

    @Operation(Capability.CONVERSATIONS_READ, _("Show a message"), answers=MessageResource)
    def retrieve(self, call: Call, pk: int) -> Response:
        return self.answer(MessageResource, loading.message(call, pk))


class MessageDeliveries(Viewset):
    resource = "deliveries"

    @Operation(
        Capability.CONVERSATIONS_READ,
        _("List the deliveries of a message"),
        answers=DeliveryResource,
        many=True,
        query=PageQuery,
    )
    def of_message(self, call: Call, pk: int) -> Response:
        rows = of_message(loading.message(call, pk))
        return self.answer_page(DeliveryResource, *page(rows, NEWEST, call.query))

    @Operation(
        Capability.CONVERSATIONS_REPLY,
        _("Send a failed or unconfirmed message again"),
        answers=DeliveryResource,
        creates=True,
        refusals=("not_retryable",),
    )
    def retry(self, call: Call, pk: int) -> Response:
        message = loading.message(call, pk)
        if message.state not in (State.FAILED, State.UNKNOWN):
            words = _("Only a message that failed, or of which nothing is known, can be sent again.")
            raise Problem(409, "not_retryable", words)
        retry(message)
        return self.answer(DeliveryResource, of_message(message).order_by("-id")[0], status=201)


def of_message(message: Message) -> QuerySet[Delivery]:
    return Delivery.objects.filter(message=message)


class Deliveries(Viewset):
    resource = "deliveries"

    @Operation(
        Capability.CONVERSATIONS_READ, _("List deliveries"), answers=DeliveryResource, many=True, query=DeliveryQuery
    )
    def list(self, call: Call) -> Response:
        query = dict(call.query)
        if "state" in query:
            query["state"] = State[query["state"].upper()]
        rows = loading.only(
            loading.deliveries(call), query, state="state", channel_id="channel__pk", external_id="external_id"
        )
        return self.answer_page(DeliveryResource, *page(rows, NEWEST, query))

    @Operation(Capability.CONVERSATIONS_READ, _("Show a delivery"), answers=DeliveryResource)
    def retrieve(self, call: Call, pk: int) -> Response:
        return self.answer(DeliveryResource, get_object_or_404(loading.deliveries(call), pk=pk))
