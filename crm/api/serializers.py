"""Customers, as the API takes and answers them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from workspaces.api import fields
from workspaces.api.serializers import Body, PageQuery, Resource


class ContactResource(Resource):
    id = serializers.IntegerField()
    name = serializers.CharField()
    phone = serializers.CharField(allow_null=True, help_text=_("E.164"))
    email = serializers.CharField()
    is_blocked = serializers.BooleanField()
    last_seen_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    example = {
        "id": 41,
        "name": "Lia Prado",
        "phone": "+5511955501234",
        "email": "lia@example.com",
        "is_blocked": False,
        "last_seen_at": "2026-11-20T15:00:00Z",
        "created_at": "2026-11-20T14:58:12Z",
    }


class ContactBody(Body):
    name = fields.Text(required=False, allow_blank=True, max_length=255)
    phone = fields.Text(
        required=False,
        allow_null=True,
        max_length=30,
        min_length=4,
        help_text=_("Without a + it is read as a number of the workspace's country."),
    )
    email = fields.Email(required=False, allow_blank=True, max_length=254)
    is_blocked = fields.Flag(required=False)

    example = {"name": "Lia Prado", "phone": "+55 11 95550-1234", "email": "lia@example.com"}


class ContactQuery(PageQuery):
    q = fields.Text(required=False, min_length=1, max_length=100, help_text=_("part of a name, number or address"))
    phone = fields.Text(required=False, min_length=4, max_length=30, help_text=_("in any form the number is known in"))
    email = fields.Text(required=False, min_length=1, max_length=254)
    is_blocked = fields.Flag(required=False)


class KeyResource(Resource):
    kind = serializers.CharField(help_text=_("phone, scoped, account …"))
    value = serializers.CharField()


class IdentityResource(Resource):
    id = serializers.IntegerField()
    contact_id = serializers.IntegerField()
    scope = serializers.CharField(help_text=_("Within it the platform's ids mean the same person."))
    name = serializers.CharField()
    username = serializers.CharField()
    reply_kind = serializers.CharField()
    reply_value = serializers.CharField()
    keys = KeyResource(source="keys.all", many=True)
    created_at = serializers.DateTimeField()

    example = {
        "id": 52,
        "contact_id": 41,
        "scope": "chat:290000000000001",
        "name": "Lia Prado",
        "username": "",
        "reply_kind": "phone",
        "reply_value": "5511955501234",
        "keys": [{"kind": "phone", "value": "5511955501234"}, {"kind": "scoped", "value": "BR.lia"}],
        "created_at": "2026-11-20T14:58:12Z",
    }


class IdentityQuery(PageQuery):
    contact_id = fields.Number(required=False)
    key = fields.Text(required=False, min_length=1, max_length=255, help_text=_("the value of any key"))
