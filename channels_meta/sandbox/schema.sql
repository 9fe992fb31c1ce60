-- Times are whole milliseconds since 1970, UTC, by the sandbox's own clock.
CREATE TABLE IF NOT EXISTS accounts (
  phone_number_id TEXT PRIMARY KEY, waba TEXT NOT NULL, display TEXT NOT NULL, name TEXT NOT NULL,
  token TEXT NOT NULL, subscribed INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE IF NOT EXISTS customers (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, wa_id TEXT UNIQUE, user_id TEXT NOT NULL UNIQUE,
  username TEXT NOT NULL DEFAULT '', hides_phone INTEGER NOT NULL DEFAULT 0, reachable INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE IF NOT EXISTS chats (
  account TEXT NOT NULL, customer INTEGER NOT NULL, last_in_at INTEGER, last_at INTEGER NOT NULL DEFAULT 0,
  typing_until INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (account, customer)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, customer INTEGER NOT NULL,
  direction TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, quoted TEXT, attempt TEXT, body TEXT NOT NULL,
  at INTEGER NOT NULL, answer TEXT NOT NULL DEFAULT 'ok', failed_code INTEGER,
  by_user_id INTEGER NOT NULL DEFAULT 0, edited INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0,
  read_at INTEGER
);
CREATE INDEX IF NOT EXISTS messages_chat ON messages (account, customer, seq);
CREATE INDEX IF NOT EXISTS messages_customer ON messages (customer, seq);
CREATE INDEX IF NOT EXISTS messages_attempt ON messages (attempt) WHERE attempt IS NOT NULL;
CREATE TABLE IF NOT EXISTS statuses (
  message TEXT NOT NULL, status TEXT NOT NULL, at INTEGER NOT NULL, code INTEGER
);
CREATE INDEX IF NOT EXISTS statuses_message ON statuses (message);
CREATE TABLE IF NOT EXISTS rejects (
  id INTEGER PRIMARY KEY, account TEXT NOT NULL, at INTEGER NOT NULL, code INTEGER, http INTEGER NOT NULL,
  details TEXT NOT NULL, attempt TEXT, body TEXT NOT NULL
);
-- What is due to be told (a message, a receipt) and is not yet packed in a webhook.
CREATE TABLE IF NOT EXISTS updates (
  id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, due_at INTEGER NOT NULL, value TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS updates_due ON updates (due_at, id);
CREATE TABLE IF NOT EXISTS webhooks (
  id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, body BLOB NOT NULL, signature TEXT NOT NULL,
  made_at INTEGER NOT NULL, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, max_attempts INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending', settled_at INTEGER
);
-- One index for both the queue and the counts: given two, SQLite sorted the whole queue for every delivery.
CREATE INDEX IF NOT EXISTS webhooks_queue ON webhooks (state, due_at, id);
CREATE TABLE IF NOT EXISTS attempts (
  webhook INTEGER NOT NULL, at INTEGER NOT NULL, ms INTEGER NOT NULL, http INTEGER, error TEXT
);
CREATE INDEX IF NOT EXISTS attempts_webhook ON attempts (webhook);
CREATE TABLE IF NOT EXISTS knobs (scope TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS mails (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, sender TEXT NOT NULL, recipients TEXT NOT NULL,
  subject TEXT NOT NULL, raw BLOB NOT NULL
);
