from django.conf import settings
from django.urls import include, path
from django.views.generic import RedirectView

from workspaces import start_views, views
from workspaces.api import pages as api_pages

urlpatterns = [
    path("", RedirectView.as_view(pattern_name=settings.START_PAGE), name="start"),
    path("switcher/", start_views.switcher, name="switcher"),
    path("", include("workspaces.pages.urls")),
    path("me/", views.preferences, name="preferences"),
    path("settings/api-keys/", api_pages.keys, name="api_keys"),
    path("settings/api-keys/<int:key_pk>/", api_pages.key, name="api_key"),
]
