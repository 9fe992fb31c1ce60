"""Raw SQL of this app. Advisory locks belong to no workspace: the caller's name carries it."""

TRY_LOCK = "SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))"
TRY_SESSION_LOCK = "SELECT pg_try_advisory_lock(%s, hashtext(%s))"
LOCK = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"
LOCK_SHARED = "SELECT pg_advisory_xact_lock_shared(%s, hashtext(%s))"
