-- Run as the superuser at every start, by ./dev and by docker compose: it may find its own work done.
-- plaza_owner owns the database and runs the migrations; plaza_app is what every process connects as.
SET client_min_messages = warning;
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'plaza_owner') THEN
    CREATE ROLE plaza_owner LOGIN;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'plaza_app') THEN
    CREATE ROLE plaza_app LOGIN;
  END IF;
END
$$;
-- CREATEDB: the owner also makes the tests' database.
ALTER ROLE plaza_owner NOSUPERUSER NOBYPASSRLS NOCREATEROLE CREATEDB;
ALTER ROLE plaza_app NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB;
SELECT 'CREATE DATABASE plaza OWNER plaza_owner'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'plaza') \gexec
REVOKE ALL ON DATABASE plaza FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE plaza TO plaza_app;
