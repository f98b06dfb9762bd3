"""Where things live and what the environment says; no other module reads environment variables.

Production gives DATABASE_URL and the secrets. Without DATABASE_URL this is a demo on one machine:
the database is the embedded server and the secrets are made once and kept under the data folder.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]
ROOT_DATA: Final = Path("/var/lib/xinnong")
SECRET_BYTES: Final = 32

VARIABLES: Final[Mapping[str, str]] = {
    "DATABASE_URL": "PostgreSQL address of the application role (xinnong_app)",
    "DATABASE_OWNER_URL": "PostgreSQL address of the owner role, for migrations (xinnong_owner)",
    "DATABASE_BATCH_URL": "PostgreSQL address of the publisher role (xinnong_batch)",
    "DATABASE_ADMIN_URL": "PostgreSQL address of a superuser, for backup and restore alone",
    "XINNONG_ROLE": "role whose address this process uses: app (default), owner or batch",
    "XINNONG_DEMO": "1 for a demo: makes its own secrets, and stand-ins answer for card and identity checks",
    "XINNONG_DATA": "folder of the lake, the keys and, without DATABASE_URL, the database",
    "XINNONG_SECRET_KEY": "signs sessions and forms; 64 hexadecimal digits",
    "XINNONG_PERSON_KEY": "keys the hash that turns a resident id into a person key",
    "XINNONG_VAULT_KEY": "seals names, phones, addresses and raw deliveries",
    "XINNONG_SEARCH_KEY": "keys the hashes by which ids and phones are searched",
    "XINNONG_LOG_KEY": "signs the checkpoints of the evidence log; 64 hexadecimal digits",
    "XINNONG_HOSTS": "host names the web process answers for, separated by commas",
    "XINNONG_TLS": "1 where the site is reached by HTTPS only: secure cookies and HSTS",
    "XINNONG_PROXIES": "proxies of your own before the web process; default 1 with XINNONG_TLS, else 0",
    "XINNONG_DEMO_PASSWORD": "password of the demo users instead of a random one",
    "XINNONG_LOCAL_TARGETS": "1 for a trial: joint orders may go by http to a platform on this machine",
    "XINNONG_MESSAGES": "file to which text messages are added, a JSON object a line; without it they wait",
    "XINNONG_LOG_LEVEL": "DEBUG, INFO (default), WARNING or ERROR",
    "XINNONG_LOG_FILE": "file that takes the logs instead of stderr",
    "XINNONG_POSTGRES_BIN": "folder of the database server's programs, instead of the wheel's",
    "XINNONG_MEMORY_LIMIT": "memory the batch engine may use, for example 4GB (default)",
    "XINNONG_BADGE_KEEPER": "the class that holds keys of badges; default: files in the data folder",
    "XINNONG_THREADS": "threads the batch engine may use; default: every core",
}

ROLE_VARIABLES: Final[Mapping[str, str]] = {
    "app": "DATABASE_URL",
    "owner": "DATABASE_OWNER_URL",
    "batch": "DATABASE_BATCH_URL",
}
SECRETS: Final = (
    "XINNONG_SECRET_KEY",
    "XINNONG_PERSON_KEY",
    "XINNONG_VAULT_KEY",
    "XINNONG_SEARCH_KEY",
    "XINNONG_LOG_KEY",
)


class SettingMissing(Exception):
    """A variable that production must give is absent or malformed; the message names it."""


def value(name: str, default: str = "") -> str:
    """The variable, or the content of the file that NAME_FILE points at, or the default."""
    assert name in VARIABLES, f"{name} is not declared in VARIABLES"
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def has_server() -> bool:
    """Whether a real database server was given; else the embedded one is ours to start."""
    return bool(value("DATABASE_URL"))


def role_address(role: str) -> str:
    """The address of a role (app, owner or batch) on the given server. Raises SettingMissing."""
    name = ROLE_VARIABLES[role]
    if not value(name):
        raise SettingMissing(f"{name} must be set too: {VARIABLES[name]}")
    return value(name)


def is_demo() -> bool:
    """Whether secrets may be made up here: no server was given, or XINNONG_DEMO says so."""
    return not has_server() or value("XINNONG_DEMO") == "1"


def data_folder(repository: Path = REPOSITORY) -> Path:
    """XINNONG_DATA, else root's own folder under /var/lib/xinnong, else var/ in the repository."""
    if given := value("XINNONG_DATA"):
        return Path(given).resolve()
    if os.geteuid() == 0:
        return ROOT_DATA / hashlib.sha256(str(repository).encode()).hexdigest()[:12]
    return repository / "var"


def open_data_folder() -> Path:
    """The data folder, made if needed: its owner's alone, but passable for root's database server."""
    folder = data_folder()
    folder.mkdir(parents=True, exist_ok=True)
    if folder.stat().st_uid == os.geteuid():
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    if folder.parent == ROOT_DATA:
        ROOT_DATA.chmod(0o711)
    return folder


def private_folder(path: Path) -> Path:
    """The folder, made if needed, closed to everybody but its owner."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.stat().st_uid == os.geteuid():
        path.chmod(0o700)
    return path


def secret(name: str) -> bytes:
    """A 32-byte secret, by variable or file; a demo makes its own once.

    Raises SettingMissing when it is malformed, or absent where this is no demo.
    """
    text = value(name)
    if not text:
        if not is_demo():
            raise SettingMissing(f"{name} (or {name}_FILE) must be set: 64 hexadecimal digits")
        text = _own_secret(name)
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != SECRET_BYTES:
        raise SettingMissing(f"{name} must be 64 hexadecimal digits")
    return key


def _own_secret(name: str) -> str:
    """Read or make the demo's secret; two processes that start together agree on one."""
    path = private_folder(data_folder() / "keys") / name.lower()
    draft = path.with_suffix(f".{os.getpid()}")
    if not path.exists():
        draft.write_text(secrets.token_hex(SECRET_BYTES), encoding="ascii")
        draft.chmod(0o600)
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()
