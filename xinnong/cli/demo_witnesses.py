"""Make the keys of the demo's witnesses and register them with the evidence log."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from django.utils import timezone

from xinnong.config import demo_witnesses, environment

if TYPE_CHECKING:
    from pathlib import Path

    from xinnong.core.notes import NoteKey

HELP = "make the demo's three witnesses of the evidence log; the start runs each as a process"


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """There is nothing to choose."""


def run(_args: argparse.Namespace) -> int:
    """Running it again keeps the keys and registers what is missing."""
    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.audit.models import NoteKind
    from xinnong.audit.queries.log import signers
    from xinnong.audit.services.sequencing import register_log_key
    from xinnong.audit.services.witnesses import register_witness
    from xinnong.config.log_keeper import log_key

    data, now = environment.data_folder(), timezone.now()
    with scoped(SYSTEM):
        own = register_log_key(key=log_key(), now=now)
        known = {each.name for each in signers(NoteKind.WITNESS) if each.ended_at is None}
        for name in demo_witnesses.NAMES:
            key = _key(demo_witnesses.key_file(data, name), name)
            if name not in known:
                register_witness(key=key, now=now)
    demo_witnesses.log_key_file(data).write_text(own.text(), encoding="ascii")
    return 0


def _key(path: Path, name: str) -> NoteKey:
    from xinnong.cli.witness_work import new_key, read_private
    from xinnong.core.notes import WITNESS, NoteKey

    if not path.exists():
        return new_key(path, name)
    return NoteKey(name, WITNESS, read_private(path).public_key().public_bytes_raw())
