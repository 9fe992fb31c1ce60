"""The pages of allauth that exist so far."""

from allauth.account import views
from django.urls import path
from django.views.generic import RedirectView

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    # allauth reverses these names on its own; there is nothing behind them yet
    path("signup/", RedirectView.as_view(pattern_name="account_login"), name="account_signup"),
    path("password/reset/", RedirectView.as_view(pattern_name="account_login"), name="account_reset_password"),
]
