"""The embedded PostgreSQL server of a demo.

Where the server's programs come from, `programs` alone knows. With DATABASE_URL none of this runs.

The server listens on a socket in a private folder only, trusts nobody but the operating-system user
that started it (peer authentication), and syncs to disk. PostgreSQL refuses to run as root, so root
drops to `nobody` for the server's processes.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final
from urllib.parse import quote

from xinnong.config import databases, environment, programs

ServerFault = databases.ServerFault

ADMINISTRATOR: Final = "postgres"
SOCKET_PATH_LIMIT: Final = 107 - len("/.s.PGSQL.5432")
PRIVATE: Final = 0o700
START_SECONDS: Final = 60
STOP_SECONDS: Final = 60
ORPHANS_SECONDS: Final = 15

CONFIGURATION: Final = """
# written by Xinnong
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 120
shared_buffers = 256MB
work_mem = 32MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
wal_level = minimal
max_wal_senders = 0
fsync = on
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
# statements and details of errors carry personal data
log_statement = none
log_min_error_statement = panic
log_error_verbosity = terse
# sessions of one role may read each other's statements there
track_activities = off
"""


@dataclass(frozen=True)
class Server:
    """An embedded server by its folder; `home` holds data, socket, log and locks."""

    home: Path

    @property
    def data(self) -> Path:
        """The cluster."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.home / "server.log"

    @property
    def socket(self) -> Path:
        """Folder of the socket; where the path is too long for one, a private temporary folder."""
        folder = self.home / "socket"
        if len(os.fsencode(folder)) <= SOCKET_PATH_LIMIT:
            return folder
        mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"xinnong-{os.geteuid()}-{mark}"

    def url(self, role: str, database: str = databases.NAME) -> str:
        """Address for a role, known before the server runs."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket), safe='')}"


def embedded(name: str = "postgres") -> Server:
    """The embedded server of this installation; tests use another name than the demo."""
    return Server(environment.data_folder() / name)


def address(role: str) -> str:
    """PostgreSQL address of a role (app, owner or batch) on the given server, else the embedded.

    Raises SettingMissing where a server was given, but no address for this role.
    """
    if environment.has_server():
        return environment.role_address(role)
    return embedded().url(f"xinnong_{role}")


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """Have the server up inside the block; the last process to leave stops it."""
    with running_since(server, join(server)):
        yield server


@contextmanager
def running_since(server: Server, lease: IO[str]) -> Iterator[Server]:
    """As `running`, for a server that this process has joined already."""
    try:
        yield server
    finally:
        leave(server, lease)


def join(server: Server) -> IO[str]:
    """Start the server unless it runs, and count this process among its users.

    Returns a lease to give to `leave`; a process that dies gives it up. Raises ServerFault.
    """
    _make_home(server)
    with _alone(server):
        lease = (server.home / "users.lock").open("a", encoding="ascii")
        fcntl.flock(lease, fcntl.LOCK_SH)
        try:
            _start(server)
        except BaseException:
            lease.close()
            raise
    return lease


def revive(server: Server) -> bool:
    """Start the server again where it was killed; says whether that was needed. Raises ServerFault.

    For a process that has joined it: its lease stays good.
    """
    if is_running(server):
        return False
    with _alone(server):
        _start(server)
    return True


def leave(server: Server, lease: IO[str]) -> None:
    """Give the lease back, and stop the server when nobody else uses it."""
    with _alone(server):
        try:
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        else:
            _stop(server)
        finally:
            lease.close()


def stop(server: Server) -> bool:
    """Stop the server whoever uses it; says whether one was running."""
    if not server.data.exists():
        return False
    with _alone(server):
        return _stop(server)


def remove(server: Server) -> None:
    """Remove a stopped server with its data."""
    assert _postmaster(server) is None, "the server still runs"
    shutil.rmtree(server.home, ignore_errors=True)
    shutil.rmtree(server.socket, ignore_errors=True)


def is_running(server: Server) -> bool:
    """Whether a live postmaster owns the cluster."""
    return _postmaster(server) is not None


# ---------------------------------------------------------------- start and stop


def _run(server: Server, program: str, *arguments: str | Path, may_fail: bool = False) -> int:
    """Run a server program as the server's account; its words go to the server's folder."""
    words = server.home / f"{program}.out"
    with words.open("wb") as out:
        done = subprocess.run(
            [programs.folder(server.home.parent) / program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=server.home,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            check=False,
            **programs.account(),
        )
    if done.returncode and not may_fail:
        raise ServerFault(f"{program} failed:\n{_tail(words)}\n{_tail(server.log)}")
    return done.returncode


def _tail(path: Path, lines: int = 8) -> str:
    """The last lines of a log, for a message."""
    if not path.exists():
        return ""
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def _make_home(server: Server) -> None:
    """The server's folder and its socket folder, both closed to everybody else."""
    environment.open_data_folder()
    owner = programs.account().get("user", os.geteuid())
    for folder in (server.home, server.socket):
        folder.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0 and folder.stat().st_uid == 0:
            os.chown(folder, owner, -1)
        found = folder.lstat()
        if found.st_uid != owner or stat.S_IMODE(found.st_mode) != PRIVATE or folder.is_symlink():
            raise ServerFault(f"{folder} must be a folder of user {owner} closed to everybody else")


