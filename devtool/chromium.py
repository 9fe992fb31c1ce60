"""The browser of the browser tests: the system's, else Debian's package."""

import os
import shutil
import subprocess
from pathlib import Path

from devtool.errors import UNAVAILABLE, Stop

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-color-emoji")  # customers write emoji; without a font they are boxes


def find() -> Path | None:
    """CHROMIUM names one; else what the system has under its usual names."""
    for name in (os.environ.get("CHROMIUM"), *NAMES):
        if name and (found := shutil.which(name)):
            return Path(found)
    return None


def ensure() -> Path:
    """Installs it where we may; never lets the browser tests be skipped."""
    if found := find():
        return found
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Stop("the browser tests need Chromium: install it, or name one with CHROMIUM=/path", UNAVAILABLE)
    print(f"dev: installing {PACKAGES[0]} for the browser tests", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", *PACKAGES]):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            words = done.stderr.strip().splitlines() or ["no reason given"]
            raise Stop(f"the browser tests need Chromium, and {' '.join(command)} failed: {words[-1]}", UNAVAILABLE)
    if found := find():
        return found
    raise Stop(f"apt-get installed {PACKAGES[0]}, yet none of {', '.join(NAMES)} is on PATH", UNAVAILABLE)
