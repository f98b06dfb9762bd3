"""A witness of the evidence log: a process of somebody else, with a key and a memory of its own."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Final

from xinnong.cli.dispatch import DONE, FAULT, REFUSED, USAGE, file_to_write, whole
from xinnong.cli.witness_proof import check_proof
from xinnong.cli.witness_work import (
    Log,
    LogKey,
    LogSilent,
    Unfit,
    Witness,
    is_address,
    new_key,
    read_private,
    watch_once,
)
from xinnong.core.evidence import WitnessRefused
from xinnong.core.notes import LOG, NAME, WITNESS, NoteKey, read_key

HELP = "sign checkpoints of the evidence log for police, bureau or notary; refuse another past"
NEEDS = "nothing"
EPILOGUE: Final = """\
keygen --out KEY.pem --name NAME
        make a key; the public key that is printed goes to the operator: `xinnong log add-witness`
once --key KEY.pem --name NAME --log URL --state FILE [--log-key KEY] [--key-changed]
        look at the log once: ask for proof that it only added to what this witness signed, then sign
run     the same every few seconds [--every SECONDS]
check PROOF.json --log-key KEY [--witness KEY]
        check a downloaded proof of an entry, with the keys only
The first look needs --log-key, as the operator published it; when the log has a new key, --key-changed with it. The state file remembers the key and
what was signed last; keep it: it is what a changed past is held against. A log that shrank, shows another
past or is signed by another key is refused loudly, exit code 1; both checkpoints are kept beside the state as
evidence. A log that does not answer is a fault (3); `run` says so and asks again.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the four things to do and their options."""
    subjects = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    keygen = subjects.add_parser("keygen", help="make a key")
    keygen.add_argument("--out", type=file_to_write, required=True, metavar="KEY.pem")
    keygen.add_argument("--name", type=_name, required=True)
    for what in ("once", "run"):
        watch = subjects.add_parser(what, help="look at the log and sign")
        watch.add_argument("--key", type=Path, required=True, metavar="KEY.pem")
        watch.add_argument("--name", type=_name, required=True, help="the name of the key")
        watch.add_argument("--log", type=_address, required=True, metavar="URL")
        watch.add_argument("--log-key", type=_key_of(LOG), metavar="KEY", help="at the first look")
        watch.add_argument(
            "--key-changed", action="store_true", help="the log signs with --log-key from now on"
        )
        watch.add_argument("--state", type=file_to_write, required=True, metavar="FILE")
    watch.add_argument(
        "--every", type=whole(1, 3600), default=10, metavar="SECONDS", help="default 10"
    )
    check = subjects.add_parser("check", help="check a downloaded proof")
    check.add_argument("proof", type=Path, metavar="PROOF.json")
    check.add_argument("--log-key", type=_key_of(LOG), required=True, metavar="KEY")
    check.add_argument(
        "--witness", type=_key_of(WITNESS), action="append", default=[], metavar="KEY"
    )


def run(args: argparse.Namespace) -> int:
    """Do what is asked; a file that is none of what it should be is refused by name."""
    try:
        if args.what == "keygen":
            print(new_key(args.out, args.name).text())
            return DONE
        if args.what == "check":
            return check_proof(args.proof, args.log_key, args.witness)
        return _watch(args)
    except Unfit as unfit:
        print(f"xinnong witness: {unfit}", file=sys.stderr)
        return USAGE


def _watch(args: argparse.Namespace) -> int:
    private = read_private(args.key)
    point = private.public_key().public_bytes_raw()
    witness = Witness(private, NoteKey(args.name, WITNESS, point), args.state)
    log = Log(args.log)
    while True:
        told = LogKey(args.log_key, has_changed=args.key_changed)
        code = _look(witness, log, told, tells_all=args.what == "once")
        if args.what == "once" or code in {REFUSED, USAGE}:
            return code
        time.sleep(args.every)


def _look(witness: Witness, log: Log, log_key: LogKey, *, tells_all: bool) -> int:
    try:
        told = watch_once(witness, log, log_key=log_key, second=int(time.time()))
    except LogSilent as silent:
        print(f"xinnong witness: {silent}", file=sys.stderr)
        return FAULT
    except WitnessRefused as refused:
        figures = ", ".join(f"{name} {value}" for name, value in refused.params.items())
        print(
            f"xinnong witness: REFUSED {refused.code} ({figures}); nothing was signed. "
            f"The evidence is in {witness.evidence}; tell the other witnesses",
            file=sys.stderr,
        )
        return REFUSED
    if tells_all or told["signed"]:
        print(json.dumps(told), flush=True)
    return DONE


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        said = f"{text!r} is no name: small letters, digits, dot, dash and slash, at most 63"
        raise argparse.ArgumentTypeError(said)
    return text


def _address(text: str) -> str:
    if not is_address(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no address such as https://log.example.org")
    return text.rstrip("/")


class _key_of:  # noqa: N801  # reads as a phrase where it is used
    """The type of an argument that is a public key of one kind."""

    def __init__(self, kind: int) -> None:
        self.kind = kind

    def __call__(self, text: str) -> NoteKey:
        """The key."""
        key = read_key(text)
        if key is None or key.kind != self.kind:
            raise argparse.ArgumentTypeError(f"{text!r} is no such public key (NAME+HINT+KEY)")
        return key
