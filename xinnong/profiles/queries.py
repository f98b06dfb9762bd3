"""Where the facts behind the profiles of a run lie."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings


def facts_folder(run_id: int) -> Path:
    """The folder of Parquet files from which the facts of one run are looked up."""
    return facts_root() / str(run_id)


def facts_root() -> Path:
    """The folder that holds one folder of facts for each kept run."""
    return Path(settings.XINNONG_DATA) / "facts"
