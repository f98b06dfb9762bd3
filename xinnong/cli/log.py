"""Look after the evidence log: its keys, its witnesses, and numbering without a worker."""

from __future__ import annotations

import argparse
import json

from django.conf import settings
from django.utils import timezone

from xinnong.cli.dispatch import DONE, REFUSED, whole

HELP = "show and look after the evidence log: keys, witnesses, numbering without a worker"
EPILOGUE = """\
show            the log's public key, the witnesses, the newest checkpoint and who has signed it
add-witness     let a witness sign: its public key as `xinnong witness keygen` printed it; on record
end-witness     take a witness's key out of use; what it signed stays
sequence        give every waiting entry its number now and sign; a worker does so by itself
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the four things to do."""
    subjects = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    show = subjects.add_parser("show", help="keys, witnesses and the newest checkpoints")
    show.add_argument("--last", type=whole(1, 100), default=1, help="how many checkpoints (1)")
    add = subjects.add_parser("add-witness", help="register a witness's key")
    add.add_argument("key", metavar="NAME+HINT+KEY")
    end = subjects.add_parser("end-witness", help="end a witness's key")
    end.add_argument("name", metavar="NAME")
    subjects.add_parser("sequence", help="number what waits")


def run(args: argparse.Namespace) -> int:
    """Do what is asked; one JSON object."""
    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.audit.queries.log import note_key
    from xinnong.audit.services.witnesses import WitnessUnfit, end_witness, register_witness
    from xinnong.config.log_keeper import catch_up
    from xinnong.core.notes import read_key

    now = timezone.now()
    if args.what == "sequence":
        done = catch_up()
        told = {"busy": True} if done is None else {"entries": done.entries, "size": done.size}
        print(json.dumps(told))
        return REFUSED if done is None else DONE
    if args.what == "show":
        print(json.dumps(_shown(args.last), ensure_ascii=False))
        return DONE
    with scoped(SYSTEM):
        if args.what == "add-witness":
            key = read_key(args.key)
            if key is None:
                raise WitnessUnfit(name="")
            signer = register_witness(key=key, now=now)
        else:
            signer = end_witness(name=args.name, now=now)
        print(json.dumps({"witness": signer.name, "key": note_key(signer).text()}))
    return DONE


def _shown(last: int) -> dict[str, object]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.audit.models import NoteKind
    from xinnong.audit.queries.log import checkpoints_page, log_size, note_key, signers
    from xinnong.audit.services.sequencing import register_log_key

    key = Ed25519PrivateKey.from_private_bytes(settings.XINNONG_LOG_KEY)
    with scoped(SYSTEM):
        own = register_log_key(key=key, now=timezone.now())
        witnesses = [each for each in signers(NoteKind.WITNESS) if each.ended_at is None]
        return {
            "log_key": own.text(),
            "size": log_size(),
            "witnesses": [note_key(each).text() for each in witnesses],
            "checkpoints": [
                {
                    "size": each.checkpoint.size,
                    "at": each.checkpoint.at.isoformat(),
                    "witnesses": each.witnesses,
                    "short": each.is_short,
                    "note": each.note,
                }
                for each in checkpoints_page(limit=last)
            ],
        }
