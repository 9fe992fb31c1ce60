#!/bin/sh
# Runs once, when the database's volume is empty: the two roles, their passwords, the database.
set -eu
psql --no-psqlrc --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres --file /plaza/roles.sql
psql --no-psqlrc --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --set=owner="$PLAZA_OWNER_PASSWORD" --set=app="$PLAZA_APP_PASSWORD" <<'SQL'
ALTER ROLE plaza_owner PASSWORD :'owner';
ALTER ROLE plaza_app PASSWORD :'app';
SQL
