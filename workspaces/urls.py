from django.urls import path
from django.views.generic import RedirectView

from workspaces import views

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="inbox:desk"), name="start"),
    path("me/", views.preferences, name="preferences"),
]
