"""The browser of the browser tests and drills: the system's, else Debian's package."""

import os
import shutil
import subprocess
from pathlib import Path

from devtool.errors import UNAVAILABLE, Stop

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-color-emoji")  # customers write emoji; without a font they are boxes


def find() -> Path | None:
    """CHROMIUM names one; else what the system has under its usual names."""
    named = os.environ.get("CHROMIUM")
    if named and not shutil.which(named):
        raise Stop(f"CHROMIUM names no program: {named}")
    for name in (named,) if named else NAMES:
        if found := shutil.which(name):
            return Path(found)
    return None


def ensure() -> Path:
    """Installs it where we may; never lets what needs it be skipped."""
    if found := find():
        return found
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Stop("a browser is needed here: install Chromium, or name one with CHROMIUM=/path", UNAVAILABLE)
    print(f"dev: installing {PACKAGES[0]} for what needs a browser", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", *PACKAGES]):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            words = done.stderr.strip().splitlines() or ["no reason given"]
            raise Stop(f"a browser is needed here, and {' '.join(command)} failed: {words[-1]}", UNAVAILABLE)
    if found := find():
        return found
    raise Stop(f"apt-get installed {PACKAGES[0]}, yet none of {', '.join(NAMES)} is on PATH", UNAVAILABLE)
