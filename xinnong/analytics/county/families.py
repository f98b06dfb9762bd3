"""True households: who lives and budgets together, by generation and age.

Nine in ten households have a middle couple; elders live with it or alone. The shares
give about 3.8 people a household and the age pyramid of a rural county whose young
people leave late.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xinnong.analytics.county.randomness import Flags, Floats, Ints, Random, bell, chance, pick

ELDER_MAN, ELDER_WOMAN, MAN, WOMAN, CHILD_1, CHILD_2, CHILD_3, SIBLING = range(8)
SLOTS: Final = 8
THREE, NUCLEAR, ELDERS, ELDER_ALONE, COUPLE, SINGLE, LONE = range(7)
TYPE_NAMES: Final = (
    "three_generations", "parents_children", "elder_couple", "elder_alone", "couple", "single",
    "lone_parent",
)  # fmt: skip
TYPE_SHARES: Final = (0.385, 0.335, 0.105, 0.05, 0.05, 0.025, 0.05)
MIDDLE_AGE: Final = (41.0, 42.0, 45.0, 48.0, 56.0, 45.0, 43.0)
MIDDLE_SPREAD: Final = (8.0, 9.0, 8.0, 8.0, 5.0, 13.0, 8.0)
CHILDREN: Final = {  # weights of 0, 1, 2, 3 children
    THREE: (0.02, 0.38, 0.48, 0.12),
    NUCLEAR: (0.04, 0.38, 0.48, 0.10),
    LONE: (0.0, 0.62, 0.33, 0.05),
}
BOYS: Final = 0.53
LEAVES_HOME: Final = 25.0  # most children who are older live elsewhere
OLDEST: Final = 99.0


@dataclass(frozen=True, slots=True)
class Families:
    """Households by slot: `present`, `age` (years) and `male` have shape (households, 8)."""

    kind: Ints
    present: NDArray[np.bool_]
    age: NDArray[np.float64]
    male: NDArray[np.bool_]
    fixed: Flags  # households whose story is given: nobody joins or leaves them


def form(rng: Random, count: int) -> Families:
    """Form `count` true households."""
    kind = pick(rng, TYPE_SHARES, count)
    age = _ages(rng, kind)
    present = np.zeros((count, SLOTS), dtype=np.bool_)
    _place_couple(rng, kind, present)
    _place_elders(rng, kind, present)
    _place_children(rng, kind, age, present)
    _place_sibling(rng, kind, age, present)
    present &= (age >= 0) & (age <= OLDEST)
    present = _never_empty(present, age)
    fixed = np.zeros(count, dtype=np.bool_)
    return Families(kind, present, np.clip(age, 0.0, OLDEST), _sexes(rng, count), fixed)


def _ages(rng: Random, kind: Ints) -> Floats:
    count = len(kind)
    age = np.empty((count, SLOTS))
    middle = bell(rng, np.array(MIDDLE_AGE)[kind], 1.0, count)
    middle += (np.array(MIDDLE_SPREAD)[kind] - 1.0) * rng.standard_normal(count)
    young = (kind == COUPLE) & chance(rng, 0.35, count)
    middle = np.where(young, bell(rng, 29.0, 3.0, count), middle)
    age[:, MAN] = np.clip(middle, 22.5, 66.0)
    age[:, WOMAN] = np.maximum(age[:, MAN] - bell(rng, 2.0, 2.5, count), 21.0)
    alone = np.isin(kind, (ELDERS, ELDER_ALONE))
    elder = np.clip(bell(rng, 71.0, 8.0, count), 56.0, 97.0)
    with_children = age[:, MAN] + np.clip(bell(rng, 25.0, 3.5, count), 18.0, 40.0)
    age[:, ELDER_WOMAN] = np.where(alone, elder, with_children)
    age[:, ELDER_MAN] = age[:, ELDER_WOMAN] + bell(rng, 2.0, 3.0, count)
    age[:, CHILD_1] = age[:, WOMAN] - np.clip(bell(rng, 25.0, 3.2, count), 18.5, 42.0)
    age[:, CHILD_2] = age[:, CHILD_1] - rng.uniform(1.2, 7.0, count)
    age[:, CHILD_3] = age[:, CHILD_2] - rng.uniform(1.2, 6.0, count)
    gap = np.where(kind == ELDERS, 28.0 + age[:, MAN] - age[:, ELDER_WOMAN], bell(rng, 3, 3, count))
    age[:, SIBLING] = np.maximum(age[:, MAN] - gap, 19.0)
    return age


def _place_couple(rng: Random, kind: Ints, present: Flags) -> None:
    count = len(kind)
    both = np.isin(kind, (THREE, NUCLEAR, COUPLE))
    single_man = chance(rng, 0.68, count)
    lone_man = chance(rng, 0.4, count)
    present[:, MAN] = both | ((kind == SINGLE) & single_man) | ((kind == LONE) & lone_man)
    present[:, WOMAN] = both | ((kind == SINGLE) & ~single_man) | ((kind == LONE) & ~lone_man)


def _place_elders(rng: Random, kind: Ints, present: Flags) -> None:
    count = len(kind)
    who = pick(rng, (0.62, 0.25, 0.13), count)  # both, the woman, the man
    woman_alone = chance(rng, 0.64, count)
    mother = (kind == LONE) & chance(rng, 0.25, count)
    three, alone = kind == THREE, kind == ELDER_ALONE
    present[:, ELDER_WOMAN] = (
        (three & (who <= 1)) | (kind == ELDERS) | (alone & woman_alone) | mother
    )
    present[:, ELDER_MAN] = (three & (who != 1)) | (kind == ELDERS) | (alone & ~woman_alone)


def _place_children(rng: Random, kind: Ints, age: Floats, present: Flags) -> None:
    number = np.zeros(len(kind), dtype=np.int64)
    for family, weights in CHILDREN.items():
        here = np.flatnonzero(kind == family)
        number[here] = pick(rng, weights, len(here))
    for place, slot in enumerate((CHILD_1, CHILD_2, CHILD_3)):
        stays = chance(rng, np.where(age[:, slot] < LEAVES_HOME, 0.97, 0.3), len(kind))
        present[:, slot] = (number > place) & stays & (age[:, slot] < LEAVES_HOME + 9)


def _place_sibling(rng: Random, kind: Ints, age: Floats, present: Flags) -> None:
    share = np.select([kind == THREE, kind == ELDERS], [0.05, 0.2], 0.0)
    young_enough = age[:, SIBLING] <= age[:, ELDER_WOMAN] - 17.0
    present[:, SIBLING] = chance(rng, share, len(kind)) & young_enough


def _sexes(rng: Random, count: int) -> Flags:
    male = np.zeros((count, SLOTS), dtype=np.bool_)
    male[:, [ELDER_MAN, MAN]] = True
    male[:, [CHILD_1, CHILD_2, CHILD_3]] = rng.random((count, 3)) < BOYS
    male[:, SIBLING] = chance(rng, 0.75, count)
    return male


def _never_empty(present: Flags, age: Floats) -> Flags:
    empty = ~present.any(axis=1)
    present[empty, WOMAN] = True
    age[empty, WOMAN] = np.clip(age[empty, WOMAN], 21.0, 90.0)
    return present
