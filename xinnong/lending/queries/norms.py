"""What a mu of a crop costs by the county's norm."""

from __future__ import annotations

from xinnong.analytics.features.windows import norms


def norm_minor_of(crop: str) -> int:
    """Inputs of one mu for a year in fen; the county's general norm where a crop has none."""
    known = norms()
    return known.input_fen_mu_by_crop.get(crop, known.input_fen_mu)


def crops_with_norm() -> list[str]:
    """Crops that have a norm of their own."""
    return list(norms().input_fen_mu_by_crop)
