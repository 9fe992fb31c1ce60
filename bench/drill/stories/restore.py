"""The backup is worth something: it becomes a database in a new cluster, row by row the one it was taken from."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql as composed

from bench.drill import sql, talk
from bench.drill.database import Database
from bench.drill.drill import Drill
from bench.drill.stage import Stage
from bench.drill.verdict import Verdict
from devtool.backup import backup, restore
from devtool.paths import PYTHON, ROOT
from devtool.postgres import Postgres

Contents = dict[str, tuple[int, str]]  # a table's rows and the digest of them all
ROWS = "SELECT count(*), md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {} t"


def restored(stage: Stage, verdict: Verdict) -> None:
    """Taken while customers write, and again in calm; that of the calm is compared."""
    folder = stage.ground.var / "restore"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for chat in stage.open_chats(30):
        stage.desk.reply(chat, "¿Qué talle?")
    _taken_while_writing(stage, folder / "busy.dump", verdict)
    stage.calm(60)
    before = contents(stage.db)
    began = time.monotonic()
    backup(stage.db.postgres, folder / "calm.dump", stage.db.name)
    verdict.count("backup_s", round(time.monotonic() - began, 2))
    verdict.must(contents(stage.db) == before, "something was written while it should have been calm")
    with _new_cluster(stage, folder / "calm") as copy:
        began = time.monotonic()
        restore(copy.postgres, folder / "calm.dump")
        verdict.count("restore_s", round(time.monotonic() - began, 2))
        _compare(stage, copy, before, verdict)
    with _new_cluster(stage, folder / "busy") as copy:
        restore(copy.postgres, folder / "busy.dump")
        verdict.count("busy_messages", contents(copy)["inbox_message"][0])
        verdict.must(not copy.ask(ORPHANS), "messages without their conversation in the busy backup")
    shutil.rmtree(folder)


ORPHANS = """
SELECT m.id FROM inbox_message m LEFT JOIN inbox_conversation c ON c.id = m.conversation_id
WHERE c.id IS NULL OR c.clock < m.seq LIMIT 1
"""


def contents(data: Database) -> Contents:
    with psycopg.connect(data.url("postgres"), autocommit=True) as connection:
        names = [name for (name,) in connection.execute(sql.TABLES)]
        found: Contents = {}
        for name in names:
            row = connection.execute(composed.SQL(ROWS).format(composed.Identifier(name))).fetchone()
            assert row is not None
            found[name] = (row[0], row[1])
    return found


def differences(before: Contents, after: Contents) -> list[str]:
    """What one has and the other has not, in words."""
    nothing = (-1, "")
    return [
        f"{name}: {before.get(name, nothing)[0]} rows there, {after.get(name, nothing)[0]} here"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _taken_while_writing(stage: Stage, target: Path, verdict: Verdict) -> None:
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            stage.sandbox.say(talk.chatter(30, 2, began=int(time.time()) - 2))

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    try:
        time.sleep(0.5)
        backup(stage.db.postgres, target, stage.db.name)
    finally:
        done.set()
        writer.join(30)
    verdict.count("busy_bytes", target.stat().st_size)


@contextmanager
def _new_cluster(stage: Stage, var: Path) -> Iterator[Database]:
    postgres = Postgres(var)
    shutil.rmtree(postgres.place.data.parent, ignore_errors=True)  # of a run that was killed
    postgres = Postgres(var)
    stage.on_main(postgres.start)
    try:
        yield Database(postgres, "plaza")
    finally:
        stage.on_main(postgres.stop)
        shutil.rmtree(postgres.place.data, ignore_errors=True)


def _compare(stage: Stage, copy: Database, before: Contents, verdict: Verdict) -> None:
    verdict.count("tables", len(before))
    verdict.count("rows", sum(count for count, _ in before.values()))
    verdict.must(before["inbox_message"][0] > 60, "there was next to nothing to back up")
    verdict.none("differences", differences(before, contents(copy)))
    for name, question in (("policies", sql.POLICIES), ("sequences", sql.SEQUENCES), ("owners", sql.OWNERSHIP)):
        verdict.must(copy.ask(question) == stage.db.ask(question), f"{name} differ")
    verdict.must(_migrated(stage, copy), "the app finds migrations to do")
    _walls(copy, before, verdict)


def _migrated(stage: Stage, copy: Database) -> bool:
    env = stage.ground.environment(copy)
    command = [str(PYTHON), "manage.py", "migrate", "--check"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False).returncode == 0


def _walls(copy: Database, before: Contents, verdict: Verdict) -> None:
    """As the app, one sees nothing outside a workspace, and inside each one its own."""
    seen = 0
    with psycopg.connect(copy.url("plaza_app"), autocommit=True) as connection:
        outside = connection.execute("SELECT count(*) FROM inbox_message").fetchone()
        for (workspace,) in connection.execute("SELECT id::text FROM workspaces_workspace").fetchall():
            connection.execute("SELECT set_config('app.workspace', %s, false)", [workspace])
            found = connection.execute("SELECT count(*) FROM inbox_message").fetchone()
            seen += found[0] if found else 0
    verdict.must(outside == (0,), "row-level security did not come along")
    verdict.equal("seen_by_the_app", seen, before["inbox_message"][0])


DRILLS = (Drill("restore", restored, limit=300, calm=60),)
