"""Setting business hours and holidays, of a team or (team None) of the whole workspace."""

from __future__ import annotations

from itertools import pairwise

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from workspaces import audit
from workspaces.hours import MIDNIGHT, Day
from workspaces.models import BusinessHours, Holiday, Membership, Team
from workspaces.permissions import Capability
from workspaces.refusals import Refused

Week = tuple[Day, ...]


def set_hours(team: Team | None, week: Week | None, *, by: Membership) -> None:
    """None takes the hours away: a team then keeps the workspace's, a workspace is always open."""
    _may(by)
    with transaction.atomic():
        if week is None:
            BusinessHours.objects.filter(team=team).delete()
        else:
            rows = [[list(interval) for interval in day] for day in _checked(week)]
            BusinessHours.objects.update_or_create(team=team, defaults={"week": rows})
        audit.record("hours.changed", _subject(team), by=by, name=team.name if team else "", week=_said(week))


def _said(week: Week | None) -> list[str] | None:
    """As the log keeps it: "09:00-13:00 14:00-18:00", a text a day from Monday on."""
    if week is None:
        return None
    return [" ".join(f"{_clock(opens)}-{_clock(closes)}" for opens, closes in day) or "-" for day in week]


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _checked(week: Week) -> Week:
    if len(week) != 7:
        raise ValueError("a week has seven days")
    for day in week:
        edges = [minute for interval in day for minute in interval]
        rising = all(before < after for before, after in pairwise(edges))
        if not rising or any(not 0 <= minute <= MIDNIGHT for minute in edges):
            raise Refused("hours_overlap", _("Each opening must close before the next one begins."))
    return week


def add_holiday(holiday: Holiday, *, by: Membership) -> Holiday:
    """Stores one that is not saved yet."""
    _may(by)
    if (holiday.opens_at is None) != (holiday.closes_at is None) or (
        holiday.opens_at and holiday.closes_at and holiday.opens_at >= holiday.closes_at
    ):
        raise Refused("holiday_hours", _("Give both times, the opening before the closing, or none."))
    try:
        with transaction.atomic():
            holiday.save()
            audit.record(
                "holiday.added", _subject(holiday.team), by=by, name=holiday.name, date=holiday.date.isoformat()
            )
    except IntegrityError as error:
        raise Refused("holiday_taken", _("That day is in the list already.")) from error
    return holiday


def remove_holiday(holiday: Holiday, *, by: Membership) -> None:
    _may(by)
    with transaction.atomic():
        Holiday.objects.filter(pk=holiday.pk).delete()
        audit.record("holiday.removed", _subject(holiday.team), by=by, name=holiday.name, date=holiday.date.isoformat())


def _may(by: Membership) -> None:
    if not by.can(Capability.HOURS_MANAGE):
        raise PermissionDenied


def _subject(team: Team | None) -> str:
    return f"team:{team.pk}" if team else "workspace"
