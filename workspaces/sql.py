"""Raw SQL of this app. Advisory locks belong to no workspace: the caller's name carries it."""

from collections.abc import Mapping

TRY_LOCK = "SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))"
TRY_SESSION_LOCK = "SELECT pg_try_advisory_lock(%s, hashtext(%s))"
LOCK = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"
LOCK_SHARED = "SELECT pg_advisory_xact_lock_shared(%s, hashtext(%s))"


def recordset(columns: Mapping[str, str]) -> str:
    """What follows FROM: one parameter, rows as a JSON text, as the table `v` of these columns and types; `v.place`
    is where in the text a row stands."""
    typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    return f"ROWS FROM (json_to_recordset(%s::json) AS ({typed})) WITH ORDINALITY AS v({', '.join(columns)}, place)"


INSERT_EVENTS = f"""
INSERT INTO workspaces_eventrow
    (workspace_id, listener, kind, subject, payload, state, run_at, attempts, error, created_at)
SELECT %s, v.listener, v.kind, v.subject, v.payload, 0, now(), 0, '', now()
FROM {recordset({"listener": "varchar", "kind": "varchar", "subject": "varchar", "payload": "jsonb"})}
ORDER BY v.place
"""
