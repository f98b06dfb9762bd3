"""A backup brings back every row, every file and every page of a household, or nothing at all."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import County, Done, Installation
from xinnong.config import environment, postgres

pytestmark = pytest.mark.slow

SOME = "SELECT ref FROM registry_household WHERE state = 'active' ORDER BY id LIMIT 3"
SUM = "SELECT kind, count(*), sum(line_minor) FROM credit_line GROUP BY kind ORDER BY kind"


@dataclass(frozen=True)
class Saved:
    """A county, its backup, the passphrase of its keys, and what its pages said then."""

    county: County
    file: Path
    passphrase: Path
    said: Done
    pages: dict[str, str]
    lines: list[Any]
    numbered: int


@pytest.fixture(scope="module")
def saved(county: County, tmp_path_factory: pytest.TempPathFactory) -> Saved:
    folder = tmp_path_factory.mktemp("backup")
    passphrase, file = folder / "passphrase", folder / "county.backup"
    passphrase.write_text("rice and sugar cane\n", encoding="utf-8")
    made = county.installation
    pages = {ref: made.run("household", ref, "--json").out for (ref,) in made.rows(SOME)}
    numbered = made.run("log", "sequence").objects[0]["entries"]
    said = made.run("backup", file, "--with-keys", passphrase)
    return Saved(county, file, passphrase, said, pages, made.rows(SUM), numbered)


@pytest.fixture(scope="module")
def empty() -> Iterator[Installation]:
    """A new installation with a server that runs, and nothing in it."""
    data = environment.open_data_folder() / f"restored-{os.getpid()}"
    data.mkdir(mode=0o711)
    made = Installation(postgres.Server(data / "postgres"), data / "files")
    try:
        with postgres.running(made.server):
            yield made
    finally:
        shutil.rmtree(data)
        shutil.rmtree(made.server.socket, ignore_errors=True)


def holds(made: Installation) -> tuple[int, list[Path]]:
    """Tables, and files that a backup would bring."""
    ((tables,),) = made.rows("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    folders = (made.data / name for name in ("lake", "archive", "facts"))
    return int(tables), [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def manifest_of(file: Path) -> dict[str, Any]:
    with tarfile.open(file) as tar:
        content = tar.extractfile("manifest.json")
        assert content is not None
        return dict(json.loads(content.read()))


def with_manifest(source: Path, target: Path, **changes: object) -> Path:
    """A copy of a backup whose manifest says something else."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for entry in old:
            content = old.extractfile(entry)
            assert content is not None
            told = content.read()
            if entry.name == "manifest.json":
                told = json.dumps(json.loads(told) | changes).encode()
                entry.size = len(told)
            new.addfile(entry, io.BytesIO(told))
    return target


def test_it_names_what_it_holds(saved: Saved) -> None:
    manifest = manifest_of(saved.file)
    (told,) = saved.said.objects
    assert told["files"] == len(manifest["files"])
    assert told["rows"] == sum(int(rows) for rows, _ in manifest["tables"].values())
    assert saved.file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(saved.file) as tar:
        for name, digest in manifest["files"].items():
            content = tar.extractfile(name)
            assert content is not None
            assert hashlib.sha256(content.read()).hexdigest() == digest, name
    whole = saved.file.read_bytes()
    for key in ("person", "vault", "search", "log"):
        path = saved.county.installation.data / "keys" / f"xinnong_{key}_key"
        assert path.read_bytes() not in whole
        assert bytes.fromhex(path.read_text(encoding="ascii")) not in whole
    entries = "SELECT count(*) FROM audit_entry WHERE action = 'installation.back-up'"
    assert saved.county.installation.rows(entries) == [(1,)]


def test_it_does_not_write_over_a_file(saved: Saved) -> None:
    before = saved.file.read_bytes()
    done = saved.county.installation.run("backup", saved.file, code=1)
    assert "backup.exists" in done.err
    assert saved.file.read_bytes() == before
    assert list(saved.file.parent.glob("*.partial")) == []


def test_it_does_not_restore_over_anything(saved: Saved) -> None:
    made = saved.county.installation
    before = holds(made)
    done = made.run("restore", saved.file, "--with-keys", saved.passphrase, code=1)
    assert "backup.not_empty" in done.err
    assert holds(made) == before


def test_it_refuses_one_wrong_byte(saved: Saved, empty: Installation, tmp_path: Path) -> None:
    content = bytearray(saved.file.read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "wrong").write_bytes(content)
    done = empty.run("restore", tmp_path / "wrong", "--with-keys", saved.passphrase, code=1)
    assert "backup.broken" in done.err
    assert holds(empty) == (0, [])


def test_it_refuses_a_file_that_was_cut_off(
    saved: Saved, empty: Installation, tmp_path: Path
) -> None:
    content = saved.file.read_bytes()
    (tmp_path / "short").write_bytes(content[: len(content) * 2 // 3])
    done = empty.run("restore", tmp_path / "short", "--with-keys", saved.passphrase, code=1)
    assert "backup.broken" in done.err
    assert holds(empty) == (0, [])


def test_it_refuses_a_newer_release(saved: Saved, empty: Installation, tmp_path: Path) -> None:
    schema = [*manifest_of(saved.file)["schema"], "registry.9999_of_tomorrow"]
    newer = with_manifest(saved.file, tmp_path / "newer", schema=schema)
    done = empty.run("restore", newer, "--with-keys", saved.passphrase, code=1)
    assert "backup.newer_schema: registry.9999_of_tomorrow" in done.err
    assert holds(empty) == (0, [])


def test_it_refuses_other_keys(saved: Saved, empty: Installation, tmp_path: Path) -> None:
    assert "backup.other_keys" in empty.run("restore", saved.file, code=1).err
    (tmp_path / "wrong").write_text("wheat and bayberries", encoding="utf-8")
    done = empty.run("restore", saved.file, "--with-keys", tmp_path / "wrong", code=1)
    assert "backup.passphrase" in done.err
    assert holds(empty) == (0, [])


def test_it_brings_everything_back(saved: Saved, empty: Installation) -> None:
    done = empty.run("restore", saved.file, "--with-keys", saved.passphrase)
    (told,) = done.objects
    assert told["rows"] == saved.said.objects[0]["rows"]
    assert (told["log_leaves"], told["log_wrong"]) == (saved.numbered, 0)
    assert empty.rows(SUM) == saved.lines
    assert [len(files) for _, files in (holds(empty), holds(saved.county.installation))] == [
        len([n for n in manifest_of(saved.file)["files"] if "/" in n])
    ] * 2
    pages = {ref: empty.run("household", ref, "--json").out for ref in saved.pages}
    assert pages == saved.pages
    assert empty.run("recompute", saved.county.ref).objects[0]["agrees"] is True
    done = empty.run("refresh", "--json")
    first = saved.county.installation.run("refresh", "--json").objects[0]
    assert (done.objects[0]["households"], done.objects[0]["persons"]) == (
        first["households"], first["persons"],
    )  # fmt: skip
    whole = empty.run("verify-log", "--json").objects[0]
    assert (whole["wrong"], whole["first_bad"], whole["leaves"]) == (0, None, saved.numbered)
    actions = "SELECT action FROM audit_entry WHERE action LIKE 'installation.%' ORDER BY id"
    assert empty.rows(actions) == [("installation.restore",)]
