"""Raw SQL of the contacts."""

# The function filters by the connection's workspace_id itself: crm/migrations/0002_search.py says why.
SEARCH_CONTACTS = "SELECT id FROM crm_search_contacts(%s, %s, %s) AS id"
