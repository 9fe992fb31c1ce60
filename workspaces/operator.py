"""The operator's pages, at settings.OPERATOR_PATH: Django's admin over what one installation holds. It looks and does
not touch: no row is added, changed or deleted here; what died can be tried again. Only for staff.

Tenants' rows are read through `tenancy.across()`, so only of the tables that the database lets such a reader see.
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from workspaces import tenancy


class OperatorSite(AdminSite):
    site_header = site_title = _("Operating Plaza")
    index_title = _("This installation")
    site_url = "/"
    index_template = "operator/index.html"

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [path("health/", self.admin_view(self.health), name="health"), *super().get_urls()]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one login, with its throttle and its second factor; who is no staff learns nothing from it."""
        if request.user.is_authenticated:
            return HttpResponse(status=404)
        back = request.GET.get(REDIRECT_FIELD_NAME) or request.get_full_path()
        return redirect_to_login(back, tenancy.global_reverse("account_login"))

    def health(self, request: HttpRequest) -> HttpResponse:
        """What /metrics tells of now, in words."""
        from django.conf import settings

        families = list(import_string(settings.OPERATOR_HEALTH)())
        context = {**self.each_context(request), "title": _("Health"), "families": families}
        return TemplateResponse(request, "operator/health.html", context)


class ReadOnly(ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """Rows to look at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        raise PermissionDenied

    def history_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        raise PermissionDenied  # what is not changed has none


class AcrossWorkspaces(ReadOnly):
    """Rows of tenants. A page is drawn before the reading ends."""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = self.model.across_workspaces.select_related("workspace")
        return rows.order_by(*self.get_ordering(request))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        with tenancy.across():
            return _drawn(super().changelist_view(request, extra_context))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with tenancy.across():
            return _drawn(super().changeform_view(request, *args, **kwargs))


def _drawn(response: HttpResponse) -> HttpResponse:
    return response.render() if isinstance(response, SimpleTemplateResponse) else response
