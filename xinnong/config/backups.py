"""One file that holds an installation: database, lake, archive and facts, with what proves it whole.

A tar of `database.dump` (pg_dump's own format), the files of the lake, the archive and the facts,
perhaps `keys.sealed`, and last `manifest.json`. Files of the lake never change, so the database's
snapshot is taken first: what came later has no row in it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any, Final

import psycopg
from psycopg.sql import SQL, Identifier

from xinnong.config import databases, environment, key_parcel, postgres, programs

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
DUMP: Final = "database.dump"
KEYS: Final = "keys.sealed"
FOLDERS: Final = ("lake", "archive", "facts")
BLOCK: Final = 1 << 20
NAMED_FILES: Final = (
    "SELECT unnest(ARRAY[lake_path, vault_path, errors_path, pending_path, raw_path])"
    " FROM sources_batch WHERE state = 'live'"
)
SUMMED: Final = SQL(
    "SELECT count(*)::text, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM {} AS t"
)
Tables = Mapping[str, Sequence[str]]
"""Rows and content checksum by table; whole numbers as text."""


class BackupRefused(Exception):
    """A backup or restore that must not be; `code` is stable, the text says what to do."""

    def __init__(self, code: str, words: str) -> None:
        """Keep the code; the message is code and words."""
        super().__init__(f"{code}: {words}")
        self.code = code
        self.params: dict[str, object] = {}


@dataclass(frozen=True, slots=True)
class Server:
    """Where the database is, for its administrator, and the programs that copy it."""

    address: str
    programs: Path | None

    def run(self, program: str, *arguments: str | Path) -> None:
        """Run a program of the server. Raises ServerFault with its first words, never with rows."""
        found = self.programs / program if self.programs else shutil.which(program)
        if found is None:
            raise databases.ServerFault(f"{program} is not installed on this machine")
        done = subprocess.run(
            [found, *arguments, "--dbname", self.address],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            said = (done.stderr.splitlines() or [""])[0]
            raise databases.ServerFault(f"{program} ended with {done.returncode}: {said[:200]}")


def server() -> Server:
    """The embedded server, or the one given. Raises SettingMissing without its administrator."""
    if not environment.has_server():
        embedded = postgres.embedded()
        address = embedded.url(postgres.ADMINISTRATOR)
        return Server(address, programs.folder(embedded.home.parent))
    given = environment.value("DATABASE_ADMIN_URL")
    if not given:
        raise environment.SettingMissing(
            "DATABASE_ADMIN_URL must be set: "
            "row-level security shows no other role the rows that belong into a backup"
        )
    own = environment.value("XINNONG_POSTGRES_BIN")
    return Server(given, Path(own) if own else None)


# ---------------------------------------------------------------- back up


def back_up(target: Path, *, now: datetime, passphrase: bytes | None = None) -> Mapping[str, Any]:
    """Write one file with everything and return its manifest.

    The keys go in only sealed under `passphrase`. Raises BackupRefused for a file that exists or a
    lake that lacks a file which the database names; the target appears whole or not at all.
    """
    if target.exists():
        raise BackupRefused("backup.exists", f"{target} exists; name a new file")
    source, draft = server(), target.with_name(f"{target.name}.{os.getpid()}.partial")
    try:
        with TemporaryDirectory(dir=environment.data_folder()) as folder:
            manifest = _write(draft, source, Path(folder) / DUMP, now, passphrase)
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def _write(
    draft: Path, source: Server, dump: Path, now: datetime, passphrase: bytes | None
) -> Mapping[str, Any]:
    described = _dumped(source, dump)
    with _private(draft) as out, tarfile.open(fileobj=out, mode="w") as tar:
        files = {DUMP: _added(tar, dump, DUMP)}
        for path in _kept_files():
            name = str(path.relative_to(environment.data_folder()))
            files[name] = _added(tar, path, name)
        missing = sorted(described.pop("named") - files.keys())
        if missing:
            raise BackupRefused("backup.file_missing", f"the lake lacks {missing[0]}")
        if passphrase is not None:
            files[KEYS] = _added_bytes(tar, KEYS, key_parcel.sealed(passphrase))
        manifest = {
            "format": FORMAT,
            "made_at": now.isoformat(),
            "keys": key_parcel.references(),
            **described,
            "files": files,
        }
        _added_bytes(tar, MANIFEST, json.dumps(manifest, indent=1).encode())
    return manifest


def _dumped(source: Server, dump: Path) -> dict[str, Any]:
    """Dump the database and describe the very same snapshot."""
    with psycopg.connect(source.address) as link:
        link.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        snapshot = _one(link, "SELECT pg_export_snapshot()")
        source.run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={dump}")
        named = {f"lake/{path}" for (path,) in link.execute(NAMED_FILES) if path}
        return {
            "server": _one(link, "SHOW server_version"),
            "schema": _schema(link),
            "tables": tables_of(link),
            "named": named,
        }


def _schema(link: psycopg.Connection) -> Sequence[str]:
    rows = link.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1").fetchall()
    return [str(name) for (name,) in rows]


def tables_of(link: psycopg.Connection) -> Tables:
    """Rows and a checksum of the content of every table, whatever the order of its rows."""
    link.execute("SET LOCAL timezone = 'UTC'")
    names = link.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " ORDER BY 1"
    ).fetchall()
    found = {}
    for (name,) in names:
        row = link.execute(SUMMED.format(Identifier(name))).fetchone()
        assert row is not None
        found[str(name)] = [str(part) for part in row]
    return found


def _one(link: psycopg.Connection, query: str) -> str:
    row = link.execute(query.encode()).fetchone()
    assert row is not None
    return str(row[0])


def _kept_files() -> Iterator[Path]:
    for name in FOLDERS:
        folder = environment.data_folder() / name
        yield from sorted(path for path in folder.rglob("*") if path.is_file())


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    """A new file of its owner alone, on disk when the block ends."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        yield out
        out.flush()
        os.fsync(out.fileno())


