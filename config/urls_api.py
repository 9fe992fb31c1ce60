"""The API: `/api/v1/`, outside every workspace's prefix, because the key says which workspace it is for."""

from django.urls import include, path

API = "api/v1/"

urlpatterns = [
    path(API, include("workspaces.api.urls")),
    path(API, include("crm.api.urls")),
    path(API, include("inbox.api.urls")),
]
