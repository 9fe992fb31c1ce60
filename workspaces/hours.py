"""Business hours: what the rows mean. `is_open` and `next_opening` are pure; `hours_of` reads the rows for them.

Times are those of the wall clock in the workspace's zone, so an hour that the clocks repeat is open twice and one that
they skip never comes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from workspaces import tenancy
from workspaces.models import BusinessHours, Holiday, Team

MIDNIGHT = 24 * 60
MINUTE = timedelta(minutes=1)
FAR = 366 + 7  # days: what does not open within a year and a week never opens

Interval = tuple[int, int]  # minutes after midnight: opens, closes
Day = tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """`week` from Monday on; None where nobody set hours: always open."""

    zone: ZoneInfo
    week: tuple[Day, ...] | None = None
    days: Mapping[date, Day] = field(default_factory=dict)
    yearly: Mapping[tuple[int, int], Day] = field(default_factory=dict)

    def on(self, day: date) -> Day:
        if day in self.days:
            return self.days[day]
        if (day.month, day.day) in self.yearly:
            return self.yearly[day.month, day.day]
        return ((0, MIDNIGHT),) if self.week is None else self.week[day.weekday()]


def is_open(hours: Hours, at: datetime) -> bool:
    local = at.astimezone(hours.zone)
    minute = local.hour * 60 + local.minute
    return any(opens <= minute < closes for opens, closes in hours.on(local.date()))


def next_opening(hours: Hours, at: datetime) -> datetime | None:
    """`at` itself while it is open; None if it does not open within a year."""
    if is_open(hours, at):
        return at
    today = at.astimezone(hours.zone).date()
    for ahead in range(FAR):
        day = today + timedelta(days=ahead)
        later = [moment for moment in _openings(hours, day) if moment > at]
        if later:
            return min(later)
    return None


def _openings(hours: Hours, day: date) -> Iterator[datetime]:
    """Every moment of the day at which it opens; one in a repeated hour comes twice."""
    for opens, _closes in hours.on(day):
        wall = datetime.combine(day, time(opens // 60, opens % 60), hours.zone)
        for moment in {wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)}:
            if is_open(hours, moment):
                yield _begin(hours, moment, wall)


def _begin(hours: Hours, moment: datetime, wall: datetime) -> datetime:
    # one in an hour that the clocks skip is when they do
    skipped = moment.astimezone(hours.zone).replace(tzinfo=None) != wall.replace(tzinfo=None)
    while skipped and is_open(hours, moment - MINUTE):
        moment -= MINUTE
    return moment


def hours_of(team: Team | None) -> Hours:
    """The team's own hours, else the workspace's; everybody's holidays, and over them the team's."""
    theirs = [team.pk] if team else []
    weeks = {row.team_id: row.week for row in BusinessHours.objects.filter(_of(theirs))}
    week = weeks.get(theirs[0]) if theirs and theirs[0] in weeks else weeks.get(None)
    holidays = sorted(Holiday.objects.filter(_of(theirs)), key=lambda row: row.team_id is not None)
    return Hours(
        zone=ZoneInfo(tenancy.current().time_zone),
        week=None if week is None else as_week(week),
        days={row.date: _day_of(row) for row in holidays if not row.is_yearly},
        yearly={(row.date.month, row.date.day): _day_of(row) for row in holidays if row.is_yearly},
    )


def _of(teams: Iterable[int]) -> Q:
    return Q(team__isnull=True) | Q(team__in=list(teams))


def as_week(rows: Sequence[Sequence[Sequence[int]]]) -> tuple[Day, ...]:
    return tuple(tuple((opens, closes) for opens, closes in day) for day in rows)


def _day_of(holiday: Holiday) -> Day:
    if holiday.opens_at is None or holiday.closes_at is None:
        return ()
    return ((minutes(holiday.opens_at), minutes(holiday.closes_at)),)


def minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def at_minute(minute: int) -> time:
    """Midnight at a day's end is 00:00 again: forms show it so."""
    return time(minute % MIDNIGHT // 60, minute % 60)
