"""Raw SQL of the inbox: what the ORM would do row by row or with a CASE per row. Every statement that reads or writes a
tenant's table names the workspace."""

from collections.abc import Mapping

from workspaces.sql import recordset

NEXT_MESSAGE_IDS = """
SELECT nextval(pg_get_serial_sequence('inbox_message', 'id')) FROM generate_series(1, %s) -- no workspace_id: a sequence
"""

MESSAGE = {
    "id": "bigint",
    "conversation_id": "bigint",
    "client_id": "uuid",
    "external_id": "varchar",
    "direction": "varchar",
    "source": "varchar",
    "kind": "varchar",
    "text": "text",
    "content": "jsonb",
    "raw": "jsonb",
    "reactions": "jsonb",
    "reply_to_id": "bigint",
    "reply_to_external_id": "varchar",
    "at": "timestamptz",
    "seq": "bigint",
    "rev": "bigint",
    "state": "smallint",
    "failure": "jsonb",
    "edited_at": "timestamptz",
    "deleted_at": "timestamptz",
    "created_at": "timestamptz",
}
CHANGED_MESSAGE = {
    name: MESSAGE[name]
    for name in (
        *("id", "external_id", "text", "content", "reactions", "rev"),
        *("state", "failure", "edited_at", "deleted_at"),
    )
}
ATTACHMENT = {
    "message_id": "bigint",
    "position": "smallint",
    "kind": "varchar",
    "external_id": "varchar",
    "url": "text",
    "mime_type": "varchar",
    "filename": "varchar",
    "sha256": "varchar",
    "is_voice": "boolean",
    "state": "varchar",
}
CONVERSATION = {
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
    "updated_at": "timestamptz",
}

# a JSON null stays one: an absent value is the column's NULL in all of them
INSERT_MESSAGES = f"""
INSERT INTO inbox_message (workspace_id, channel_id, {", ".join(MESSAGE)})
SELECT %s, %s, {", ".join(f"v.{name}" for name in MESSAGE)} FROM {recordset(MESSAGE)} ORDER BY v.place
"""
INSERT_ATTACHMENTS = f"""
INSERT INTO inbox_attachment (workspace_id, {", ".join(ATTACHMENT)})
SELECT %s, {", ".join(f"v.{name}" for name in ATTACHMENT)} FROM {recordset(ATTACHMENT)} ORDER BY v.place
"""


def _update(table: str, columns: Mapping[str, str]) -> str:
    assigned = ", ".join(f"{name} = v.{name}" for name in columns if name != "id")
    return f"UPDATE {table} AS t SET {assigned} FROM {recordset(columns)} WHERE t.id = v.id AND t.workspace_id = %s"


UPDATE_MESSAGES = _update("inbox_message", CHANGED_MESSAGE)
UPDATE_CONVERSATIONS = _update("inbox_conversation", CONVERSATION)
