"""Drawing a page of the settings, and saying on the next one what was done."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from workspaces.middleware import WorkspaceRequest
from workspaces.pages.nav import groups_for


def show(
    request: WorkspaceRequest, name: str, context: dict[str, Any], *, here: str, status: int = 200
) -> HttpResponse:
    """`workspaces/settings/<name>.html` inside the layout, headed like its entry in the navigation unless the context
    has a `heading`."""
    groups = groups_for(request.member)
    heading = next((page.label for _, pages in groups for page in pages if page.name == here), "")
    shared = {"groups": groups, "here": here, "heading": heading, "flash": request.session.pop("flash", None)}
    return render(request, f"workspaces/settings/{name}.html", {**shared, **context}, status=status)


def flash(request: WorkspaceRequest, words: str, *, undo: tuple[str, dict[str, Any]] | None = None) -> None:
    """Words for the next page. `undo` is a URL name with its fields: what to post to take it back; `args` among the
    fields are the URL's."""
    said: dict[str, Any] = {"words": words}
    if undo is not None:
        name, fields = undo
        url = reverse(name, args=fields.pop("args", ()))
        said["undo"] = {"url": url, "fields": [pair for name, value in fields.items() for pair in _pairs(name, value)]}
    request.session["flash"] = said


def _pairs(name: str, value: Any) -> list[tuple[str, Any]]:
    """A field as a form sends it: a list several times, nothing not at all."""
    values = value if isinstance(value, list) else [value]
    return [(name, one) for one in values if one is not None]
