import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devtool.errors import Stop


@contextmanager
def alone(lock: Path, otherwise: str) -> Iterator[None]:
    """Nobody else is in here meanwhile; who comes second is told so instead of waiting."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Stop(otherwise) from error
        yield
