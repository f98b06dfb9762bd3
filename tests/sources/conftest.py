from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path: Path, settings: object) -> Path:
    """Lake, spool and uploads of one test."""
    settings.XINNONG_DATA = tmp_path  # type: ignore[attr-defined]  # pytest-django's settings
    settings.XINNONG_LAKE = tmp_path / "lake"  # type: ignore[attr-defined]
    settings.XINNONG_WORK = tmp_path / "work"  # type: ignore[attr-defined]
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(uploads)  # type: ignore[attr-defined]
    return tmp_path
