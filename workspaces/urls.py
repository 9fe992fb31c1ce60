from django.conf import settings
from django.urls import include, path
from django.views.generic import RedirectView

from workspaces import views

urlpatterns = [
    path("", RedirectView.as_view(pattern_name=settings.START_PAGE), name="start"),
    path("", include("workspaces.pages.urls")),
    path("me/", views.preferences, name="preferences"),
]
