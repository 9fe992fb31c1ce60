"""Forms of the settings: Django's, drawn by `workspaces/settings/_field.html`."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict

PLAIN = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple, forms.HiddenInput)


class PageForm(forms.Form):
    """Every field one types in or picks from looks like one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if not isinstance(field.widget, PLAIN):
                field.widget.attrs["class"] = "field"


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, also if it is nothing: a form with every box unticked."""
    return request.POST if request.method == "POST" else None


def time_field(label: Any = "") -> forms.TimeField:
    return forms.TimeField(label=label, required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))


def date_field(label: Any, *, required: bool = False) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=required, widget=widget)
