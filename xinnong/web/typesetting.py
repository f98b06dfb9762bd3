"""Papers as PDF, in Chinese, set from data with typst and the fonts of a package.

Data is never read as markup. The fonts come with the installation, so that a paper looks the same
everywhere; where they or the typesetter are missing, nothing is set.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from xinnong.core.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    import typst

FONTS: Final = "pylopdf_fonts_zh_cn"


class TypesettingFailed(Refused):
    """The contract could not be set as a PDF here; nothing was drafted."""

    code: ClassVar[str] = "contract.typesetting"


def typeset(package: str, template: str, data: Mapping[str, object], *, made_at: datetime) -> bytes:
    """Set a template that a package publishes with data as a PDF. Raises TypesettingFailed."""
    source = files(package).joinpath("published", template).read_bytes()
    try:
        import typst

        document = typst.compile(
            source,
            format="pdf",
            font_paths=_fonts(),
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            timestamp=made_at.astimezone(UTC).replace(microsecond=0),
        )
    except (ImportError, RuntimeError) as fault:
        raise TypesettingFailed from fault
    return document


def set_record(data: Mapping[str, object], *, made_at: datetime) -> bytes:
    """Set a paper of titled sections with lines and tables. Raises TypesettingFailed."""
    return typeset("xinnong.web", "record.typ", data, made_at=made_at)


@cache
def _fonts() -> typst.Fonts:
    """The fonts of the package alone, read once. Raises TypesettingFailed where it is missing."""
    import typst

    found = find_spec(FONTS)
    if found is None or found.origin is None:
        raise TypesettingFailed
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(Path(found.origin).parent)],
    )
