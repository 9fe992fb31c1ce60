"""The audit log: search, pages by keyset, export."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse, HttpResponseBadRequest, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from workspaces import audit as log
from workspaces import spreadsheet, tenancy
from workspaces.middleware import WorkspaceRequest
from workspaces.models import AuditEntry, Membership, Workspace
from workspaces.pages.fields import PageForm, date_field
from workspaces.pages.show import show
from workspaces.pages.words import details, verbs
from workspaces.permissions import Capability, requires

PAGE = 50
CHUNK = 500


class SearchForm(PageForm):
    actor: Any = forms.ModelChoiceField(
        label=gettext_lazy("Who"), queryset=None, required=False, empty_label=gettext_lazy("Anybody")
    )
    verb = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    subject = forms.CharField(label=gettext_lazy("Of what"), required=False, max_length=80)
    since = date_field(gettext_lazy("From"))
    until = date_field(gettext_lazy("To"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everybody = Membership.objects.select_related("user").order_by("user__name", "pk")
        self.fields["actor"].queryset = everybody  # type: ignore[attr-defined]  # a ModelChoiceField
        known = sorted(((verb, str(words)) for verb, words in verbs().items()), key=lambda pair: pair[1])
        self.fields["verb"].choices = [("", _("Anything")), *known]  # type: ignore[attr-defined]
        self.fields["subject"].widget.attrs["placeholder"] = "member:12"

    def search(self, zone: str) -> log.Search:
        """The days are those of the workspace's zone, both included."""
        values = self.cleaned_data
        last = values["until"]
        return log.Search(
            actor=values["actor"].pk if values["actor"] else None,
            verb=values["verb"],
            subject=values["subject"],
            since=_midnight(values["since"], zone),
            until=_midnight(last + timedelta(days=1), zone) if last and last < date.max else None,
        )


def _midnight(day: date | None, zone: str) -> datetime | None:
    return datetime.combine(day, time(), ZoneInfo(zone)) if day else None


@require_GET
@requires(Capability.AUDIT_READ)
def audit(request: WorkspaceRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    before = request.GET.get("before", "")
    entries: list[AuditEntry] = []
    if form.is_valid():
        found = log.search(form.search(request.workspace.time_zone))
        try:
            entries = list((log.after(found, *read_cursor(before)) if before else found)[: PAGE + 1])
        except ValueError:
            return HttpResponseBadRequest("bad cursor")
    said = verbs()
    context = {
        "form": form,
        "entries": [(entry, said.get(entry.verb, entry.verb), details(entry.data)) for entry in entries[:PAGE]],
        "next_cursor": write_cursor(entries[PAGE - 1]) if len(entries) > PAGE else "",
        "before": before,
        "query": _query(request.GET),
        "is_filtered": form.is_bound and any(form.cleaned_data.values()),
    }
    return show(request, "audit", context, here="audit", status=422 if form.errors else 200)


def _query(query: QueryDict) -> list[tuple[str, str]]:
    """What is asked for, without the page: for the links and the export."""
    return [(name, str(value)) for name, value in query.dict().items() if value and name in SearchForm.base_fields]


@require_POST
@requires(Capability.AUDIT_EXPORT)
def export(request: WorkspaceRequest) -> HttpResponseBase:
    """What the same search finds, up to now, as a file. Exporting is itself an entry."""
    form = SearchForm(request.POST)
    if not form.is_valid():
        return HttpResponse(form.errors.as_text(), status=422, content_type="text/plain")
    wanted = form.search(request.workspace.time_zone)
    log.record("audit.exported", "workspace", by=request.member, search=dict(_query(request.POST)))
    head = [_("Time"), _("Who"), _("What"), _("Of what"), _("Details")]
    response = StreamingHttpResponse(
        spreadsheet.lines(_rows(request.workspace, wanted, head)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="audit-{request.workspace.slug}.csv"'
    return response


def _rows(workspace: Workspace, wanted: log.Search, head: list[str]) -> Iterator[list[str]]:
    """Streamed after the view's scope has ended: each page of rows is read in a scope of its own."""
    yield head
    zone, last = ZoneInfo(workspace.time_zone), None
    while True:
        with tenancy.enter(workspace):
            found = log.search(wanted)
            chunk = list(islice(log.after(found, last.at, last.pk) if last else found, CHUNK))
        for entry in chunk:
            yield [
                entry.at.astimezone(zone).isoformat(timespec="seconds"),
                entry.actor_name,
                entry.verb,
                entry.subject,
                json.dumps(entry.data, ensure_ascii=False, sort_keys=True),
            ]
        if len(chunk) < CHUNK:
            return
        last = chunk[-1]


def write_cursor(entry: AuditEntry) -> str:
    return urlsafe_b64encode(f"{entry.at.isoformat()},{entry.pk}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, int]:
    text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    at, _comma, pk = text.partition(",")
    if not (pk.isdecimal() and len(pk) < 19):
        raise ValueError(cursor)
    return datetime.fromisoformat(at), int(pk)
