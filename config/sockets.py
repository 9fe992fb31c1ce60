"""The sockets of the whole project."""

from channels.routing import URLRouter
from channels.sessions import SessionMiddlewareStack
from django.urls import path

from inbox.consumers import ConversationSocket, InboxSocket
from workspaces.sockets import PeopleSocket

sockets = SessionMiddlewareStack(
    URLRouter(
        [
            path("w/<slug:slug>/live/people/", PeopleSocket.as_asgi()),
            path("w/<slug:slug>/live/inbox/", InboxSocket.as_asgi()),
            path("w/<slug:slug>/live/conversations/<int:pk>/", ConversationSocket.as_asgi()),
        ]
    )
)
