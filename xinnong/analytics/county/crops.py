"""What the county grows and keeps, with yields, prices and inputs per unit and year.

Figures are rough averages of our own; the kinds are those the county is known for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

NONE: Final = -1


@dataclass(frozen=True, slots=True)
class Crop:
    """One line of farming; amounts in yuan per unit of scale and year."""

    name: str
    unit: str
    median_scale: float
    kilograms: float  # per unit of scale
    price: float  # yuan per kilogram
    input_cost: float
    recorded: int  # month in which the season's scale is recorded
    harvest: int  # month in which most of it is sold
    deliveries: int  # a year
    terrain: tuple[float, float, float, float]  # weights on plain, coast, hill, island


CROPS: Final = (
    Crop("水稻", "亩", 3.2, 520, 2.9, 1200, 7, 11, 7, (0.42, 0.28, 0.22, 0.0)),
    Crop("甘蔗", "亩", 1.6, 6200, 2.55, 9000, 4, 12, 26, (0.15, 0.02, 0.03, 0.0)),
    Crop("油菜", "亩", 2.6, 165, 6.8, 700, 3, 5, 5, (0.16, 0.08, 0.10, 0.0)),
    Crop("花椰菜", "亩", 4.0, 2500, 2.2, 2800, 2, 1, 40, (0.16, 0.48, 0.02, 0.0)),
    Crop("茶叶", "亩", 4.5, 52, 150, 3000, 3, 4, 32, (0.01, 0.0, 0.25, 0.0)),
    Crop("杨梅", "亩", 3.8, 680, 13, 2500, 5, 6, 34, (0.02, 0.02, 0.20, 0.05)),
    Crop("生猪", "头", 16.0, 118, 16, 1350, 2, 9, 15, (0.05, 0.04, 0.08, 0.0)),
    Crop("肉牛", "头", 4.0, 560, 31, 11000, 2, 1, 5, (0.03, 0.01, 0.10, 0.0)),
    Crop("大黄鱼", "口(网箱)", 5.0, 420, 38, 11000, 2, 10, 25, (0.0, 0.07, 0.0, 0.95)),
)
RICE, CANE, RAPE, CAULIFLOWER, TEA, BAYBERRY, PIG, CATTLE, CROAKER = range(len(CROPS))
GROWN: Final = (RICE, CANE, RAPE, CAULIFLOWER, TEA, BAYBERRY)
"""Crops measured in mu; the others are animals."""

TOWN_FAVOURITES: Final = {
    339981101: CANE, 339981102: CAULIFLOWER, 339981103: RICE, 339981104: CATTLE,
    339981105: TEA, 339981106: BAYBERRY, 339981108: PIG, 339981202: CROAKER,
}  # fmt: skip
FAVOURITE_SHARE: Final = 0.4

NAMES: Final = tuple(crop.name for crop in CROPS)
UNITS: Final = tuple(crop.unit for crop in CROPS)
MEDIAN_SCALE: Final = np.array([crop.median_scale for crop in CROPS])
KILOGRAMS: Final = np.array([crop.kilograms for crop in CROPS])
PRICE: Final = np.array([crop.price for crop in CROPS])
INPUT_COST: Final = np.array([crop.input_cost for crop in CROPS])
RECORDED: Final = np.array([crop.recorded for crop in CROPS])
HARVEST: Final = np.array([crop.harvest for crop in CROPS])
DELIVERIES: Final = np.array([crop.deliveries for crop in CROPS])
TERRAIN: Final = np.array([crop.terrain for crop in CROPS]).T
