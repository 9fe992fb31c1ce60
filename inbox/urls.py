from django.urls import path

from inbox.views import alerts, desk, thread, verbs

app_name = "inbox"

urlpatterns = [
    path("inbox/", desk.desk, name="desk"),
    path("inbox/rows/", desk.rows, name="rows"),
    path("inbox/alerts/", alerts.alerts, name="alerts"),
    path("conversations/<int:pk>/", thread.conversation, name="conversation"),
    path("conversations/<int:pk>/header/", thread.header, name="header"),
    path("conversations/<int:pk>/messages/", thread.messages, name="messages"),
    path("conversations/<int:pk>/messages/<int:message_pk>/delivery/", verbs.delivery, name="delivery"),
    path("conversations/<int:pk>/notes/", thread.notes, name="notes"),
    path("conversations/<int:pk>/assignment/", verbs.assignment, name="assignment"),
    path("conversations/<int:pk>/closure/", verbs.closure, name="closure"),
    path("conversations/<int:pk>/reading/", verbs.reading, name="reading"),
]