def _added(tar: tarfile.TarFile, path: Path, name: str) -> str:
    """Put a file in and return its sha256; it is read once, so both are of the same bytes."""
    with path.open("rb") as source:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = os.fstat(source.fileno()).st_size, 0o600
        reader = _Hashing(source)
        tar.addfile(entry, reader)
    return reader.digest.hexdigest()


def _added_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> str:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))
    return hashlib.sha256(content).hexdigest()


class _Hashing(io.RawIOBase):
    """A file that hashes what is read of it."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        block = self.source.read(size)
        self.digest.update(block)
        return block


# ---------------------------------------------------------------- restore


def restore(
    source: Path, *, known: frozenset[str], passphrase: bytes | None = None
) -> Mapping[str, Any]:
    """Bring a backup into an empty installation and return its manifest.

    `known` are the migrations of this release. Nothing is written before the whole file was read
    and every sha256 in it held. Raises BackupRefused; afterwards every table has the rows and the
    checksum it had.
    """
    target = server()
    _refuse_what_holds_data(target)
    with source.open("rb") as opened, tarfile.open(fileobj=opened, mode="r:") as tar:
        manifest = _proved(tar, source)
        unknown = sorted(set(manifest["schema"]) - known)
        if unknown:
            raise BackupRefused(
                "backup.newer_schema", f"{unknown[0]} is newer than this release; install that one"
            )
        _bring_keys(tar, manifest, passphrase)
        _unpack(tar, manifest, target)
    _refuse_difference(target, manifest)
    return manifest


def _refuse_what_holds_data(target: Server) -> None:
    with psycopg.connect(target.address) as link:
        tables = _one(link, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    if tables != "0" or any(_kept_files()):
        raise BackupRefused(
            "backup.not_empty", "this installation holds tables or files; restore into a new one"
        )


def _proved(tar: tarfile.TarFile, source: Path) -> dict[str, Any]:
    """The manifest, once every file in the backup has the sha256 that it names, and none is missing."""
    seen: dict[str, str] = {}
    manifest: dict[str, Any] = {}
    try:
        for entry in tar:
            content = tar.extractfile(entry)
            if content is None or not _proper(entry.name):
                raise BackupRefused("backup.broken", f"{source} holds something else than files")
            if entry.name == MANIFEST:
                manifest = json.loads(content.read())
            else:
                seen[entry.name] = _sha256(content)
    except (tarfile.TarError, ValueError, EOFError) as error:
        raise BackupRefused("backup.broken", f"{source} cannot be read to its end") from error
    if manifest.get("format") != FORMAT or manifest["files"] != seen:
        raise BackupRefused("backup.broken", f"{source} is not what was written; take another copy")
    return manifest


def _sha256(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := content.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _proper(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return name in {MANIFEST, DUMP, KEYS} or (
        len(parts) > 1 and parts[0] in FOLDERS and ".." not in parts
    )


def _bring_keys(
    tar: tarfile.TarFile, manifest: Mapping[str, Any], passphrase: bytes | None
) -> None:
    if passphrase is not None:
        if KEYS not in manifest["files"]:
            raise BackupRefused("backup.without_keys", "the keys are not in it; set them yourself")
        content = tar.extractfile(KEYS)
        assert content is not None
        if not key_parcel.bring(content.read(), passphrase):
            raise BackupRefused("backup.passphrase", "the keys do not open with this passphrase")
    differing = sorted(
        name
        for name, told in key_parcel.references().items()
        if manifest["keys"].get(name, told) != told  # a backup of before names fewer
    )
    if differing:
        raise BackupRefused(
            "backup.other_keys", f"{', '.join(differing)}: not the key it was made with"
        )


def _unpack(tar: tarfile.TarFile, manifest: Mapping[str, Any], target: Server) -> None:
    """Files first, under their final names: without rows nothing reads them."""
    data = environment.data_folder()
    for name in sorted(manifest["files"].keys() - {DUMP, KEYS}):
        _extract(tar, name, data / name)
    with TemporaryDirectory(dir=data) as folder:
        dump = Path(folder) / DUMP
        _extract(tar, DUMP, dump)
        target.run("pg_restore", "--exit-on-error", "--single-transaction", dump)


def _extract(tar: tarfile.TarFile, name: str, path: Path) -> None:
    content = tar.extractfile(name)
    assert content is not None
    environment.private_folder(path.parent)
    with _private(path) as out:
        shutil.copyfileobj(content, out, BLOCK)


def _refuse_difference(target: Server, manifest: Mapping[str, Any]) -> None:
    with psycopg.connect(target.address) as link:
        now = tables_of(link)
        link.execute("ANALYZE")
    differing = sorted(name for name, told in manifest["tables"].items() if now.get(name) != told)
    if differing:
        raise BackupRefused(
            "backup.differs", f"{', '.join(differing[:5])}: not the rows that were backed up"
        )
