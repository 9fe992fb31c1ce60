from django.urls import path

from inbox.api import conversations, messages

urlpatterns = [
    path("channels", conversations.Channels.as_view({"get": "list"})),
    path("channels/<int:pk>", conversations.Channels.as_view({"get": "retrieve"})),
    path("conversations", conversations.Conversations.as_view({"get": "list"})),
    path("conversations/<int:pk>", conversations.Conversations.as_view({"get": "retrieve"})),
    path(
        "conversations/<int:pk>/assignment",
        conversations.Assignment.as_view({"put": "assign", "delete": "unassign"}),
    ),
    path("conversations/<int:pk>/team", conversations.Passing.as_view({"put": "pass_on", "delete": "take_back"})),
    path("conversations/<int:pk>/closure", conversations.Closure.as_view({"post": "close", "delete": "reopen"})),
    path("conversations/<int:pk>/reading", conversations.Reading.as_view({"post": "read", "delete": "unread"})),
    path("conversations/<int:pk>/messages", messages.Thread.as_view({"get": "of_conversation", "post": "send"})),
    path("messages", messages.Messages.as_view({"get": "list"})),
    path("messages/<int:pk>", messages.Messages.as_view({"get": "retrieve"})),
    path("messages/<int:pk>/deliveries", messages.MessageDeliveries.as_view({"get": "of_message", "post": "retry"})),
    path("deliveries", messages.Deliveries.as_view({"get": "list"})),
    path("deliveries/<int:pk>", messages.Deliveries.as_view({"get": "retrieve"})),
]
