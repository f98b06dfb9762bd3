"""Every limit of reading, in one place."""

from __future__ import annotations

from typing import Final

KIB: Final = 1 << 10
MIB: Final = 1 << 20
GIB: Final = 1 << 30

FILE_BYTES: Final = 16 * GIB
"""Largest file read at all."""
NAME_CHARS: Final = 220
"""Longest file name kept, the archive's before its member's."""
COLUMNS: Final = 1_000
"""Most columns a header may have."""
LINE_CHARS: Final = 200_000
"""Longest row; longer ones are put aside."""
QUOTED_LINES: Final = 50
"""Most line breaks inside one quoted cell; after that the quote counts as never closed."""
BLOCK_BYTES: Final = 4 * MIB
HEAD_BYTES: Final = 1 * MIB
HEADER_ROWS: Final = 40
"""The header must stand within this many rows."""
CHUNK_CHARS: Final = 32 * MIB
"""Text handed to the checks at a time; bounds memory whatever the file's size."""
TAIL_ROWS: Final = 3
"""How far above the end totals and signatures are looked for."""

ZIP_MEMBERS: Final = 1_000
ZIP_BYTES: Final = 16 * GIB
ZIP_RATIO: Final = 200
ZIP_SMALL_BYTES: Final = 64 * MIB
"""Below this size no ratio is a bomb."""

XLSX_FILE_BYTES: Final = 200 * MIB
XLSX_PART_BYTES: Final = 2 * GIB
XLSX_RATIO: Final = 300
XLSX_SMALL_BYTES: Final = 32 * MIB
XLSX_MEMORY_BYTES: Final = 6 * GIB
"""Address space of the process that opens workbooks; a crafted one dies there, not here."""
XLSX_SECONDS: Final = 900

PARQUET_ROWS: Final = 500_000_000
PARQUET_CHUNK_ROWS: Final = 200_000
PARQUET_ROW_BYTES: Final = 64 * KIB
"""Most text of one row on average over a chunk; more is a bomb."""
