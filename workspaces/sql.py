"""Raw SQL of this app. Advisory locks belong to no workspace: the caller's name carries it."""

TRY_LOCK = "SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))"
TRY_SESSION_LOCK = "SELECT pg_try_advisory_lock(%s, hashtext(%s))"
LOCK = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"
LOCK_SHARED = "SELECT pg_advisory_xact_lock_shared(%s, hashtext(%s))"

INSERT_EVENTS = """
INSERT INTO workspaces_eventrow
    (workspace_id, listener, kind, subject, payload, state, run_at, attempts, error, created_at)
SELECT %s, v.listener, v.kind, v.subject, v.payload, 0, now(), 0, '', now()
FROM unnest(%s::varchar[], %s::varchar[], %s::varchar[], %s::jsonb[]) WITH ORDINALITY
    AS v(listener, kind, subject, payload, place)
ORDER BY v.place
"""
