"""The floor of `ingest`: the rows that a drain wrote, written again by set-based SQL as fast as one connection can.
Nothing is parsed, compared, decided or told to anybody. Beside it, reported only, a worker that also asks what
it has to know: it takes the parts, looks up messages and people and locks the conversations."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import psycopg

from bench import sql
from bench.databases import url_of

BATCH = 200
DONE = 1
BYTES = 4 * 1024 * 1024

Row = Mapping[str, Any]
Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Written:
    """What one drain left: messages with what hangs on them, and their conversations as they are now."""

    messages: list[Row]
    attachments: list[Row]
    happened: list[Row]
    conversations: list[Row]


@dataclass(frozen=True, slots=True)
class Batch:
    """What is asked for, and JSON texts, each the parameter of one statement."""

    names: list[str]
    phones: list[str]
    talked: list[int]
    messages: str
    attachments: str
    happened: str
    conversations: str
    parts: list[int]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a worker writes, and the lane it takes from: platform, account key, lane."""

    connection: Connection
    workspace: int
    channel: int
    lane: tuple[str, str, str]


def enter(name: str, slug: str) -> tuple[Connection, int]:
    """A connection of the app role inside this workspace."""
    connection: Connection = psycopg.connect(url_of(name), autocommit=True)
    workspace = number(connection, sql.WORKSPACE, slug)
    connection.execute(sql.ENTER, [str(workspace)])
    return connection, workspace


def newest(connection: Connection, workspace: int) -> int:
    return number(connection, sql.NEWEST, workspace)


def written_since(connection: Connection, workspace: int, message: int) -> Written:
    return Written(
        _rows(connection, sql.WRITTEN, workspace, message),
        _rows(connection, sql.ATTACHED, workspace, message),
        _rows(connection, sql.HAPPENED, workspace, message),
        _rows(connection, sql.TALKED, workspace, workspace, message),
    )


def batches(written: Written, parts: Sequence[int]) -> list[Batch]:
    """So many messages each, with what belongs to them; the parts are marked in as many steps."""
    attached, happened = defaultdict(list), defaultdict(list)
    for row in written.attachments:
        attached[row["message_id"]].append(row)
    for row in written.happened:
        happened[row["payload"]["message"]].append(row)
    conversations = {row["id"]: row for row in written.conversations}
    groups = [written.messages[at : at + BATCH] for at in range(0, len(written.messages), BATCH)]
    share = -(-len(parts) // len(groups))
    made = []
    for nth, group in enumerate(groups):
        talked = sorted({message["conversation_id"] for message in group})
        made.append(
            Batch(
                names=[message["external_id"] for message in group],
                phones=[conversations[pk]["phone"] for pk in talked],
                talked=talked,
                messages=_text(group),
                attachments=_text(row for message in group for row in attached[message["id"]]),
                happened=_text(row for message in group for row in happened[message["id"]]),
                conversations=_text(conversations[pk] for pk in talked),
                parts=list(parts[nth * share : (nth + 1) * share]),
            )
        )
    return made


def write(place: Place, made: Sequence[Batch], *, asks: bool) -> float:
    """Each batch in a transaction of its own. Answers the seconds."""
    from channels_meta import sql as door
    from inbox import sql as inbox
    from workspaces import sql as ground

    connection, workspace, channel = place.connection, place.workspace, place.channel
    began = time.perf_counter()
    for batch in made:
        with connection.transaction():
            if asks:
                _ask(place, batch)
            connection.execute(inbox.INSERT_MESSAGES, [workspace, channel, batch.messages])
            connection.execute(inbox.INSERT_ATTACHMENTS, [workspace, batch.attachments])
            connection.execute(ground.INSERT_EVENTS, [workspace, batch.happened])
            connection.execute(inbox.UPDATE_CONVERSATIONS, [batch.conversations, workspace])
            connection.execute(door.MARK, [DONE, batch.parts])
    return time.perf_counter() - began


def _ask(place: Place, batch: Batch) -> None:
    from channels_meta import sql as door

    run, workspace = place.connection.execute, place.workspace
    run(door.TAKE, [*place.lane, len(batch.parts), BYTES]).fetchall()
    run(sql.KNOWN, [workspace, place.channel, batch.names]).fetchall()
    run(sql.PEOPLE, [workspace, batch.phones]).fetchall()
    run(sql.LOCKED, [workspace, batch.talked]).fetchall()


def _text(rows: Iterable[Row]) -> str:
    return orjson.dumps(list(rows)).decode()


def _rows(connection: Connection, statement: str, *parameters: int) -> list[Row]:
    return [row[0] for row in connection.execute(statement, parameters)]


def number(connection: Connection, statement: str, parameter: object) -> int:
    row = connection.execute(statement, [parameter]).fetchone()
    assert row is not None
    return int(row[0])
