"""xinnong badge-bundle: write the county's signed bundle for checking badges without a network."""

from __future__ import annotations

import argparse
import sys
from typing import Final

from xinnong.cli.dispatch import DONE, file_to_write

HELP = "write the county's signed bundle of activities and badges"
EPILOGUE: Final = """\
Activities and badges of the coming seven days, the list of those that no longer count, the keys, and as of
when. The public key to check it with is printed as KEYID:HEX; give it to telephones once, and the bundle daily:

  xinnong badge-bundle --out county.bundle
  xinnong badge verify "XN1:…" --bundle county.bundle --key 1a2b:…
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--out", type=file_to_write, required=True, metavar="FILE")


def run(args: argparse.Namespace) -> int:
    """Write the bundle as of now."""
    from django.utils import timezone

    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.outreach.queries.badges import signing_key
    from xinnong.outreach.services.badges import signed_bundle

    data = signed_bundle(now=timezone.now())
    args.out.write_bytes(data)
    with scoped(SYSTEM):
        key = signing_key()
    assert key is not None, "a bundle was signed just now"
    print(f"{key.key_id.hex()}:{key.point.hex()}")
    print(f"{len(data)} bytes", file=sys.stderr)
    return DONE
