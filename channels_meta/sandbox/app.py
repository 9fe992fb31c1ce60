import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiosmtpd.smtp import SMTP
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from channels_meta.sandbox import control, graph, mailbox, phone, platform
from channels_meta.sandbox.errors import GraphError
from channels_meta.sandbox.protocol import OwnPagesOnly
from channels_meta.sandbox.settings import Settings

log = logging.getLogger("sandbox")


def build_app(settings: Settings) -> Starlette:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        stage = platform.build(settings)
        app.state.platform = stage
        loop = asyncio.get_running_loop()
        post = await loop.create_server(
            lambda: SMTP(mailbox.Postman(stage.store), enable_SMTPUTF8=True), settings.host, settings.smtp_port
        )
        delivering = asyncio.create_task(stage.outbox.run())
        delivering.add_done_callback(_stop_if_broken)
        yield
        delivering.cancel()
        await asyncio.wait([delivering])
        await stage.outbox.stop()
        post.close()
        stage.store.close()

    static = Mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    return Starlette(
        routes=[*control.routes, *graph.routes, *mailbox.routes, static, *phone.routes],
        lifespan=lifespan,
        middleware=[Middleware(OwnPagesOnly)],
        exception_handlers={GraphError: graph.refused},
    )


def _stop_if_broken(task: asyncio.Task[None]) -> None:
    """A platform that silently stopped delivering would make every drill lie."""
    if not task.cancelled() and task.exception() is not None:
        log.critical("webhook delivery broke", exc_info=task.exception())
        os.kill(os.getpid(), signal.SIGTERM)
