"""What goes in and out. `Body` and `Query` refuse what they do not know; `Resource` carries the example that the
reference shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from workspaces.api import fields
from workspaces.models import Role

NAME_SHOWN = 60


class Resource(serializers.Serializer[Any]):
    """What an operation answers."""

    example: ClassVar[Mapping[str, Any]] = {}


class Strict(serializers.Serializer[Any]):
    from_text = False

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = {
                str(name)[:NAME_SHOWN]: [ErrorDetail(gettext("There is no such field."), "unknown")]
                for name in data
                if name not in self.fields
            }
            if unknown:
                raise ValidationError(unknown)
        return super().to_internal_value(data)


class Body(Strict):
    """A JSON object that an operation takes."""

    example: ClassVar[Mapping[str, Any]] = {}

    @classmethod
    def read(cls, data: Any, *, partial: bool = False) -> dict[str, Any]:
        # nothing sent at all is an empty object: for operations that need no more
        body = cls(data={} if isinstance(data, QueryDict) else data, partial=partial)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)


class Nothing(Body):
    """Of operations whose address says it all."""


class Query(Strict):
    """The part of an address behind the question mark."""

    from_text = True

    @classmethod
    def read(cls, sent: QueryDict) -> dict[str, Any]:
        repeated = [name for name, values in sent.lists() if len(values) > 1]
        if repeated:
            detail = ErrorDetail(gettext("Give this once."), "repeated")
            raise ValidationError({name[:NAME_SHOWN]: [detail] for name in repeated})
        query = cls(data=sent.dict())
        query.is_valid(raise_exception=True)
        return dict(query.validated_data)


class NoQuery(Query):
    """Of operations that take none."""


class PageQuery(Query):
    """Of every list."""

    cursor = fields.Text(required=False, min_length=1, max_length=400, help_text=_("next_cursor of the page before"))
    limit = fields.Number(required=False, default=25, max_value=100, help_text=_("rows a page"))


class WorkspaceResource(Resource):
    id = serializers.IntegerField()
    name = serializers.CharField()
    slug = serializers.CharField()
    language = serializers.CharField()
    country = serializers.CharField()
    time_zone = serializers.CharField()
    created_at = serializers.DateTimeField()

    example = {
        "id": 3,
        "name": "Calzado Sur",
        "slug": "calzado-sur",
        "language": "es",
        "country": "AR",
        "time_zone": "America/Argentina/Buenos_Aires",
        "created_at": "2026-11-02T13:00:00Z",
    }


class MemberResource(Resource):
    id = serializers.IntegerField()
    name = serializers.CharField()
    email = serializers.EmailField(source="user.email")
    role = serializers.ChoiceField(choices=Role.choices)
    is_active = serializers.BooleanField()
    created_at = serializers.DateTimeField()

    example = {
        "id": 7,
        "name": "Ana Beltrán",
        "email": "ana@plaza.example",
        "role": "admin",
        "is_active": True,
        "created_at": "2026-11-02T13:05:00Z",
    }


class MemberQuery(PageQuery):
    role = fields.Choice(choices=Role.choices, required=False)
    is_active = fields.Flag(required=False)
