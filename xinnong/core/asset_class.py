"""Five classes of loans and what must be set aside for each, as dated rules.

Sources: 商业银行金融资产风险分类办法 (银保监会、人民银行令〔2023〕1号, in force 2023-07-01); before it
the practice that rural lenders followed; 银行贷款损失准备计提指引 (银发〔2002〕98号) for the
provisions; 贷款拨备率 2.5 % and 拨备覆盖率 150 %, whichever asks for more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Final


class AssetClass(IntEnum):
    """正常 关注 次级 可疑 损失: the higher, the worse; as the credit bureau numbers them."""

    NORMAL = 1
    SPECIAL_MENTION = 2
    SUBSTANDARD = 3
    DOUBTFUL = 4
    LOSS = 5


BAD: Final = (AssetClass.SUBSTANDARD, AssetClass.DOUBTFUL, AssetClass.LOSS)
SPECIAL_PERCENT: Final[Mapping[AssetClass, int]] = {
    AssetClass.NORMAL: 0,
    AssetClass.SPECIAL_MENTION: 2,
    AssetClass.SUBSTANDARD: 25,
    AssetClass.DOUBTFUL: 50,
    AssetClass.LOSS: 100,
}
LOSS_PERCENT: Final[Mapping[AssetClass, int]] = {AssetClass.DOUBTFUL: 50, AssetClass.LOSS: 90}
PROVISION_PER_MILLE: Final = 25
COVERAGE_PERCENT: Final = 150


@dataclass(frozen=True, slots=True)
class ClassRules:
    """From how many days past due a loan is at least of a class.

    `technical_days`: so short a delay that came from the payment system leaves the class alone.
    """

    effective_on: date
    technical_days: int
    least_days: Mapping[AssetClass, int]


RULES: Final = (
    ClassRules(
        date(2007, 4, 3),
        0,
        {
            AssetClass.SPECIAL_MENTION: 1,
            AssetClass.SUBSTANDARD: 91,
            AssetClass.DOUBTFUL: 181,
            AssetClass.LOSS: 361,
        },
    ),
    ClassRules(
        date(2023, 7, 1),
        7,
        {
            AssetClass.SPECIAL_MENTION: 1,
            AssetClass.SUBSTANDARD: 91,
            AssetClass.DOUBTFUL: 271,
            AssetClass.LOSS: 361,
        },
    ),
)
"""In order of date. The last day that still counts as one class less stands in the source: > 90."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanState:
    """What the class of a loan depends on, at the end of one day.

    `technical`: the delay came from the payment system. `restructured`: the loan is under
    observation since its last restructuring (core.restructuring), and at least of `least_class`.
    `expected_loss_percent`: somebody judged it; None is the rule.
    """

    days_past_due: int
    technical: bool = False
    misused: bool = False
    restructured: bool = False
    least_class: AssetClass = AssetClass.SPECIAL_MENTION
    expected_loss_percent: int | None = None


@dataclass(frozen=True, slots=True)
class Classified:
    """The class and every reason for one at least that bad; no reason means normal."""

    asset_class: AssetClass
    reasons: tuple[str, ...]


def rules_on(on: date) -> ClassRules:
    """The rules in force on a day; the oldest ones before any."""
    return next((rules for rules in reversed(RULES) if rules.effective_on <= on), RULES[0])


def classify(state: LoanState, *, on: date) -> Classified:
    """Answer the worst class that any reason demands."""
    found = list(_demands(state, rules_on(on)))
    worst = max((each for each, _ in found), default=AssetClass.NORMAL)
    return Classified(worst, tuple(reason for each, reason in found if each == worst))


def _demands(state: LoanState, rules: ClassRules) -> Iterator[tuple[AssetClass, str]]:
    excused = state.technical and state.days_past_due <= rules.technical_days
    late = [c for c, days in rules.least_days.items() if state.days_past_due >= days]
    if late and not excused:
        yield max(late), "class.past_due"
    if state.misused:
        yield AssetClass.SPECIAL_MENTION, "class.misused"
    if state.restructured:
        yield max(AssetClass.SPECIAL_MENTION, state.least_class), "class.restructured"
    loss = state.expected_loss_percent
    if loss is not None and loss >= LOSS_PERCENT[AssetClass.DOUBTFUL]:
        worse = loss >= LOSS_PERCENT[AssetClass.LOSS]
        yield (AssetClass.LOSS if worse else AssetClass.DOUBTFUL), "class.expected_loss"


def special_provision(principal_minor: int, asset_class: AssetClass) -> int:
    """What to set aside for one loan, rounded up to the fen: never a fen too little."""
    return _ceiling(principal_minor * SPECIAL_PERCENT[asset_class], 100)


@dataclass(frozen=True, slots=True)
class Reserves:
    """What a lender must hold against all its loans, and which of the three rules asks for most."""

    special_minor: int
    by_loans_minor: int
    by_bad_minor: int

    @property
    def required_minor(self) -> int:
        """The most that any of the three rules asks for."""
        return max(self.special_minor, self.by_loans_minor, self.by_bad_minor)


def reserves(loans: Sequence[tuple[int, AssetClass]]) -> Reserves:
    """Reserves against (principal, class) of every loan, in fen."""
    whole = sum(principal for principal, _ in loans)
    bad = sum(principal for principal, each in loans if each in BAD)
    return Reserves(
        special_minor=sum(special_provision(principal, each) for principal, each in loans),
        by_loans_minor=_ceiling(whole * PROVISION_PER_MILLE, 1000),
        by_bad_minor=_ceiling(bad * COVERAGE_PERCENT, 100),
    )


def _ceiling(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)
