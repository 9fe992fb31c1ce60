"""Finding contacts by any part of a name, number or e-mail.

LIKE is not leakproof, so under row-level security the planner would read every contact of the workspace before it
looked at the index. The function runs as the tables' owner, whom `search_reads_all` lets read, and takes the workspace
from the connection's scope: whoever calls it gets ids of that workspace and of no other."""

from django.db import migrations

FUNCTIONS = """
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;

CREATE FUNCTION plaza_fold(words text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    AS $$ SELECT lower(public.unaccent('public.unaccent'::regdictionary, words)) $$;

CREATE POLICY search_reads_all ON crm_contact FOR SELECT TO CURRENT_USER USING (true);

CREATE FUNCTION crm_search_contacts(pattern text, digits text, most integer) RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    SELECT id FROM crm_contact
    WHERE workspace_id = NULLIF(current_setting('app.workspace', true), '')::bigint
      AND (plaza_fold(name || ' ' || email) LIKE plaza_fold(pattern) OR (digits <> '%%' AND phone LIKE digits))
    ORDER BY last_seen_at DESC NULLS LAST, id DESC LIMIT most
    $$;
"""
DROP_FUNCTIONS = """
DROP FUNCTION crm_search_contacts(text, text, integer);
DROP POLICY search_reads_all ON crm_contact;
DROP FUNCTION plaza_fold(text);
"""
INDEXES = (
    ("contact_words", "gin (workspace_id, plaza_fold(name || ' ' || email) gin_trgm_ops)"),
    ("contact_digits", "gin (workspace_id, phone gin_trgm_ops)"),
)


class Migration(migrations.Migration):
    atomic = False  # the indexes are made beside writes

    dependencies = [("crm", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        *(
            migrations.RunSQL(
                f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON crm_contact USING {how}",
                f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
            )
            for name, how in INDEXES
        ),
    ]
