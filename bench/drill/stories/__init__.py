"""Every drill by its name, in the order of running."""

from __future__ import annotations

from bench.drill.drill import Drill
from bench.drill.stories import arrivals, kills, offline, outages, poison, restore

STORIES = (arrivals, poison, kills, outages, offline, restore)
DRILLS: dict[str, Drill] = {drill.name: drill for story in STORIES for drill in story.DRILLS}
