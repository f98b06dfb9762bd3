"""Packs of the police in files: what an officer signed is written, what came is verified and watched."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from xinnong.cli.dispatch import DONE, REFUSED, USAGE
from xinnong.cli.faults import in_words, problem_said


def run_pack(args: argparse.Namespace) -> int:
    """Write or take a pack; a JSON object says which."""
    return _export(args) if args.way == "export" else _import(args.file)


def _export(args: argparse.Namespace) -> int:
    """Nothing is made here: opening identifiers is an officer's own act, with a second factor."""
    from django.utils import timezone

    from xinnong.guard.services.packs import fetch_pack

    found = fetch_pack(case=args.case, now=timezone.now())
    data = bytes(found.document)
    args.out.write_bytes(data)
    told = {"pack": str(found.ref), "to": found.partner.county, "sha256": found.sha256}
    print(json.dumps(told | {"entries": found.entries, "bytes": len(data)}))
    return DONE


def _import(path: Path) -> int:
    from django.utils import timezone

    from xinnong.core.packs import MOST_BYTES
    from xinnong.guard.pack_wording import problem_code
    from xinnong.guard.refusals import PackRefused
    from xinnong.guard.services.packs import take_pack_here
    from xinnong.guard.services.watching import watch_packs

    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as fault:
        print(f"xinnong guard: {path}: {fault.strerror}", file=sys.stderr)
        return USAGE
    now = timezone.now()
    try:
        taken = take_pack_here(data=data, now=now)
    except PackRefused as refused:
        for problem in refused.problems:
            words = in_words(problem_code(problem.code), {**problem.params, "field": problem.field})
            print(f"xinnong guard: pack: {problem_said(problem)}: {words}", file=sys.stderr)
        return REFUSED
    told = {"pack": str(taken.ref), "from": taken.partner.county, "sha256": taken.sha256}
    print(json.dumps(told | {"alerts": watch_packs(now=now)}))
    return DONE
