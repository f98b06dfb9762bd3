"""The whole set of broken files: importing the modules enters their cases."""

from tests.hostile import malicious, packed, plain, typed
from tests.hostile.cases import CASES

__all__ = ["CASES", "malicious", "packed", "plain", "typed"]
