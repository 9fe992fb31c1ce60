"""Raw SQL of the benchmarks: their fixtures, and the statements that ours are compared with."""

PHONE = "'55119' || (60000000 + %(first)s + n)"

# A customer each, known by phone, with one conversation. `open_share` of the conversations are open; of these every
# tenth is nobody's and the rest belongs to the members in turn. Hours are scattered, so no index is in heap order.
CUSTOMERS = f"""
WITH numbers AS (SELECT n, {PHONE} AS phone FROM generate_series(1, %(count)s) AS n),
contacts AS (
    INSERT INTO crm_contact (workspace_id, name, phone, email, is_blocked, created_at)
    SELECT %(workspace)s, 'Cliente ' || n, '+' || phone, '', false, now() FROM numbers RETURNING id, phone
), identities AS (
    INSERT INTO crm_identity (workspace_id, contact_id, scope, name, username, reply_kind, reply_value, created_at)
    SELECT %(workspace)s, id, %(scope)s, 'Cliente ' || right(phone, 4), '', 'phone', substr(phone, 2), now()
    FROM contacts RETURNING id, contact_id, reply_value
), keys AS (
    INSERT INTO crm_identitykey (workspace_id, identity_id, scope, kind, value)
    SELECT %(workspace)s, id, %(scope)s, 'phone', reply_value FROM identities
)
INSERT INTO inbox_conversation (
    workspace_id, channel_id, contact_id, identity_id, kind, subject, status, assignee_id, clock, inbound_count,
    last_inbound_at, window_from, waiting_since, last_message_at, preview_text, preview_kind, preview_author,
    created_at)
SELECT %(workspace)s, %(channel)s, contact_id, id, 'direct', '',
    CASE WHEN abs(hashint8(id) %% 1000) / 1000.0 < %(open_share)s THEN 'open' ELSE 'closed' END,
    CASE WHEN id %% 10 <> 0 THEN (%(members)s::bigint[])[1 + id / 10 %% cardinality(%(members)s::bigint[])] END,
    3, 3, at, at, at, at, 'Hola, ¿tienen zapatillas talle 42 en negro?', 'text', 'customer', at
FROM identities, LATERAL (
    SELECT %(until)s::timestamptz - make_interval(secs => (hashint8extended(id, 7) & 16777215) * 0.9) AS at
) scattered
"""

# Of what is theirs, members have read nineteen parts in twenty.
READ = """
INSERT INTO inbox_readmark (workspace_id, member_id, conversation_id, inbound_count)
SELECT workspace_id, assignee_id, id, inbound_count FROM inbox_conversation
WHERE workspace_id = %s AND assignee_id IS NOT NULL AND status = 'open' AND id %% 19 <> 7
"""

VACUUM = "VACUUM ANALYZE"
TENANT_TABLES = "SELECT oid::regclass::text FROM pg_class WHERE relforcerowsecurity"
LET_OWNER_PASS = "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY"
KEYSET = """
SELECT * FROM inbox_conversation WHERE workspace_id = %s AND status = 'open'
ORDER BY last_message_at DESC, id DESC LIMIT 51
"""
PHONES = """
SELECT identity.reply_value, conversation.id
FROM inbox_conversation conversation JOIN crm_identity identity ON identity.id = conversation.identity_id
WHERE conversation.workspace_id = %s ORDER BY conversation.id
"""

# What a drain wrote since, as JSON rows, to be written again by set-based SQL.
NEWEST = "SELECT coalesce(max(id), 0) FROM inbox_message WHERE workspace_id = %s"
WRITTEN = "SELECT to_jsonb(t) FROM inbox_message t WHERE workspace_id = %s AND id > %s ORDER BY id"
ATTACHED = "SELECT to_jsonb(t) FROM inbox_attachment t WHERE workspace_id = %s AND message_id > %s ORDER BY id"
HAPPENED = """
SELECT to_jsonb(t) FROM workspaces_eventrow t
WHERE workspace_id = %s AND (payload ->> 'message')::bigint > %s ORDER BY id
"""
TALKED = """
SELECT to_jsonb(t) || jsonb_build_object('phone', identity.reply_value)
FROM inbox_conversation t JOIN crm_identity identity ON identity.id = t.identity_id WHERE t.workspace_id = %s
  AND t.id IN (SELECT conversation_id FROM inbox_message WHERE workspace_id = %s AND id > %s)
"""

# What a worker has to know before it writes.
KNOWN = (
    "SELECT external_id, id FROM inbox_message WHERE workspace_id = %s AND channel_id = %s AND external_id = ANY(%s)"
)
PEOPLE = """
SELECT key.value, identity.id, contact.id FROM crm_identitykey key
JOIN crm_identity identity ON identity.id = key.identity_id JOIN crm_contact contact ON contact.id = identity.contact_id
WHERE key.workspace_id = %s AND key.kind = 'phone' AND key.value = ANY(%s)
"""
LOCKED = "SELECT * FROM inbox_conversation WHERE workspace_id = %s AND id = ANY(%s) ORDER BY id FOR UPDATE"

PENDING = "SELECT id FROM channels_meta_webhookpart WHERE state = 0 ORDER BY id"
DEAD = "SELECT error FROM channels_meta_webhookpart WHERE state = 2"
CHANNEL = "SELECT id FROM inbox_channel WHERE workspace_id = %s"
ENTER = "SELECT set_config('app.workspace', %s, false)"
WORKSPACE = "SELECT id FROM workspaces_workspace WHERE slug = %s"
