import logging
import sys
from contextlib import suppress

import uvicorn

from channels_meta.sandbox.app import build_app
from channels_meta.sandbox.protocol import Droppable, Server
from channels_meta.sandbox.settings import from_environment


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    try:
        settings = from_environment()
    except KeyError as missing:
        sys.stderr.write(f"sandbox: {missing} is not set in the environment\n")
        return 2
    app = build_app(settings)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=Droppable,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = Server(app, config)
    with suppress(KeyboardInterrupt):  # Ctrl-C, handed on once everything is closed
        server.run()
    return 0 if server.started else 3


sys.exit(main())
