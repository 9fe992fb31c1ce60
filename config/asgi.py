"""One port, three doors: `/webhooks/…` to the raw door, sockets to Channels, everything else to Django's WSGI handler
through a bridge (several times cheaper per request than Django's own ASGI handler)."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# ruff: noqa: E402 (the apps are loaded before anything imports a model)
import django
from django.core.wsgi import get_wsgi_application

from config import telemetry

django.setup()
telemetry.begin("web")  # before the handler reads the middleware
pages = get_wsgi_application()

from a2wsgi import WSGIMiddleware
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings

from channels_meta.door import door
from config.doors import Doors
from config.memory import settle
from config.sockets import sockets

# The threads that draw pages let the loop, which holds the sockets and the webhooks, have its turn: of the usual 5 ms a
# webhook beside a few pages would wait many.
sys.setswitchinterval(0.001)

application = Doors(
    webhooks=door,
    sockets=AllowedHostsOriginValidator(sockets),
    pages=WSGIMiddleware(pages, workers=settings.WEB_THREADS),  # type: ignore[arg-type]
)
settle()
