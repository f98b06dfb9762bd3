"""Which loans the statistics call agricultural and inclusive, one loan at a time.

Sources: 涉农贷款专项统计制度 (银发〔2007〕246号, rural area as the 2024 notice has it: outside city
districts, county towns and development zones); 普惠型农户经营性贷款 with a total line of at most
5 million yuan and 普惠型涉农小微企业法人贷款 of at most 10 million, counted over the borrower's whole
line at the lender, cancelled loans left out; 普惠小微 of at most 10 million.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

MOST_HOUSEHOLD_MINOR: Final = 500_000_000
MOST_FIRM_MINOR: Final = 1_000_000_000
HOUSEHOLD: Final = "household"
FIRM: Final = "small_firm"
COLLECTIVE: Final = "collective"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """A loan as the statistics see it.

    `line_minor` is the borrower's whole line at this lender, of which the loan is a part; None is
    unknown and keeps a loan out of everything inclusive. `is_operating`: for production or trade.
    `is_farming`: for farming, forestry, husbandry or fishing, whoever borrows. `is_first`: the
    borrower never had a loan of a bank before.
    """

    borrower: str
    borrower_ref: str
    is_rural: bool
    is_operating: bool
    is_farming: bool
    is_first: bool
    is_cancelled: bool
    balance_minor: int
    line_minor: int | None
    rate_percent: Decimal


def labels(loan: Loan) -> frozenset[str]:
    """The statistical groups a loan belongs to; a cancelled one to none."""
    if loan.is_cancelled:
        return frozenset()
    found = {
        "farm_household": loan.borrower == HOUSEHOLD and loan.is_rural,
        "agricultural": _is_agricultural(loan),
        "inclusive_farm_household": _fits(loan, HOUSEHOLD, MOST_HOUSEHOLD_MINOR)
        and loan.is_rural
        and loan.is_operating,
        "inclusive_farm_firm": _fits(loan, FIRM, MOST_FIRM_MINOR) and _is_agricultural(loan),
        "inclusive_small": (
            (loan.borrower == HOUSEHOLD and loan.is_operating) or loan.borrower == FIRM
        )
        and _within(loan, MOST_FIRM_MINOR),
        "first_loan": loan.is_first,
    }
    return frozenset(name for name, holds in found.items() if holds)


def _is_agricultural(loan: Loan) -> bool:
    return (loan.borrower in {HOUSEHOLD, COLLECTIVE, FIRM} and loan.is_rural) or loan.is_farming


def _fits(loan: Loan, borrower: str, most_minor: int) -> bool:
    return loan.borrower == borrower and _within(loan, most_minor)


def _within(loan: Loan, most_minor: int) -> bool:
    return loan.line_minor is not None and loan.line_minor <= most_minor


@dataclass(frozen=True, slots=True)
class Group:
    """One statistical group: loans, borrowers (each once), balance, and the rate by balance."""

    loans: int
    borrowers: int
    balance_minor: int
    weighted_rate_percent: Decimal | None


def groups(loans: Sequence[Loan]) -> Mapping[str, Group]:
    """Sum the loans by group; a group without loans is left out.

    The rate is weighted by balance, to six decimals rounded half to even; None where nothing is owed.
    """
    members: dict[str, list[Loan]] = {}
    for loan in loans:
        for name in labels(loan):
            members.setdefault(name, []).append(loan)
    return {name: _group(held) for name, held in sorted(members.items())}


def _group(held: Sequence[Loan]) -> Group:
    balance = sum(loan.balance_minor for loan in held)
    weighted = sum((loan.rate_percent * loan.balance_minor for loan in held), Decimal(0))
    return Group(
        loans=len(held),
        borrowers=len({loan.borrower_ref for loan in held}),
        balance_minor=balance,
        weighted_rate_percent=(weighted / balance).quantize(Decimal("0.000001"))
        if balance
        else None,
    )
