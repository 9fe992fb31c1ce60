"""Who is here. An open socket beats every half minute; who has not beaten for a while is offline, by the clock."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.db import transaction
from django.template.loader import get_template
from django.utils import timezone

from workspaces import live, tenancy
from workspaces.models import Availability, Membership, Workspace
from workspaces.rights import EVERYBODY

BEAT_SECONDS = 30.0
GONE = timedelta(seconds=75)  # two beats may be missed
CLOCK_BATCH = 500


def beat(member: Membership) -> None:
    """Keeps a member present; tells the others when they were not."""
    now = timezone.now()
    with transaction.atomic():
        mine = Membership.objects.filter(pk=member.pk, is_active=True)
        if mine.filter(is_present=True).update(seen_at=now):
            return
        if mine.update(is_present=True, seen_at=now):
            _tell(member.pk)


def choose(member: Membership, availability: Availability) -> None:
    with transaction.atomic():
        Membership.objects.filter(pk=member.pk).update(availability=availability)
        _tell(member.pk)


def time_out() -> int:
    """The clock's part: members whose beat stopped are offline."""
    before = timezone.now() - GONE
    with tenancy.across():
        stopped = Membership.across_workspaces.filter(is_present=True, seen_at__lt=before).order_by("seen_at")
        pairs = list(stopped.values_list("workspace_id", "pk")[:CLOCK_BATCH])
    workspaces = Workspace.objects.in_bulk({pair[0] for pair in pairs})
    for workspace_id, pk in pairs:
        with tenancy.enter(workspaces[workspace_id]), transaction.atomic():
            if Membership.objects.filter(pk=pk, is_present=True, seen_at__lt=before).update(is_present=False):
                _tell(pk)
    return len(pairs)


def _tell(pk: int) -> None:
    member = Membership.objects.get(pk=pk)
    live.publish(live.Fragment(EVERYBODY, partial(draw, member)))


def draw(member: Membership) -> str:
    """The dot that says it, which replaces every dot of this member on a page."""
    return get_template("workspaces/_presence.html").render({"person": member})
