import logging
import sys

import uvicorn

from channels_meta.sandbox.app import build_app
from channels_meta.sandbox.protocol import Droppable
from channels_meta.sandbox.settings import from_environment


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    try:
        settings = from_environment()
    except KeyError as missing:
        sys.stderr.write(f"sandbox: {missing} is not set in the environment\n")
        return 2
    uvicorn.run(
        build_app(settings),
        host=settings.host,
        port=settings.port,
        http=Droppable,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    return 0


sys.exit(main())
