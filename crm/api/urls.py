from django.urls import path

from crm.api.views import ContactIdentities, Contacts, Identities

urlpatterns = [
    path("contacts", Contacts.as_view({"get": "list", "post": "create"})),
    path("contacts/<int:pk>", Contacts.as_view({"get": "retrieve", "patch": "partial_update"})),
    path("contacts/<int:pk>/identities", ContactIdentities.as_view({"get": "of_contact"})),
    path("identities", Identities.as_view({"get": "list"})),
    path("identities/<int:pk>", Identities.as_view({"get": "retrieve"})),
]
