"""Every drill by its name, in the order of running."""

from __future__ import annotations

from bench.drill.drill import Drill
from bench.drill.stories import arrivals, kills, offline, outages, poison

DRILLS: dict[str, Drill] = {
    drill.name: drill for drill in (*arrivals.DRILLS, *poison.DRILLS, *kills.DRILLS, *outages.DRILLS, *offline.DRILLS)
}
