"""Raw SQL of the inbox: what the ORM would do row by row or with a CASE per row. Every statement that reads or writes a
tenant's table names the workspace."""

NEXT_MESSAGE_IDS = """
SELECT nextval(pg_get_serial_sequence('inbox_message', 'id')) FROM generate_series(1, %s) -- no workspace_id: a sequence
"""

_TYPES = {
    "id": "bigint",
    "status": "varchar",
    "assignee_id": "bigint",
    "clock": "bigint",
    "inbound_count": "int",
    "last_inbound_at": "timestamptz",
    "window_from": "timestamptz",
    "waiting_since": "timestamptz",
    "last_message_at": "timestamptz",
    "preview_text": "varchar",
    "preview_kind": "varchar",
    "preview_author": "varchar",
    "preview_state": "smallint",
    "closed_at": "timestamptz",
}
CONVERSATION_COLUMNS = tuple(_TYPES)

UPDATE_CONVERSATIONS = f"""
UPDATE inbox_conversation AS c SET {", ".join(f"{name} = v.{name}" for name in _TYPES if name != "id")}
FROM unnest({", ".join(f"%s::{kind}[]" for kind in _TYPES.values())}) AS v({", ".join(_TYPES)})
WHERE c.id = v.id AND c.workspace_id = %s
"""
