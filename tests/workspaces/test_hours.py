"""Business hours mean what they say, in any zone, over any change of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given, settings
from hypothesis import strategies as st

from workspaces.actions.hours import add_holiday, remove_holiday, set_hours
from workspaces.actions.teams import create_team
from workspaces.hours import MIDNIGHT, Day, Hours, hours_of, is_open, next_opening
from workspaces.models import AuditEntry, BusinessHours, Holiday, Membership, Workspace
from workspaces.refusals import Refused

BUENOS_AIRES = ZoneInfo("America/Argentina/Buenos_Aires")
SANTIAGO = ZoneInfo("America/Santiago")  # its clocks change at midnight
NEW_YORK = ZoneInfo("America/New_York")
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
LUNCH: Day = ((9 * 60, 13 * 60), (14 * 60, 18 * 60))
WEEK = (LUNCH, LUNCH, LUNCH, LUNCH, LUNCH, ((10 * 60, 13 * 60),), ())


def at(text: str, zone: ZoneInfo = BUENOS_AIRES, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


class TestAWeek:
    hours = Hours(BUENOS_AIRES, WEEK)

    @pytest.mark.parametrize(
        ("when", "is_it"),
        [
            ("2026-11-23 08:59", False),  # a Monday
            ("2026-11-23 09:00", True),
            ("2026-11-23 12:59", True),
            ("2026-11-23 13:00", False),
            ("2026-11-23 14:00", True),
            ("2026-11-23 18:00", False),
            ("2026-11-28 11:00", True),
            ("2026-11-29 11:00", False),
        ],
    )
    def test_is_open_from_the_opening_to_before_the_closing(self, when: str, is_it: bool) -> None:
        assert is_open(self.hours, at(when)) is is_it
        assert is_open(self.hours, at(when).astimezone(UTC)) is is_it

    @pytest.mark.parametrize(
        ("when", "then"),
        [
            ("2026-11-23 07:30", "2026-11-23 09:00"),
            ("2026-11-23 10:15", "2026-11-23 10:15"),
            ("2026-11-23 13:20", "2026-11-23 14:00"),
            ("2026-11-28 20:00", "2026-11-30 09:00"),
        ],
    )
    def test_opens_next_at_the_next_interval(self, when: str, then: str) -> None:
        assert next_opening(self.hours, at(when)) == at(then)

    def test_without_hours_it_is_always_open(self) -> None:
        assert is_open(Hours(BUENOS_AIRES), at("2026-11-29 03:00"))

    def test_what_never_opens_has_no_next_opening(self) -> None:
        never = Hours(BUENOS_AIRES, ((),) * 7)
        assert next_opening(never, at("2026-11-23 10:00")) is None

    def test_a_day_may_last_to_midnight(self) -> None:
        late = Hours(BUENOS_AIRES, (((20 * 60, MIDNIGHT),), *((),) * 6))
        assert is_open(late, at("2026-11-23 23:59"))
        assert not is_open(late, at("2026-11-24 00:00"))


class TestHolidays:
    def test_a_holiday_is_closed_and_the_day_after_is_not(self) -> None:
        hours = Hours(BUENOS_AIRES, WEEK, days={date(2026, 11, 23): ()})
        assert not is_open(hours, at("2026-11-23 10:00"))
        assert next_opening(hours, at("2026-11-23 10:00")) == at("2026-11-24 09:00")

    def test_one_of_every_year_comes_back_and_a_dated_one_wins_over_it(self) -> None:
        short: Day = ((9 * 60, 12 * 60),)
        hours = Hours(BUENOS_AIRES, WEEK, days={date(2027, 12, 24): ()}, yearly={(12, 24): short})
        assert is_open(hours, at("2026-12-24 11:00"))
        assert not is_open(hours, at("2026-12-24 15:00"))
        assert not is_open(hours, at("2027-12-24 11:00"))
        assert is_open(hours, at("2029-12-24 11:00"))

    def test_a_holiday_closes_what_is_else_always_open(self) -> None:
        assert not is_open(Hours(BUENOS_AIRES, days={date(2026, 11, 23): ()}), at("2026-11-23 10:00"))


class TestTheClocks:
    def test_a_skipped_midnight_opens_when_the_day_begins(self) -> None:
        """On 6 September 2026 Santiago goes from 23:59 to 01:00."""
        hours = Hours(SANTIAGO, (((0, 6 * 60),),) * 7)
        opening = next_opening(hours, at("2026-09-05 12:00", SANTIAGO))
        assert opening == datetime(2026, 9, 6, 4, 0, tzinfo=UTC)
        assert opening.astimezone(SANTIAGO).time() == time(1)

    def test_an_opening_inside_a_skipped_hour_is_at_its_end(self) -> None:
        """On 8 March 2026 New York goes from 01:59 to 03:00."""
        hours = Hours(NEW_YORK, (((2 * 60 + 15, 6 * 60),),) * 7)
        assert next_opening(hours, at("2026-03-08 00:00", NEW_YORK)) == at("2026-03-08 03:00", NEW_YORK)

    def test_a_repeated_hour_is_open_twice(self) -> None:
        """On 1 November 2026 New York has two 01:30."""
        hours = Hours(NEW_YORK, (((90, 100),),) * 7)
        first, second = at("2026-11-01 01:30", NEW_YORK), at("2026-11-01 01:30", NEW_YORK, fold=1)
        assert is_open(hours, first)
        assert is_open(hours, second)
        between = first + timedelta(minutes=20)
        assert next_opening(hours, between.astimezone(UTC)) == second.astimezone(UTC)


def days() -> st.SearchStrategy[Day]:
    edges = st.lists(st.integers(0, MIDNIGHT), min_size=2, max_size=4, unique=True).map(sorted)
    pairs = edges.map(lambda found: tuple(zip(found[: len(found) // 2 * 2 : 2], found[1::2], strict=True)))
    return st.one_of(st.just(()), pairs)


@settings(max_examples=60, deadline=None)
@given(
    week=st.tuples(*[days()] * 7),
    zone=st.sampled_from([BUENOS_AIRES, SANTIAGO, NEW_YORK]),
    start=st.integers(0, 365 * 24 * 60).map(lambda n: NEW_YEAR + timedelta(minutes=n)),
)
def test_the_next_opening_is_the_first_minute_that_is_open(
    week: tuple[Day, ...], zone: ZoneInfo, start: datetime
) -> None:
    hours = Hours(zone, week)
    found = next_opening(hours, start)
    walked = (start + timedelta(minutes=n) for n in range(8 * 24 * 60))
    assert found == next((minute for minute in walked if is_open(hours, minute)), None)


@pytest.mark.django_db
class TestTheRows:
    def test_a_team_keeps_the_hours_of_the_workspace_until_it_has_its_own(
        self, ana: Membership, inside: Workspace
    ) -> None:
        team = create_team("Ventas", by=ana)
        assert hours_of(team).week is None
        set_hours(None, WEEK, by=ana)
        assert hours_of(team).week == hours_of(None).week == WEEK
        set_hours(team, (LUNCH,) * 7, by=ana)
        assert hours_of(team).week == (LUNCH,) * 7
        assert hours_of(None).week == WEEK
        set_hours(team, None, by=ana)
        assert hours_of(team).week == WEEK
        assert AuditEntry.objects.filter(verb="hours.changed").count() == 3

    def test_setting_hours_again_replaces_them(self, ana: Membership, inside: Workspace) -> None:
        for week in (WEEK, (LUNCH,) * 7):
            set_hours(None, week, by=ana)
        assert BusinessHours.objects.count() == 1

    def test_they_are_read_in_the_zone_of_the_workspace(self, ana: Membership, inside: Workspace) -> None:
        set_hours(None, WEEK, by=ana)
        inside.time_zone = "America/Mexico_City"
        assert is_open(hours_of(None), at("2026-11-23 09:30", ZoneInfo("America/Mexico_City")))
        assert not is_open(hours_of(None), at("2026-11-23 09:30"))

    def test_everybodys_holidays_hold_for_a_team_and_its_own_win(self, ana: Membership, inside: Workspace) -> None:
        team, other = create_team("Ventas", by=ana), create_team("Soporte", by=ana)
        christmas = date(2026, 12, 25)
        add_holiday(Holiday(date=christmas, name="Navidad"), by=ana)
        assert hours_of(team).days == {christmas: ()}
        own = Holiday(team=team, date=christmas, name="Guardia", opens_at=time(9), closes_at=time(12))
        add_holiday(own, by=ana)
        assert hours_of(team).days == {christmas: ((540, 720),)}
        assert hours_of(other).days == hours_of(None).days == {christmas: ()}
        remove_holiday(own, by=ana)
        assert hours_of(team).days == {christmas: ()}

    def test_the_same_day_twice_is_refused(self, ana: Membership, inside: Workspace) -> None:
        add_holiday(Holiday(date=date(2026, 12, 25), name="Navidad"), by=ana)
        with pytest.raises(Refused, match="holiday_taken"):
            add_holiday(Holiday(date=date(2026, 12, 25), name="Natal"), by=ana)

    @pytest.mark.parametrize(
        "day", [((600, 500),), ((0, 60), (30, 90)), ((0, 60), (60, 90)), ((-1, 60),), ((0, 1500),)]
    )
    def test_intervals_that_overlap_or_leave_the_day_are_refused(
        self, day: Day, ana: Membership, inside: Workspace
    ) -> None:
        with pytest.raises(Refused, match="hours_overlap"):
            set_hours(None, (day, *((),) * 6), by=ana)
        assert not BusinessHours.objects.exists()

    @pytest.mark.parametrize(("opens", "closes"), [(time(9), None), (None, time(9)), (time(12), time(9))])
    def test_a_holiday_has_both_times_or_none(
        self, opens: time | None, closes: time | None, ana: Membership, inside: Workspace
    ) -> None:
        with pytest.raises(Refused, match="holiday_hours"):
            add_holiday(Holiday(date=date(2026, 12, 25), name="x", opens_at=opens, closes_at=closes), by=ana)

    def test_agents_set_no_hours(self, bruno: Membership, inside: Workspace) -> None:
        with pytest.raises(PermissionDenied):
            set_hours(None, WEEK, by=bruno)
        with pytest.raises(PermissionDenied):
            add_holiday(Holiday(date=date(2026, 12, 25), name="Navidad"), by=bruno)
