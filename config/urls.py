"""Pages outside every workspace. Those inside are in `config/urls_workspace.py`, behind `/w/<slug>/`."""

from django.urls import include, path

from config import errors, health
from workspaces.views import home

urlpatterns = [
    path("", home, name="home"),
    path("accounts/", include("workspaces.account_urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("config.urls_api")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
