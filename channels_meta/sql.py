"""Raw SQL of this app. Its two tables are global: the door knows no workspace, so none of these names one."""

BODY = "channels_meta_webhookbody"
PART = "channels_meta_webhookpart"

# The door's one statement: all bodies of a flush with all their parts. Ids are drawn first, because RETURNING says
# nothing about which body got which; a part names its body by its place in the first list.
STORE = f"""
WITH given AS MATERIALIZED (
    SELECT nextval(pg_get_serial_sequence('{BODY}', 'id')) AS id, place, platform, app, body
    FROM unnest(%b::text[], %b::text[], %b::bytea[]) WITH ORDINALITY AS g(platform, app, body, place)
), bodies AS (
    INSERT INTO {BODY} (id, received_at, platform, app, body, size)
    SELECT id, now(), platform, app, body, octet_length(body) FROM given
)
INSERT INTO {PART} (body_id, received_at, platform, account_key, lane, payload, state, attempts, error)
SELECT given.id, now(), given.platform, p.account_key, p.lane, p.payload, 0, 0, ''
FROM unnest(%b::int[], %b::text[], %b::text[], %b::bytea[])
    WITH ORDINALITY AS p(place, account_key, lane, payload, nth)
JOIN given ON given.place = p.place
ORDER BY p.nth
"""

# The oldest parts of a lane, at most so many and so many bytes, but always one.
TAKE = f"""
SELECT id, body_id, payload FROM (
    SELECT part.id, part.body_id, COALESCE(part.payload, body.body) AS payload,
           sum(COALESCE(octet_length(part.payload), body.size)) OVER (ORDER BY part.id) AS bytes,
           row_number() OVER (ORDER BY part.id) AS place
    FROM (
        SELECT id, body_id, payload FROM {PART}
        WHERE state = 0 AND platform = %s AND account_key = %s AND lane = %s ORDER BY id LIMIT %s
    ) part LEFT JOIN {BODY} body ON body.id = part.body_id
) counted WHERE bytes <= %s OR place = 1 ORDER BY id
"""

IS_PENDING = f"""
SELECT EXISTS (SELECT FROM {PART} WHERE state = 0 AND platform = %s AND account_key = %s AND lane = %s)
"""

MARK = f"UPDATE {PART} SET state = %s, attempts = attempts + 1, error = '' WHERE id = ANY(%s)"

BURY = f"""
UPDATE {PART} part SET state = 2, attempts = attempts + 1, error = dead.error, payload = dead.payload
FROM unnest(%s::bigint[], %s::text[], %s::bytea[]) AS dead(id, error, payload) WHERE part.id = dead.id
"""

# Elements of a part whose others were stored.
BURY_ELEMENTS = f"""
INSERT INTO {PART} (body_id, received_at, platform, account_key, lane, payload, state, attempts, error)
SELECT part.body_id, part.received_at, part.platform, part.account_key, part.lane, dead.payload, 2, 1, dead.error
FROM unnest(%s::bigint[], %s::text[], %s::bytea[]) WITH ORDINALITY AS dead(id, error, payload, nth)
JOIN {PART} part ON part.id = dead.id ORDER BY dead.nth
"""

# One step in the index per lane, however long the backlog.
OVERDUE = f"""
WITH RECURSIVE oldest AS (
    (SELECT platform, account_key, lane, received_at FROM {PART}
     WHERE state = 0 ORDER BY platform, account_key, lane, id LIMIT 1)
    UNION ALL
    SELECT following.* FROM oldest, LATERAL (
        SELECT platform, account_key, lane, received_at FROM {PART}
        WHERE state = 0 AND (platform, account_key, lane) > (oldest.platform, oldest.account_key, oldest.lane)
        ORDER BY platform, account_key, lane, id LIMIT 1
    ) following
)
SELECT platform, account_key, lane FROM oldest
WHERE received_at < now() - make_interval(secs => %s) ORDER BY received_at
"""

REPLAY_UNROUTED = f"""
UPDATE {PART} SET state = 0 WHERE state = 3 AND platform = %s AND account_key = ANY(%s) RETURNING account_key, lane
"""

# The next ids above a cursor that are older than the limit; the age grows with the id.
OLD_BODIES = (
    f"SELECT id FROM {BODY} WHERE id > %s AND received_at < now() - make_interval(secs => %s) ORDER BY id LIMIT %s"
)
OLD_PARTS = (
    f"SELECT id FROM {PART} WHERE id > %s AND received_at < now() - make_interval(secs => %s) ORDER BY id LIMIT %s"
)

# Dead letters hold their own bytes; what nobody took yet needs its body.
FORGET_BODIES = f"""
WITH gone AS (
    DELETE FROM {BODY} body WHERE id = ANY(%s)
      AND NOT EXISTS (SELECT FROM {PART} part WHERE part.body_id = body.id AND part.state = 3)
      AND id NOT IN (SELECT body_id FROM {PART} WHERE state = 0 AND body_id IS NOT NULL)
    RETURNING id
), orphaned AS (
    UPDATE {PART} part SET body_id = NULL FROM gone WHERE part.body_id = gone.id AND part.state = 2
)
SELECT count(*) FROM gone
"""
FORGET_PARTS = f"DELETE FROM {PART} WHERE id = ANY(%s) AND state = 1"

# For the metrics: both stay within the partial indexes. A lane without a queue is told too.
QUEUES = f"""
SELECT lanes.lane, count(part.id), COALESCE(EXTRACT(epoch FROM now() - min(part.received_at)), 0)
FROM (VALUES ('chat'), ('status')) AS lanes(lane)
LEFT JOIN {PART} part ON part.lane = lanes.lane AND part.state = 0 GROUP BY lanes.lane ORDER BY lanes.lane
"""
KEPT = f"SELECT state, count(*) FROM {PART} WHERE state IN (2, 3) GROUP BY state"
