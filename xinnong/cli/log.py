"""Look after the evidence log: its keys, its witnesses, and numbering without a worker."""

from __future__ import annotations

import argparse
import json
from uuid import UUID

from django.utils import timezone

from xinnong.cli.dispatch import DONE, REFUSED, whole

HELP = "show and look after the evidence log: keys, witnesses, numbering without a worker"
EPILOGUE = """\
show            the log's public key, the witnesses, the newest checkpoint and who has signed it
add-witness     let a witness sign: its public key as `xinnong witness keygen` printed it; on record
end-witness     take a witness's key out of use; what it signed stays
erase-case      destroy the key of a case for good, on record; its sealed material cannot be opened again
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
    erase = subjects.add_parser("erase-case", help="destroy the key of a case")
    erase.add_argument("case", type=UUID, metavar="CASE", help="the case's reference")
    erase.add_argument("--yes", action="store_true", required=True, help="it cannot be undone")
    subjects.add_parser("sequence", help="number what waits")


def run(args: argparse.Namespace) -> int:
    """Do what is asked; one JSON object."""
    if args.what == "sequence":
        return _sequence()
    told = {"show": _shown, "erase-case": _erase}.get(args.what, _witness)(args)
    print(json.dumps(told, ensure_ascii=False))
    return DONE


def _sequence() -> int:
    from xinnong.config.log_keeper import catch_up

    done = catch_up()
    told = {"busy": True} if done is None else {"entries": done.entries, "size": done.size}
    print(json.dumps(told))
    return REFUSED if done is None else DONE


def _erase(args: argparse.Namespace) -> dict[str, object]:
    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.audit.services import SYSTEM_ACTOR
    from xinnong.privacy.services.sealed import destroy_case_key

    with scoped(SYSTEM):
        gone = destroy_case_key(case=args.case, actor=SYSTEM_ACTOR, now=timezone.now())
    return {"case": str(args.case), "payloads": gone}


def _witness(args: argparse.Namespace) -> dict[str, object]:
    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.audit.queries.log import note_key
    from xinnong.audit.services.witnesses import WitnessUnfit, end_witness, register_witness
    from xinnong.core.notes import read_key

    now = timezone.now()
    with scoped(SYSTEM):
        if args.what == "add-witness":
            key = read_key(args.key)
            if key is None:
                raise WitnessUnfit(name="")
            signer = register_witness(key=key, now=now)
        else:
            signer = end_witness(name=args.name, now=now)
        return {"witness": signer.name, "key": note_key(signer).text()}


def _shown(args: argparse.Namespace) -> dict[str, object]:
    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.audit.models import NoteKind
    from xinnong.audit.queries.log import checkpoints_page, log_size, note_key, signers
    from xinnong.audit.services.sequencing import register_log_key
    from xinnong.config.log_keeper import log_key

    with scoped(SYSTEM):
        own = register_log_key(key=log_key(), now=timezone.now())
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
                for each in checkpoints_page(limit=args.last)
            ],
        }
