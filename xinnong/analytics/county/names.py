"""Names of invented people, as Unicode code points: surname, first and second given character.

Character lists and weights are our own. A second given character of 0 means there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xinnong.analytics.county.randomness import Flags, Ints, Random, chance, pick

Points = NDArray[np.int32]

SURNAMES: Final = (
    "陈林黄王李张叶郑金吴周蔡徐胡朱潘杨刘项谢夏戴董孙苏何方钱包池沈赵余许姜薛曾白邵游高彭章缪温厉柯邱"
    "卓季麻虞阮鲍程诸程蒋韩冯翁洪梁廖施宋唐丁俞傅江范姚石谷贾毛汪任曹邹孔康毕尹龚雷万贺倪汤严华柳尤"
)
SINGLE_GIVEN_SHARE: Final = 0.16
DOMINANT_SHARE: Final = 0.62
DOMINANT_WEIGHTS: Final = (0.55, 0.28, 0.17)

# The years of birth from which a list is in fashion, for men and for women.
MEN: Final = (
    (1900, "阿福寿银金水木土根生旺财顺发岩松进有德明永宝兴来长庆正茂"),
    (1952, "建国华军民忠平光荣胜利志成文学良友兵红卫东振祥伟山海青"),
    (1974, "伟强勇斌峰雷波涛鹏飞杰辉晓海洋超凯旭宏瑞国建彬剑锋"),
    (1992, "浩宇轩俊杰泽博文子豪嘉铭思远晨皓毅恒睿承逸天翔阳"),
    (2008, "沐辰奕宸梓睿一诺景行书墨瑾瑜星泽安和予知霖屿川"),
)
WOMEN: Final = (
    (1900, "阿梅香菊兰花莲珠桂凤娥玉翠银彩秀招妹英巧月爱春杏仙"),
    (1952, "红英秀丽梅琴芳美华珍爱玲素萍云霞凤娟彩燕平亚晓青"),
    (1974, "丽娜静敏燕艳玲莉晓洁萍霞琼慧雪婷微微海英小芬媛青"),
    (1992, "欣怡雨晴诗涵思琪佳慧梦婷雅静嘉怡晨曦颖萱倩文心悦"),
    (2008, "一诺梓萱若汐语桐安然沐瑶可昕芷晴书瑾知夏星禾予柠"),
)


@dataclass(frozen=True, slots=True)
class Names:
    """Code points of the names of some people."""

    surname: Points
    first: Points
    second: Points

    def take(self, index: Ints) -> Names:
        """Return the names at these positions."""
        return Names(self.surname[index], self.first[index], self.second[index])


def text(surname: int, first: int, second: int) -> str:
    """Return one name as text."""
    return chr(surname) + chr(first) + (chr(second) if second else "")


def draw_surnames(rng: Random, villages: Ints, village_count: int) -> Points:
    """Return one surname per entry; in every village a few clans prevail."""
    weights = 1.0 / (np.arange(len(SURNAMES)) + 3.0)
    clans = pick(rng, weights, village_count * len(DOMINANT_WEIGHTS)).reshape(village_count, -1)
    chosen = clans[villages, pick(rng, DOMINANT_WEIGHTS, len(villages))]
    anyone = pick(rng, weights, len(villages))
    local = chance(rng, DOMINANT_SHARE, len(villages))
    return _points(SURNAMES)[np.where(local, chosen, anyone)]


def draw_given(rng: Random, male: Flags, birth_year: Ints) -> tuple[Points, Points]:
    """Return the given characters, in the fashion of sex and year of birth."""
    first = np.zeros(len(male), dtype=np.int32)
    second = np.zeros(len(male), dtype=np.int32)
    for lists, wanted in ((MEN, male), (WOMEN, ~male)):
        starts = [start for start, _ in lists]
        era = np.searchsorted(starts, birth_year, side="right") - 1
        for number, (_, chars) in enumerate(lists):
            here = np.flatnonzero(wanted & (era == number))
            first[here] = _points(chars)[rng.integers(0, len(chars), len(here))]
            second[here] = _points(chars)[rng.integers(0, len(chars), len(here))]
    second[chance(rng, SINGLE_GIVEN_SHARE, len(male))] = 0
    return first, second


def _points(chars: str) -> Points:
    return np.array([ord(char) for char in chars], dtype=np.int32)
