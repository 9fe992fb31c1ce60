"""Channels, conversations, messages and deliveries, as the API takes and answers them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from inbox.models import Attachment, Channel, Conversation, Message, State
from inbox.models.conversation import CLOSED, OPEN
from workspaces.api import fields
from workspaces.api.serializers import Body, PageQuery, Resource

STATES = [state.name.lower() for state in State]
SEEN = "2026-11-20T15:00:00Z"


class StateWord(serializers.ChoiceField):
    """A delivery's state by its name; its number is a rank of our own."""

    def to_representation(self, value: Any) -> str:
        return State(value).name.lower()


class ChannelResource(Resource):
    """Its secrets and its configuration are never among these."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    name = serializers.CharField()
    account_key = serializers.CharField(help_text=_("the platform's id of the account"))
    state = serializers.ChoiceField(choices=Channel.State.choices)
    state_reason = serializers.CharField()
    created_at = serializers.DateTimeField()

    example = {
        "id": 5,
        "kind": "chat",
        "name": "Ventas Centro",
        "account_key": "110000000000009",
        "state": "connected",
        "state_reason": "",
        "created_at": "2026-11-02T13:20:00Z",
    }


class ChannelQuery(PageQuery):
    kind = fields.Text(required=False, min_length=1, max_length=20)
    state = fields.Choice(choices=Channel.State.choices, required=False)


class WindowResource(Resource):
    open = serializers.BooleanField(help_text=_("whether free text may be sent now"))
    until = serializers.DateTimeField(allow_null=True)


class ConversationResource(Resource):
    id = serializers.IntegerField()
    channel_id = serializers.IntegerField()
    contact_id = serializers.IntegerField()
    contact_name = serializers.CharField(source="contact.display_name")
    identity_id = serializers.IntegerField()
    kind = serializers.CharField()
    subject = serializers.CharField()
    status = serializers.ChoiceField(choices=[OPEN, CLOSED])
    assignee_id = serializers.IntegerField(allow_null=True)
    team_id = serializers.IntegerField(allow_null=True)
    window = WindowResource()
    preview_text = serializers.CharField()
    preview_kind = serializers.CharField()
    last_message_at = serializers.DateTimeField()
    last_inbound_at = serializers.DateTimeField(allow_null=True)
    waiting_since = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def to_representation(self, instance: Conversation) -> dict[str, Any]:
        shown = dict(super().to_representation(instance))
        return {**shown, "preview_text": ""} if instance.preview_kind == "deleted" else shown

    example = {
        "id": 1203,
        "channel_id": 5,
        "contact_id": 41,
        "contact_name": "Lia Prado",
        "identity_id": 52,
        "kind": "direct",
        "subject": "",
        "status": "open",
        "assignee_id": 7,
        "team_id": 2,
        "window": {"open": True, "until": "2026-11-21T15:00:00Z"},
        "preview_text": "Olá, vocês têm tênis 42?",
        "preview_kind": "text",
        "last_message_at": SEEN,
        "last_inbound_at": SEEN,
        "waiting_since": SEEN,
        "closed_at": None,
        "created_at": "2026-11-20T14:58:12Z",
        "updated_at": SEEN,
    }


class ConversationQuery(PageQuery):
    status = fields.Choice(choices=[OPEN, CLOSED], required=False)
    assignee_id = fields.Number(required=False)
    unassigned = fields.Flag(required=False)
    team_id = fields.Number(required=False)
    channel_id = fields.Number(required=False)
    contact_id = fields.Number(required=False)
    updated_since = fields.Moment(
        required=False, help_text=_("With it the oldest change comes first, else the newest message.")
    )


class AssignmentBody(Body):
    member_id = fields.Number()

    example = {"member_id": 7}


class TeamBody(Body):
    team_id = fields.Number()

    example = {"team_id": 2}


class AttachmentResource(Resource):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    mime_type = serializers.CharField()
    filename = serializers.CharField()
    sha256 = serializers.CharField()
    is_voice = serializers.BooleanField()
    state = serializers.ChoiceField(choices=Attachment.State.choices)


class ReactionResource(Resource):
    emoji = serializers.CharField()
    by = serializers.ChoiceField(choices=["customer", "team"])


class FailureResource(Resource):
    code = serializers.CharField()
    title = serializers.CharField()
    detail = serializers.CharField()


class MessageResource(Resource):
    id = serializers.IntegerField()
    conversation_id = serializers.IntegerField()
    channel_id = serializers.IntegerField()
    client_id = serializers.UUIDField()
    external_id = serializers.CharField(help_text=_("the platform's id; empty until it took the message"))
    direction = serializers.ChoiceField(choices=Message.Direction.choices)
    source = serializers.CharField(  # type: ignore[assignment]  # the name of a field's own attribute
        help_text=_("agent, api, app, automation; empty for the customer's")
    )
    author_id = serializers.IntegerField(allow_null=True)
    kind = serializers.CharField()
    text = serializers.CharField()
    content = serializers.DictField(help_text=_("what the kind needs beyond its text"))
    attachments = AttachmentResource(source="attachments.all", many=True)
    reactions = ReactionResource(source="shown_reactions", many=True)
    reply_to_id = serializers.IntegerField(allow_null=True)
    state = StateWord(choices=STATES, allow_null=True)
    failure = FailureResource(allow_null=True)
    at = serializers.DateTimeField(help_text=_("the platform's time"))
    seq = serializers.IntegerField()
    rev = serializers.IntegerField()
    edited_at = serializers.DateTimeField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    def to_representation(self, instance: Message) -> dict[str, Any]:
        """What the customer took back is not told again; that there was something is."""
        shown = dict(super().to_representation(instance))
        return {**shown, "text": "", "content": {}, "attachments": []} if instance.deleted_at else shown

    example = {
        "id": 90417,
        "conversation_id": 1203,
        "channel_id": 5,
        "client_id": "0b8f6d52-6d0e-4a53-9f6d-1f8a3a1f2c11",
        "external_id": "",
        "direction": "out",
        "source": "api",
        "author_id": 7,
        "kind": "text",
        "text": "Temos sim!",
        "content": {},
        "attachments": [],
        "reactions": [],
        "reply_to_id": 90411,
        "state": "queued",
        "failure": None,
        "at": "2026-11-20T15:02:00Z",
        "seq": 12,
        "rev": 12,
        "edited_at": None,
        "deleted_at": None,
        "created_at": "2026-11-20T15:02:00.120000Z",
    }


class ThreadQuery(PageQuery):
    external_id = fields.Text(required=False, min_length=1, max_length=255)
    client_id = fields.Uuid(required=False)
    direction = fields.Choice(choices=Message.Direction.choices, required=False)


class MessageQuery(ThreadQuery):
    channel_id = fields.Number(required=False)


class MessageBody(Body):
    text = fields.Text(min_length=1, max_length=10_000)
    reply_to_id = fields.Number(required=False, allow_null=True, help_text=_("the message it quotes"))
    client_id = fields.Uuid(required=False, help_text=_("yours: sent again, it answers the message it made"))

    example = {"text": "Temos sim!", "reply_to_id": 90411, "client_id": "0b8f6d52-6d0e-4a53-9f6d-1f8a3a1f2c11"}


class DeliveryResource(Resource):
    id = serializers.IntegerField()
    message_id = serializers.IntegerField()
    conversation_id = serializers.IntegerField()
    channel_id = serializers.IntegerField()
    part = serializers.IntegerField()
    attempt = serializers.UUIDField()
    external_id = serializers.CharField()
    state = StateWord(choices=STATES)
    tries = serializers.IntegerField()
    run_at = serializers.DateTimeField()
    failure = FailureResource(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    example = {
        "id": 70012,
        "message_id": 90417,
        "conversation_id": 1203,
        "channel_id": 5,
        "part": 0,
        "attempt": "5a0c2c7e-4f57-4d0b-8a55-0b7a2d0f5e0d",
        "external_id": "",
        "state": "queued",
        "tries": 0,
        "run_at": "2026-11-20T15:02:00.120000Z",
        "failure": None,
        "created_at": "2026-11-20T15:02:00.120000Z",
        "updated_at": "2026-11-20T15:02:00.120000Z",
    }


class DeliveryQuery(PageQuery):
    state = fields.Choice(choices=STATES, required=False)
    channel_id = fields.Number(required=False)
    external_id = fields.Text(required=False, min_length=1, max_length=255)
