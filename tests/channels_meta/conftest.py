from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from channels_meta import door as doors

Connection = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
def rows(db: None) -> Iterator[Connection]:
    """What is committed, seen from another connection; swept out afterwards."""
    with psycopg.connect(doors._conninfo(), autocommit=True) as connection:
        yield connection
        for table in ("channels_meta_webhookpart", "channels_meta_webhookbody"):
            connection.execute(f"DELETE FROM {table}")
