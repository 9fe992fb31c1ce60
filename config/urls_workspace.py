"""Pages of one workspace: the middleware has moved `/w/<slug>` into the script name."""

from django.urls import include, path

from config.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("", include("workspaces.urls")),
    path("", include("inbox.urls")),
]
