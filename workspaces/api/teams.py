"""Teams, for who passes conversations to them."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.response import Response

from workspaces.api.operations import Call, Operation
from workspaces.api.paging import NEWEST, page
from workspaces.api.serializers import PageQuery, Resource
from workspaces.api.views import Viewset
from workspaces.models import Team
from workspaces.permissions import Capability


class TeamResource(Resource):
    id = serializers.IntegerField()
    name = serializers.CharField()
    member_ids = serializers.ListField(child=serializers.IntegerField())
    created_at = serializers.DateTimeField()

    example = {"id": 2, "name": "Ventas", "member_ids": [7, 9], "created_at": "2026-11-02T13:30:00Z"}

    def to_representation(self, instance: Team) -> dict[str, object]:
        members = sorted(row.member_id for row in instance.memberships.all())
        return {"id": instance.pk, "name": instance.name, "member_ids": members, "created_at": instance.created_at}


class Teams(Viewset):
    resource = "teams"

    @Operation(Capability.MEMBERS_READ, _("List teams"), answers=TeamResource, many=True, query=PageQuery)
    def list(self, call: Call) -> Response:
        return self.answer_page(TeamResource, *page(teams(), NEWEST, call.query))

    @Operation(Capability.MEMBERS_READ, _("Show a team"), answers=TeamResource)
    def retrieve(self, call: Call, pk: int) -> Response:
        return self.answer(TeamResource, get_object_or_404(teams(), pk=pk))


def teams() -> QuerySet[Team]:
    return Team.objects.prefetch_related("memberships")
