"""The reader of QR codes for browsers that have none: one package, fetched when Xinnong is installed.

It comes from npm, by npm's own client or as a file beside the wheels, and is taken only if its sum is
the one below. Without it the cadre's page uses the browser's own reader, or letters typed in.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

PACKAGE: Final = "qr@0.7.0"
FILE: Final = "qr-0.7.0.tgz"
SHA512: Final = (
    "fd5aeb00298e0306558a9b91213c1f13038be6800c1071f93d398159a1ad953a"
    "26d9387169afab8669dae3353d3d1376b8bc36c1d71c6e41ce2c665bd50f5274"
)
PARTS: Final = ("decode.js", "index.js", "LICENSE-MIT")
MOST_BYTES: Final = 300_000
PATIENCE_SECONDS: Final = 60


def folder(environment: Path | None = None) -> Path:
    """Where the parts lie, in the virtual environment."""
    return (environment or Path(sys.prefix)) / "share" / "xinnong" / "decoder"


def fetch(into: Path, packages: Path | None = None) -> bool:
    """Put the parts into a folder, from a folder of packages or by npm; False where neither has them."""
    if all((into / name).exists() for name in PARTS):
        return True
    with tempfile.TemporaryDirectory() as place:
        archive = _archive(Path(place), packages)
        if archive is None or hashlib.sha512(archive.read_bytes()).hexdigest() != SHA512:
            return False
        _unpack(archive, into)
    return True


def _archive(place: Path, packages: Path | None) -> Path | None:
    if packages is not None:
        given = packages / FILE
        return given if given.is_file() else None
    npm = shutil.which("npm")
    if npm is None:
        return None
    try:
        subprocess.run(
            [npm, "pack", PACKAGE, "--silent", "--ignore-scripts", "--pack-destination", place],
            cwd=place, check=True, capture_output=True, timeout=PATIENCE_SECONDS,
        )  # fmt: skip
    except (subprocess.SubprocessError, OSError):
        return None
    return place / FILE if (place / FILE).is_file() else None


def _unpack(archive: Path, into: Path) -> None:
    """The three parts by name and size; nothing else in the archive is looked at."""
    into.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive, "r:gz") as packed:
        for name in PARTS:
            member = packed.getmember(f"package/{name}")
            content = packed.extractfile(member)
            assert content is not None
            assert member.size <= MOST_BYTES
            beside = into / f"{name}.part"
            beside.write_bytes(content.read())
            beside.replace(into / name)
