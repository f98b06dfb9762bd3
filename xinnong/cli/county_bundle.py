"""xinnong county-bundle: publish the county's signed bundle for checking badges without a network."""

from __future__ import annotations

import argparse
import sys
from typing import Final

from xinnong.cli.dispatch import DONE, REFUSED, file_to_write

HELP = "publish the county's signed bundle of activities and badges, for phones without network"
EPILOGUE: Final = """\
Activities and badges of the coming seven days, those that no longer count, the keys, and as of when. The
worker publishes it every minute to /check-badge/; this does it now. --out writes it to a file as well, for
a phone that takes files only. The public key to check it with is printed as KEYID:HEX:

  xinnong county-bundle --out county.xnb
  xinnong badge verify "XN1:…" --bundle county.xnb --key 1a2b:… --village 339981101201
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--out", type=file_to_write, metavar="FILE")


def run(args: argparse.Namespace) -> int:
    """Publish the bundle as of now."""
    from django.utils import timezone

    from xinnong.cli.faults import refusal
    from xinnong.core.errors import Refused
    from xinnong.outreach.services.badges import publish_bundle

    try:
        data, key = publish_bundle(now=timezone.now())
    except Refused as refused:
        print(f"xinnong county-bundle: {refusal(refused)}", file=sys.stderr)
        return REFUSED
    if args.out:
        args.out.write_bytes(data)
    print(f"{key.key_id.hex()}:{key.point.hex()}")
    print(f"{len(data)} bytes", file=sys.stderr)
    return DONE