@contextmanager
def _alone(server: Server) -> Iterator[None]:
    """Only one process at a time starts or stops the server."""
    with (server.home / "start.lock").open("a", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start(server: Server) -> None:
    """Make the cluster on first use, start it, check it.

    A server that was killed a moment ago looks alive until the system has buried it: try again.
    """
    import psycopg

    give_up_at = time.monotonic() + ORPHANS_SECONDS
    while True:
        if _postmaster(server) is None:
            _start_processes(server)
        try:
            with psycopg.connect(server.url(ADMINISTRATOR, ADMINISTRATOR), autocommit=True) as link:
                return databases.prepare(link)
        except psycopg.OperationalError as error:
            if time.monotonic() > give_up_at:
                raise ServerFault(f"the database server does not answer: {error}") from error
        time.sleep(0.1)


def _start_processes(server: Server) -> None:
    """Start a server that is not running, after making or repairing what it needs."""
    if not (server.data / "PG_VERSION").exists():
        _initialise(server)
    _configure(server)
    _remove_stale_pid(server)
    _start_when_free(server)


def _initialise(server: Server) -> None:
    """Create the cluster: UTF-8, C.UTF-8 (builtin where the server knows it), data checksums."""
    shutil.rmtree(server.data, ignore_errors=True)
    builtin = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    knows_builtin = programs.version(programs.folder(server.home.parent)) >= databases.BUILTIN_SINCE
    _run(
        server,
        "initdb",
        f"--pgdata={server.data}",
        f"--username={ADMINISTRATOR}",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        *(builtin if knows_builtin else ()),
        "--auth-local=peer",
        "--auth-host=reject",
        "--data-checksums",
    )


def _configure(server: Server) -> None:
    """Write settings and the map from the operating-system user to our roles."""
    person = pwd.getpwuid(os.geteuid()).pw_name
    ident = "".join(f'xinnong "{person}" {role}\n' for role in (ADMINISTRATOR, *databases.ROLES))
    files = {
        "postgresql.auto.conf": CONFIGURATION.format(socket=server.socket),
        "pg_hba.conf": "local all all peer map=xinnong\n",
        "pg_ident.conf": ident,
    }
    for name, text in files.items():
        path = server.data / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        if account := programs.account():
            os.chown(path, account["user"], account["group"])


def _start_when_free(server: Server) -> None:
    """Start; after a kill, wait for the last processes of the killed server to leave."""
    arguments = ("start", "-D", server.data, "-l", server.log, "-w", "-s", "-t", str(START_SECONDS))
    give_up_at = time.monotonic() + ORPHANS_SECONDS
    while _run(server, "pg_ctl", *arguments, may_fail=True):
        if "still in use" not in _tail(server.log) or time.monotonic() > give_up_at:
            raise ServerFault(
                "the database server did not start:\n"
                f"{_tail(server.home / 'pg_ctl.out')}\n{_tail(server.log)}"
            )
        time.sleep(0.3)


def _stop(server: Server) -> bool:
    """Stop without waiting for sessions to end; says whether a server was running."""
    pid = _postmaster(server)
    if pid is None:
        return False
    os.kill(pid, signal.SIGINT)
    give_up_at = time.monotonic() + STOP_SECONDS
    while _postmaster(server) is not None:
        if time.monotonic() > give_up_at:
            raise ServerFault(f"the database server did not stop:\n{_tail(server.log)}")
        time.sleep(0.02)
    return True


def _postmaster(server: Server) -> int | None:
    """Process id of the live server of this cluster, or None.

    The pid file alone proves nothing after a kill: the number may belong to another program now.
    """
    try:
        pid = int((server.data / "postmaster.pid").read_text(encoding="utf-8").split("\n")[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return None
    return pid if state != "Z" and os.fsencode(server.data) in command else None


def _remove_stale_pid(server: Server) -> None:
    """Forget the pid of a server that was killed, in the cluster and beside its socket."""
    for path in (server.data / "postmaster.pid", *server.socket.glob(".s.PGSQL.*")):
        path.unlink(missing_ok=True)
