"""Pages outside every workspace. Those inside are in `config/urls_workspace.py`, behind `/w/<slug>/`."""

from importlib import import_module

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config import errors, health, metrics
from workspaces import account_views, start_views
from workspaces.pages.joining import joining
from workspaces.views import home

for room in settings.OPERATOR_PAGES:
    import_module(room)

urlpatterns = [
    path(settings.OPERATOR_PATH, admin.site.urls),
    path("", home, name="home"),
    path("accounts/", include("workspaces.account_urls")),
    path("account/", include("workspaces.you_urls")),
    path("language/", account_views.language, name="language"),
    path("avatars/<slug:digest>.webp", account_views.avatar, name="avatar"),
    path("workspaces/new/", start_views.new_workspace, name="new_workspace"),
    path("workspaces/address/", start_views.workspace_address, name="workspace_address"),
    path("invitations/<str:token>/", joining, name="invitation"),
    path("healthz", health.healthz, name="healthz"),
    path("metrics", metrics.page, name="metrics"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("config.urls_api")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler429 = errors.too_many_requests
handler500 = errors.server_error
