"""Business hours and holidays, of the workspace and of its teams."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from workspaces.actions.hours import Week, add_holiday, remove_holiday, set_hours
from workspaces.hours import MIDNIGHT, Day, Hours, as_week, at_minute, hours_of, is_open, minutes, next_opening
from workspaces.middleware import WorkspaceRequest
from workspaces.models import BusinessHours, Holiday, Team
from workspaces.pages.fields import PageForm, date_field, posted, time_field
from workspaces.pages.show import flash, show
from workspaces.permissions import Capability, requires
from workspaces.refusals import Refused

PARTS = ("opens", "pauses", "resumes", "closes")
USUAL = ((9 * 60, 18 * 60),)


class HoursForm(PageForm):
    """A line a day: open from, a break, until. `has_hours` unticked: the workspace's hours, or always open."""

    has_hours = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day in range(7):
            self.fields[f"open_{day}"] = forms.BooleanField(required=False, label=str(WEEKDAYS[day]))
            for part in PARTS:
                self.fields[f"{part}_{day}"] = time_field()
                self.fields[f"{part}_{day}"].widget.attrs["class"] = "field"

    def days(self) -> list[dict[str, Any]]:
        """As the page draws them."""
        parts = ("open", *PARTS)
        return [{"name": WEEKDAYS[day], **{part: self[f"{part}_{day}"] for part in parts}} for day in range(7)]

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if values.get("has_hours"):
            values["week"] = tuple(self._day(day) for day in range(7))
        return values

    def _day(self, day: int) -> Day:
        if not self.cleaned_data.get(f"open_{day}"):
            return ()
        opens, pauses, resumes, closes = (self.cleaned_data.get(f"{part}_{day}") for part in PARTS)
        if opens is None or closes is None or (pauses is None) != (resumes is None):
            self.add_error(f"open_{day}", _("Say when it opens and closes, and both ends of the break or neither."))
            return ()
        edges = [minutes(opens), *(minutes(at) for at in (pauses, resumes) if at), minutes(closes) or MIDNIGHT]
        if edges != sorted(set(edges)):
            self.add_error(f"open_{day}", _("Each time must be later than the one before."))
            return ()
        return tuple(zip(edges[::2], edges[1::2], strict=True))


def _initial(row: BusinessHours | None) -> dict[str, Any]:
    """What the form shows; the usual working week where nothing was set."""
    week: Week = as_week(row.week) if row else (*((USUAL,) * 5), (), ())
    values: dict[str, Any] = {"has_hours": row is not None}
    for number, day in enumerate(week):
        values[f"open_{number}"] = bool(day)
        edges = [edge for interval in day for edge in interval]
        if edges:
            values[f"opens_{number}"], values[f"closes_{number}"] = at_minute(edges[0]), at_minute(edges[-1])
        if len(edges) > 2:
            values[f"pauses_{number}"], values[f"resumes_{number}"] = at_minute(edges[1]), at_minute(edges[2])
    return values


class HolidayForm(PageForm):
    date = date_field(gettext_lazy("Date"), required=True)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    is_yearly = forms.BooleanField(label=gettext_lazy("Every year"), required=False)
    opens_at = time_field(gettext_lazy("Opens"))
    closes_at = time_field(gettext_lazy("Closes"))


@require_http_methods(["GET", "POST"])
@requires(Capability.HOURS_MANAGE)
def hours(request: WorkspaceRequest, team_pk: int | None = None) -> HttpResponse:
    team = get_object_or_404(Team, pk=team_pk) if team_pk else None
    row = BusinessHours.objects.filter(team=team).first()
    form = HoursForm(posted(request), initial=_initial(row))
    if form.is_valid():
        set_hours(team, form.cleaned_data.get("week"), by=request.member)
        flash(request, _("Saved"))
        return _back(team)
    return _page(request, team, form, HolidayForm())


@require_POST
@requires(Capability.HOURS_MANAGE)
def holidays(request: WorkspaceRequest, team_pk: int | None = None) -> HttpResponse:
    team = get_object_or_404(Team, pk=team_pk) if team_pk else None
    form = HolidayForm(request.POST)
    if form.is_valid():
        try:
            add_holiday(Holiday(team=team, **form.cleaned_data), by=request.member)
        except Refused as error:
            form.add_error("date", error.words)
        else:
            flash(request, _("%(name)s added") % {"name": form.cleaned_data["name"]})
            return _back(team)
    row = BusinessHours.objects.filter(team=team).first()
    return _page(request, team, HoursForm(initial=_initial(row)), form)


@require_POST
@requires(Capability.HOURS_MANAGE)
def holiday_removal(request: WorkspaceRequest, holiday_pk: int) -> HttpResponse:
    holiday = get_object_or_404(Holiday.objects.select_related("team"), pk=holiday_pk)
    remove_holiday(holiday, by=request.member)
    fields = {
        "date": f"{holiday.date:%Y-%m-%d}",
        "name": holiday.name,
        "is_yearly": "on" if holiday.is_yearly else None,
    }
    times = {name: f"{at:%H:%M}" for name in ("opens_at", "closes_at") if (at := getattr(holiday, name))}
    where = [holiday.team_id] if holiday.team_id else []
    name = "settings:team_holidays" if where else "settings:holidays"
    words = _("%(name)s removed") % {"name": holiday.name}
    flash(request, words, undo=(name, {"args": where, **fields, **times}))
    return _back(holiday.team)


def _page(request: WorkspaceRequest, team: Team | None, form: HoursForm, holiday_form: HolidayForm) -> HttpResponse:
    context = {
        "form": form,
        "holiday_form": holiday_form,
        "team": team,
        "teams": Team.objects.order_by("name"),
        "holidays": Holiday.objects.filter(team=team).order_by("date"),
        "now": _now(hours_of(team)),
    }
    wrong = form.errors or holiday_form.errors
    return show(request, "hours", context, here="hours", status=422 if wrong else 200)


def _now(theirs: Hours) -> dict[str, Any]:
    """Whether it is open as the page is drawn, and if not, when it will be."""
    at = timezone.now()
    opening = next_opening(theirs, at)
    return {"is_open": is_open(theirs, at), "next": opening.astimezone(theirs.zone) if opening else None}


def _back(team: Team | None) -> HttpResponse:
    return redirect("settings:team_hours", team.pk) if team else redirect("settings:hours")
