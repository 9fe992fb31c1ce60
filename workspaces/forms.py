"""What people fill in about themselves and a new workspace."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from workspaces.models import User, Workspace
from workspaces.places import countries, currencies, time_zones
from workspaces.slugs import slug_trouble

NAME_LENGTH = 120
PICTURE_BYTES = 8 * 1024 * 1024


class NameForm(forms.Form):
    """What signing up asks besides e-mail and password. allauth builds its own forms on it."""

    name = forms.CharField(
        label=_("Your name"), max_length=NAME_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    field_order = ("name", "email", "password1")

    def signup(self, request: HttpRequest, user: User) -> None:
        """Nothing is left to do: the adapter has taken the name over."""


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    class Meta:
        model = User
        fields = ("name", "language", "theme", "signature")
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "signature": forms.Textarea(attrs={"rows": 3}),
        }


class PictureForm(forms.Form):
    picture = forms.FileField(label=_("Picture"), widget=forms.FileInput(attrs={"accept": "image/*"}))

    def clean_picture(self) -> Any:
        picture = self.cleaned_data["picture"]
        if picture.size > PICTURE_BYTES:
            raise forms.ValidationError(_("The picture is larger than 8 MB. Choose a smaller one."))
        return picture


class WorkspaceForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """The first run. Choices are made in the reader's language, so with the form."""

    class Meta:
        model = Workspace
        fields = ("name", "slug", "business", "country", "language", "time_zone", "currency")
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "organization"}),
            "slug": forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(choices=User.Language.choices)
        self.fields["country"] = forms.ChoiceField(choices=countries())
        self.fields["time_zone"] = forms.ChoiceField(choices=time_zones())
        self.fields["currency"] = forms.ChoiceField(choices=currencies())

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if trouble := slug_trouble(slug):
            raise forms.ValidationError(trouble)
        return slug
