"""xinnong voice: a telephone call about field teams, villages and letters, on the terminal."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Final

from xinnong.cli.dispatch import DONE

if TYPE_CHECKING:
    from typing import TextIO

    from xinnong.outreach.voice import Turn

HELP = "hold a telephone call on the terminal: type keys, read what is said"
MOST_LETTERS: Final = 80
EPILOGUE: Final = """\
Says what a caller hears, a sentence a line; each line that is typed is what the caller presses, an empty one
is silence, the end of input hangs up. With --xml each turn is the document that a gateway gets at /voice/.

  printf '1\\n12345672\\n' | xinnong voice
  xinnong voice --language en
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--caller", default="terminal", metavar="NUMBER", help="who calls")
    parser.add_argument("--language", choices=("zh", "en"), default="zh", help="to begin with")
    parser.add_argument("--xml", action="store_true", help="documents instead of sentences")


def run(args: argparse.Namespace) -> int:
    """Talk until one side hangs up."""
    from django.utils import timezone

    from xinnong.outreach.voice import converse

    telephone = Terminal(sys.stdin, sys.stdout, is_xml=args.xml)
    converse(telephone, caller=args.caller, clock=timezone.now, language=args.language)
    return DONE


class Terminal:
    """A telephone of lines."""

    def __init__(self, source: TextIO, target: TextIO, *, is_xml: bool) -> None:
        self.source, self.target, self.is_xml = source, target, is_xml

    def says(self, turn: Turn) -> None:
        """A line for each sentence, or the document."""
        from xinnong.outreach.voicexml import document, plain

        if self.is_xml:
            self.target.write(document(turn, address="/voice/"))
        else:
            self.target.writelines(f"{plain(each)}\n" for each in turn.lines)
        self.target.flush()

    def pressed(self, turn: Turn) -> str | None:  # noqa: ARG002 - a line is as long as it is
        """The next line, without what does not fit."""
        line = self.source.readline(MOST_LETTERS)
        return line.strip() if line else None
