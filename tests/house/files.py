"""Which files are the project's own, and what each of them is."""

import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# From the ground up; rooms on one line do not know each other. Those that do not exist yet hold their place.
FLOORS = (
    {"workspaces"},
    {"crm"},
    {"inbox"},
    {"channels_meta"},
    {"shop", "agenda"},
    {"aiagents", "campaigns"},
    {"automations"},
    {"reports"},
    {"config"},
)
ROOMS = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
TOOLS = ("devtool", "bench")


@cache
def tracked() -> tuple[Path, ...]:
    """What git knows or would take; read from git so that no build product is judged."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = (ROOT / name for name in sorted(set(listing.split("\0"))) if name)
    return tuple(path for path in paths if path.is_file())


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def under(*folders: str, suffix: str = "") -> Iterator[Path]:
    for path in tracked():
        name = named(path)
        if name.endswith(suffix) and "/vendor/" not in name and any(name.startswith(f"{f}/") for f in folders):
            yield path


def app_code() -> Iterator[Path]:
    """Python that is neither a test nor a migration."""
    yield from (path for path in under(*ROOMS, *TOOLS, suffix=".py") if "/migrations/" not in named(path))
    yield from (ROOT / name for name in ("manage.py", "dev"))


def code_of_tests() -> Iterator[Path]:
    return under("tests", suffix=".py")


def templates() -> Iterator[Path]:
    return under("templates", suffix=".html")


def may_point_to(source: str, target: str) -> bool:
    """Same room or a lower floor; what is no room of ours is a package and lies below everything."""
    if target not in ROOMS or source == target:
        return True
    return ROOMS[target] < ROOMS[source]
