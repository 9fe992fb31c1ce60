"""The virtual environment, made from the hashed locks and only when they changed."""

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from devtool.errors import UNAVAILABLE, USAGE, Stop
from devtool.paths import DEV_LOCK, ROOT, RUNTIME_LOCK, VENV
from devtool.process import bind_to_parent


class Environment:
    """`venv` holds a stamp of the locks it was filled from, and a mark while it is being filled."""

    def __init__(self, venv: Path = VENV) -> None:
        self.venv = venv
        self.python = venv / "bin" / "python"
        self.stamp = venv / ".plaza-installed"
        self.mark = venv / ".plaza-installing"

    def holds(self, lock: Path) -> bool:
        if self.mark.exists() or not self.python.exists():
            return False
        return self._stamped().get(lock.name) == digest(lock)

    def install(self, lock: Path, also: Sequence[Path] = ()) -> None:
        """Fills it from `lock`, which contains all of `also`."""
        if self.mark.exists():  # the last attempt was killed: nothing in it can be trusted
            shutil.rmtree(self.venv)
        self.venv.mkdir(exist_ok=True)
        self.mark.touch()
        if not self._works():
            self._make()
        self._fill(lock)
        stamps = {**self._stamped(), **{path.name: digest(path) for path in (lock, *also)}}
        self.stamp.write_text(json.dumps(stamps))
        self.mark.unlink()

    def _stamped(self) -> dict[str, str]:
        try:
            stored = json.loads(self.stamp.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return stored if isinstance(stored, dict) else {}

    def _works(self) -> bool:
        if not self.python.exists():  # also a link to a Python that was removed
            return False
        question = "import sys; sys.exit(sys.version_info < (3, 11) or sys.prefix == sys.base_prefix)"
        return subprocess.run([self.python, "-c", question], check=False, capture_output=True).returncode == 0

    def _make(self) -> None:
        for path in self.venv.iterdir():
            if path != self.mark:
                path.unlink() if path.is_symlink() or path.is_file() else shutil.rmtree(path)
        if uv := shutil.which("uv"):
            run([uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(self.venv)])
        elif importlib.util.find_spec("ensurepip"):
            run([sys.executable, "-m", "venv", str(self.venv)])
        elif importlib.util.find_spec("pip"):
            run([sys.executable, "-m", "venv", "--without-pip", str(self.venv)])
        else:
            raise Stop("this Python cannot make environments: install uv, or python3-venv of your system", USAGE)

    def _fill(self, lock: Path) -> None:
        # The lock is the whole closure, so nothing needs resolving.
        options = ["install", "--quiet", "--require-hashes", "--no-deps", "--requirement", str(lock)]
        if uv := shutil.which("uv"):
            run([uv, "pip", *options, "--python", str(self.python)])
        elif list(self.venv.glob("lib/python3*/site-packages/pip")):
            run([str(self.python), "-m", "pip", *options, "--disable-pip-version-check"])
        elif importlib.util.find_spec("pip"):
            run([sys.executable, "-m", "pip", "--python", str(self.python), *options, "--disable-pip-version-check"])
        else:
            raise Stop(f"{self.venv} has no pip: remove that folder and try again", USAGE)


def ensure_runtime() -> None:
    """The packages that run Plaza."""
    environment = Environment()
    if environment.holds(RUNTIME_LOCK):
        return
    with _alone():
        if not environment.holds(RUNTIME_LOCK):
            announce(RUNTIME_LOCK)
            environment.install(RUNTIME_LOCK)


def ensure_dev() -> None:
    """Those, and the ones that test and measure it."""
    environment = Environment()
    if environment.holds(DEV_LOCK) and environment.holds(RUNTIME_LOCK):
        return
    with _alone():
        if not (environment.holds(DEV_LOCK) and environment.holds(RUNTIME_LOCK)):
            announce(DEV_LOCK)
            environment.install(DEV_LOCK, also=[RUNTIME_LOCK])


def announce(lock: Path) -> None:
    print(f"dev: installing {lock.name} into .venv (a minute or two, only when it changed)", flush=True)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def _alone() -> Iterator[None]:
    """Two ./dev at once must not fill one environment."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def run(command: Sequence[str]) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONHOME", "PYTHONPATH"}}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=bind_to_parent(signal.SIGKILL),  # else it would go on filling what the next run clears
    )
    if done.returncode:
        words = (done.stderr.strip() or done.stdout.strip() or "no reason given").splitlines()
        telling = [line for line in words if "error" in line.lower()] or words
        raise Stop(f"{' '.join(command[:4])} … failed: {telling[-1]}", UNAVAILABLE)
