"""Keys for the demo's three witnesses, registered as an operator registers them."""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from pathlib import Path

from xinnong.accounts.demo import refuse_outside_demo
from xinnong.cli.dispatch import DONE
from xinnong.cli.witness_work import new_key, read_private
from xinnong.config.demo_witnesses import NAMES, key_file, log_key_file
from xinnong.core.notes import WITNESS, NoteKey

HELP = "make and register keys for the witnesses that a demo runs on this machine"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose: police, bureau and notary."""


def run(args: argparse.Namespace) -> int:  # noqa: ARG001 - every command takes arguments
    """Make what is missing, print the names; running it again changes nothing."""
    from django.utils import timezone

    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.audit.services.sequencing import register_log_key
    from xinnong.config import environment
    from xinnong.config.log_keeper import log_key

    refuse_outside_demo()
    data, now = environment.data_folder(), timezone.now()
    with scoped(SYSTEM):
        own = register_log_key(key=log_key(), now=now)
        names = [name for name in NAMES if _is_registered(data, name, now)]
    draft = log_key_file(data).with_suffix(".draft")
    draft.write_text(own.text(), encoding="ascii")
    draft.replace(log_key_file(data))  # last: with it the demo begins to run them
    print(json.dumps({"witnesses": names}))
    return DONE


def _is_registered(data: Path, name: str, now: datetime) -> bool:
    """Whether the demo's own key signs under a name; somebody else's witness of that name stays."""
    from xinnong.audit.models import NoteKind
    from xinnong.audit.queries.log import note_key, signers
    from xinnong.audit.services.witnesses import register_witness

    path = key_file(data, name)
    alive = {each.name: note_key(each) for each in signers(NoteKind.WITNESS) if not each.ended_at}
    if not path.exists():
        if name in alive:
            return False
        new_key(path, name)
    key = NoteKey(name, WITNESS, read_private(path).public_key().public_bytes_raw())
    if name not in alive:
        register_witness(key=key, now=now)
    return alive.get(name, key) == key
