from django.conf import settings
from django.urls import include, path
from django.views.generic import RedirectView

from workspaces import start_views, views

urlpatterns = [
    path("", RedirectView.as_view(pattern_name=settings.START_PAGE), name="start"),
    path("switcher/", start_views.switcher, name="switcher"),
    path("", include("workspaces.pages.urls")),
    path("me/", views.preferences, name="preferences"),
]
