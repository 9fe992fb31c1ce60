"""The processes of an installation: ./dev starts this table, docker-compose.yml is compared with it by a test."""

from dataclasses import dataclass

# Workers need not know of each other, and asking costs a second at the start.
WORKER = ("--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat")


@dataclass(frozen=True)
class Process:
    name: str
    command: tuple[str, ...]  # `{host}` and `{port}` are where the web listens
    development_only: bool = False  # else only where SANDBOX=1
    single: bool = False  # a second one would only wait

    def argv(self, *, host: str, port: int) -> list[str]:
        return [part.format(host=host, port=port) for part in self.command]


def _worker(queue: str, concurrency: int) -> Process:
    identity = ("-Q", queue, "-n", f"{queue}@%h", "--concurrency", str(concurrency))
    return Process(queue, ("python", "-m", "celery", "--quiet", "-A", "config", "worker", *identity, *WORKER))


PROCESSES: tuple[Process, ...] = (
    Process(
        "web",
        (
            *("python", "-m", "uvicorn", "config.asgi:application", "--host", "{host}", "--port", "{port}"),
            *("--loop", "uvloop", "--http", "httptools", "--ws", "websockets-sansio"),
            *("--ws-max-size", "65536", "--ws-per-message-deflate", "false"),
            *("--no-server-header", "--no-access-log", "--timeout-graceful-shutdown", "5"),
        ),
    ),
    _worker("fast", 4),
    _worker("slow", 2),
    Process("clock", ("python", "manage.py", "clock"), single=True),
    Process("sandbox", ("python", "-m", "channels_meta.sandbox"), development_only=True, single=True),
)
