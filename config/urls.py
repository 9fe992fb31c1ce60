"""Pages outside every workspace. Those inside are in `config/urls_workspace.py`, behind `/w/<slug>/`."""

from django.urls import include, path

from config import errors, health
from workspaces.pages.joining import joining
from workspaces.views import home

urlpatterns = [
    path("", home, name="home"),
    path("accounts/", include("workspaces.account_urls")),
    path("invitations/<str:token>/", joining, name="invitation"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
