"""The API: `/api/v1/`, outside every workspace's prefix, because the key says which workspace it is for."""

from django.urls import include, path
from django.views.generic import RedirectView

from workspaces.api.reference import missing

API = "api/v1/"

urlpatterns = [
    path(API, include("workspaces.api.urls")),
    path(API, include("crm.api.urls")),
    path(API, include("inbox.api.urls")),
    path("api/v1/docs", RedirectView.as_view(url="/api/v1/docs/")),
    path("api/", missing),
    path("api/<path:rest>", missing),
]
