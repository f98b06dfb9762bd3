"""Evidence as it is kept: checksums and references, never the thing itself."""

from __future__ import annotations

import re
from typing import Final

from xinnong.lending.services.refusals import EvidenceMissing

LONGEST: Final = 64
_SUM: Final = re.compile(r"[0-9a-f]{64}")
_REFERENCE: Final = re.compile(r"[\w./:-]{4,64}", re.ASCII)


def checked_sum(text: str, field: str) -> str:
    """A SHA-256 in hexadecimal. Raises EvidenceMissing."""
    if not _SUM.fullmatch(text):
        raise EvidenceMissing(field=field)
    return text


def checked_reference(text: str, field: str) -> str:
    """A reference of letters, digits and . / : - _, 4 to 64 long. Raises EvidenceMissing."""
    if not _REFERENCE.fullmatch(text):
        raise EvidenceMissing(field=field)
    return text
