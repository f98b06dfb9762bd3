"""xinnong sms: answer text messages about field teams, villages and documents."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xinnong.cli.dispatch import DONE, USAGE, file_to_write, forgiving_stdin

if TYPE_CHECKING:
    from typing import TextIO

    from xinnong.outreach.sms import Gateway

HELP = "answer text messages: eight digits, a village, a document's number"
EPILOGUE: Final = """\
Reads one message a line, a number and a tab before the text, and writes the answer the same way, in parts
of at most seventy letters. With --json each line is an object: {"from": "…", "text": "…"}, answered by
{"to": "…", "parts": ["…"]}. A provider's gateway is connected the same way.

--send hands over the warnings that wait instead, in the same form, each with a key by which a gateway
knows it again; with --json. Where XINNONG_MESSAGES names a file, the worker does so every minute.

  echo 12345672 | xinnong sms
  echo 莲花村 | xinnong sms
  echo 文 穗医保函〔2026〕12号 | xinnong sms
  xinnong sms --send --json --out waiting.jsonl
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--in", dest="source", type=Path, metavar="FILE", help="instead of stdin")
    parser.add_argument("--out", type=file_to_write, metavar="FILE", help="instead of stdout")
    parser.add_argument("--json", action="store_true", help="objects instead of tabs")
    parser.add_argument("--send", action="store_true", help="hand over what waits, read nothing")


def run(args: argparse.Namespace) -> int:
    """Answer until nothing comes any more."""
    from django.utils import timezone

    from xinnong.guard.services.messages import send_messages
    from xinnong.outreach.sms import JsonLines, Lines, answer_text

    with ExitStack() as files:
        try:
            source = files.enter_context(_read(args.source)) if args.source else forgiving_stdin()
        except OSError as fault:
            print(f"xinnong sms: {args.source}: {fault.strerror}", file=sys.stderr)
            return USAGE
        target = files.enter_context(_private(args.out)) if args.out else sys.stdout
        kind = JsonLines if args.json else Lines
        gateway: Gateway = kind(source, target)
        if args.send:
            send_messages(gateway, now=timezone.now())
            return DONE
        for message in gateway.received():
            now = timezone.now()
            gateway.send(
                message.sender, answer_text(message, now=now, today=timezone.localdate(now))
            )
    return DONE


def _read(path: Path) -> TextIO:
    """A file of messages; one message whose bytes are no text does not end the others."""
    return path.open(encoding="utf-8", errors="replace")


def _private(path: Path) -> TextIO:
    """A new file that its owner alone reads: it holds telephone numbers."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    return os.fdopen(number, "w", encoding="utf-8")
