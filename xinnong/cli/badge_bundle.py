"""The county's bundle in files: made from JSON, held against an older one, asked about a badge."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from xinnong.cli.badge_keys import ALGORITHMS, Signer, Unfit, public, read_object
from xinnong.cli.dispatch import instant
from xinnong.config import environment
from xinnong.core.cose import PublicKey
from xinnong.core.county_bundle import (
    MOST_BYTES,
    Activity,
    Agent,
    BadgeKey,
    Bundle,
    Team,
    bits,
    bytes_to_sign,
    payload_of,
    read_bundle,
    taken,
    written_bundle,
)

KEYS: Final = "keys.txt"
MOST_ISSUED: Final = 1_000_000


def make_bundle(source: Path, signer: Signer, key_id: bytes) -> tuple[bytes, Bundle]:
    """The signed bundle that a JSON file describes."""
    bundle = _bundle(source, read_object(source))
    try:
        payload = payload_of(bundle)
        key = signer.named(key_id)
        signature = signer.sign(bytes_to_sign(key, payload))
        return written_bundle(key, payload, signature), bundle
    except ValueError as wrong:
        raise Unfit(f"{source}: {wrong}: too many, too long or of another kind") from None


def opened_bundle(path: Path, keys: list[PublicKey]) -> Bundle:
    """The bundle in a file, if one of the keys signed it."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as fault:
        raise Unfit(f"{path}: {fault.strerror}") from None
    found = read_bundle(data, {each.key_id: each for each in keys})
    if not isinstance(found, Bundle):
        raise Unfit(f"{path} is no bundle of this county's: {found}")
    return found


def refuse_older(bundle: Bundle, out: Path, signer: Signer, key_id: bytes) -> None:
    """An existing file is replaced by a newer bundle only, by whichever key beside it that was signed."""
    if not out.exists():
        return
    keys = out.with_name(KEYS)
    known = keys.read_text(encoding="ascii").split() if keys.exists() else []
    held = opened_bundle(out, [*map(public, known), signer.named(key_id)])
    unfit = taken(bundle, held)
    if unfit:
        raise Unfit(f"{out} holds number {held.sequence} and is not replaced: {unfit}")


def published(signer: Signer, key_id: bytes) -> Path:
    """The file that the site hands to phones; the key is put among those they trust."""
    folder = environment.private_folder(environment.data_folder() / "badges")
    keys, said = folder / KEYS, f"{key_id.hex()}:{signer.point.hex()}"
    known = keys.read_text(encoding="ascii").split() if keys.exists() else []
    others = [each for each in known if not each.startswith(f"{key_id.hex()}:")]
    replace_file(keys, "\n".join([*others, said, ""]).encode())
    return folder / "county.xnb"


def replace_file(path: Path, data: bytes) -> None:
    """Write beside and rename, so that no reader sees half of it."""
    beside = path.with_name(f"{path.name}.part")
    beside.write_bytes(data)
    beside.replace(path)


def _bundle(source: Path, told: dict[str, Any]) -> Bundle:
    part = "the file"
    try:
        for part, make in PARTS.items():
            told = told | {part: make(told)}
        return Bundle(**{name: told[name] for name in Bundle.__slots__})
    except KeyError as missing:
        raise Unfit(f"{source}: {part}: {missing.args[0]} is missing") from None
    except (TypeError, ValueError, AttributeError, argparse.ArgumentTypeError) as wrong:
        raise Unfit(f"{source}: {part} is of another kind ({wrong})") from None


def _seconds(text: str) -> int:
    return int(instant(text).timestamp())


def _codes(issuer: object, codes: list[str]) -> tuple[str, ...]:
    """Villages of 12 digits that begin with the county's six."""
    found = tuple(map(str, codes))
    for code in found:
        if not (code.isdecimal() and len(code) == 12 and code.startswith(str(issuer))):  # noqa: PLR2004
            raise ValueError(f"{code} is no village of this county")
    return found


def _issuer(told: dict[str, Any]) -> str:
    issuer = str(told["issuer"])
    if not (issuer.isdecimal() and len(issuer) == 6):  # noqa: PLR2004
        raise ValueError(f"{issuer} is no county of six digits")
    return issuer


def _keys(told: dict[str, Any]) -> tuple[BadgeKey, ...]:
    return tuple(
        BadgeKey(
            PublicKey(
                bytes.fromhex(each["id"]),
                ALGORITHMS[each["algorithm"]],
                bytes.fromhex(each["point"]),
            ),
            _seconds(each["from"]),
            _seconds(each["until"]),
        )
        for each in told["keys"]
    )


def _activities(told: dict[str, Any]) -> tuple[Activity, ...]:
    return tuple(
        Activity(
            each["number"], each["team"], _seconds(each["from"]), _seconds(each["until"]),
            _codes(told["issuer"], each["villages"]), tuple(each["agents"]),
        )
        for each in told["activities"]
    )  # fmt: skip


def _status(told: dict[str, Any]) -> bytes:
    issued, revoked = int(told["issued"]), told["revoked"]
    if not 0 < issued <= MOST_ISSUED or not all(0 <= each < issued for each in revoked):
        raise ValueError(f"issued is from 1 to {MOST_ISSUED:,}, and each revoked place below it")
    return bits(frozenset(revoked), issued)


PARTS: Final[dict[str, Callable[[dict[str, Any]], object]]] = {
    "issuer": _issuer,
    "sequence": lambda told: told["sequence"],
    "as_of": lambda told: _seconds(told["as_of"]),
    "fresh_hours": lambda told: told.get("fresh_hours", 24),
    "call": lambda told: told["call"],
    "keys": _keys,
    "teams": lambda told: tuple(
        Team(each["number"], each["channel"], each["name"]) for each in told["teams"]
    ),
    "roster": lambda told: tuple(
        Agent(each["number"], each["team"], bytes.fromhex(each["photo"])) for each in told["roster"]
    ),
    "activities": _activities,
    "status": _status,
    "villages": lambda told: tuple(
        (code, told["villages"][code]) for code in _codes(told["issuer"], list(told["villages"]))
    ),
}
