"""What the drills read of the database, as its superuser: a judge who sees every workspace and asks no code of ours."""

MESSAGES = """
SELECT m.id, w.slug,
       CASE WHEN c.workspace_id = ct.workspace_id AND ct.workspace_id = ch.workspace_id THEN cw.slug ELSE '' END,
       ch.account_key, m.conversation_id, m.external_id, m.direction, m.kind, m.text,
       extract(epoch FROM m.at)::bigint, m.seq, m.rev, m.state, m.deleted_at IS NOT NULL
FROM inbox_message m
JOIN workspaces_workspace w ON w.id = m.workspace_id
JOIN inbox_conversation c ON c.id = m.conversation_id
JOIN workspaces_workspace cw ON cw.id = c.workspace_id
JOIN crm_contact ct ON ct.id = c.contact_id
JOIN inbox_channel ch ON ch.id = m.channel_id
ORDER BY m.id
"""
DELIVERIES = """
SELECT d.id, d.message_id, ch.account_key, d.attempt::text, d.external_id, d.state
FROM inbox_delivery d JOIN inbox_channel ch ON ch.id = d.channel_id ORDER BY d.id
"""
THREADS = """
SELECT c.id, w.slug, c.clock, c.inbound_count, extract(epoch FROM c.last_message_at)::bigint, c.preview_text,
       c.preview_state
FROM inbox_conversation c JOIN workspaces_workspace w ON w.id = c.workspace_id ORDER BY c.id
"""
OWNERS = """
SELECT r.account_key, w.slug FROM inbox_channelroute r JOIN workspaces_workspace w ON w.id = r.workspace_id
"""
BODIES = "SELECT encode(sha256(body), 'hex'), count(*) FROM channels_meta_webhookbody GROUP BY 1"
PARTS = "SELECT state, count(*) FROM channels_meta_webhookpart GROUP BY state"
DEAD = "SELECT account_key, payload, error FROM channels_meta_webhookpart WHERE state = 2 ORDER BY id"
BACKLOG = """
SELECT (SELECT count(*) FROM channels_meta_webhookpart WHERE state = 0),
       (SELECT count(*) FROM inbox_delivery WHERE state IN (0, 1)),
       (SELECT count(*) FROM workspaces_eventrow WHERE state = 0),
       (SELECT count(*) FROM workspaces_eventrow WHERE state <> 0)
"""
TABLES = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""
POLICIES = """
SELECT tablename, policyname, roles::text, qual, with_check FROM pg_policies WHERE schemaname = 'public' ORDER BY 1, 2
"""
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"
OWNERSHIP = """
SELECT relname, relowner::regrole::text, relacl::text, relrowsecurity, relforcerowsecurity
FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""
STATES = "SELECT id, state FROM inbox_delivery"
SENDING = "SELECT count(*) FROM inbox_delivery WHERE state = 1"
PENDING = "SELECT count(*) FROM channels_meta_webhookpart WHERE state = 0"
HELD_TRANSACTIONS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND state LIKE 'idle in transaction%' AND state_change < now() - interval '300 ms'
"""
CONVERSATIONS = "SELECT external_id, conversation_id FROM inbox_message WHERE external_id = ANY(%s)"
KEPT_RECEIPTS = "SELECT count(*) FROM inbox_receipt WHERE external_id = ANY(%s)"
COUNTS = """
SELECT (SELECT count(*) FROM crm_contact WHERE workspace_id = w.id),
       (SELECT count(*) FROM inbox_conversation WHERE workspace_id = w.id),
       (SELECT count(*) FROM inbox_message WHERE workspace_id = w.id),
       (SELECT count(*) FROM inbox_attachment WHERE workspace_id = w.id)
FROM workspaces_workspace w WHERE w.slug = %s
"""
