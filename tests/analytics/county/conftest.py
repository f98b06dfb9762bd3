"""One small dirty county and one larger clean one, made once for all tests here."""

from __future__ import annotations

from pathlib import Path

import pytest

from xinnong.analytics.county.generate import generate


@pytest.fixture(scope="session")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("county") / "dirty"
    generate(households=300, seed=5, out=out)
    return out


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("county") / "clean"
    generate(households=8_000, seed=5, out=out, clean=True)
    return out
