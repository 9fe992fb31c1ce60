"""Drills: break one thing at a time and compare what the platform's log says with what the database holds."""
