from django.urls import path

from workspaces.api import reference
from workspaces.api.teams import Teams
from workspaces.api.views import Members, WorkspaceView

app_name = "api"

urlpatterns = [
    path("schema", reference.schema, name="schema"),
    path("docs/", reference.docs, name="docs"),
    path("workspace", WorkspaceView.as_view({"get": "retrieve"})),
    path("members", Members.as_view({"get": "list"})),
    path("members/<int:pk>", Members.as_view({"get": "retrieve"})),
    path("teams", Teams.as_view({"get": "list"})),
    path("teams/<int:pk>", Teams.as_view({"get": "retrieve"})),
]
