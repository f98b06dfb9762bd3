"""What the statements find is what the reference finds, of the whole book and of what was touched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import LENDER
from tests.lending.aftercare.conftest import DRAWN, Lent
from tests.lending.aftercare.test_alerts import copy_loan, in_the_way, somebody_else
from tests.lending.loans import nights
from tests.lending.origination.story import LATER
from xinnong.accounts.models import Institution
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services import set_institution
from xinnong.core.borrowed_names import (
    KINDS,
    AlertRules,
    Drawn,
    Paid,
    Threshold,
    Trait,
    passed_on,
    patterns,
    patterns_with,
)
from xinnong.lending.models import (
    AlertLoan,
    AlertLook,
    Application,
    BankCard,
    Contract,
    Guarantor,
    Loan,
    LoanAlert,
    LoanVersion,
    Offer,
    PaymentHold,
    StatementLine,
)
from xinnong.lending.services import alert_looks
from xinnong.lending.services import alerts as alert_services
from xinnong.lending.services.alert_looks import look_for_alerts
from xinnong.lending.services.alerts import decide_alert, find_alerts, shared_traits
from xinnong.lending.services.payees import card_mark, payer_mark

pytestmark = pytest.mark.slow  # a published county is made first
PEOPLE = [UUID(int=0x7000 + n) for n in range(4)]
STAFF = [UUID(int=0x8000 + n) for n in range(2)]
VOUCHERS = [UUID(int=0x9000 + n) for n in range(2)]


@dataclass(frozen=True)
class Draw:
    """Somebody draws: whose, to which card, how long ago, by whom, in which home, vouched by whom."""

    who: int
    card: int
    ago: int
    staff: int
    home: int | None
    is_running: bool
    voucher: int | None


@dataclass(frozen=True)
class Seen:
    """A borrower shows up with a device or number."""

    who: int
    kind: str
    mark: int


@dataclass(frozen=True)
class Came:
    """Money from a card pays for the drawing of that number, so many days ago."""

    card: int | None
    draw: int
    ago: int
    state: str


DRAW = st.builds(
    Draw, st.integers(0, 3), st.integers(0, 2), st.integers(0, 30), st.integers(0, 1),
    st.sampled_from([None, 1, 2]), st.booleans(), st.sampled_from([None, 0, 1]),
)  # fmt: skip
SEEN = st.builds(Seen, st.integers(0, 3), st.sampled_from(["device", "number"]), st.integers(1, 2))
CAME = st.builds(
    Came, st.sampled_from([None, 0, 1, 2]), st.integers(0, 6), st.integers(0, 30),
    st.sampled_from(["booked", "booked", "booked", "waiting"]),
)  # fmt: skip
EVENTS = st.lists(st.one_of(DRAW, DRAW, SEEN, CAME), max_size=10)
RULES = st.fixed_dictionaries(
    {},
    optional={
        kind: st.builds(Threshold, st.integers(1, 3), st.integers(1, 31), st.integers(0, 5))
        for kind in KINDS
    },
)
GENTLY = settings(
    max_examples=nights(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass
class Village:
    """Drawings at a lender of their own, written to the database and kept for the reference."""

    lent: Lent
    code: str = field(default_factory=lambda: f"L{uuid4().hex[:20]}")
    cards: list[BankCard] = field(default_factory=list)
    loans: list[tuple[Draw, Loan]] = field(default_factory=list)
    seen: set[Seen] = field(default_factory=set)
    came: list[Paid] = field(default_factory=list)

    @property
    def base(self) -> dict[str, Any]:
        loan = self.lent.loan
        return {
            "institution": self.code, "area12": loan.area12, "household_id": loan.household_id,
        }  # fmt: skip

    @property
    def hands(self) -> tuple[UUID | None, UUID | None]:
        """Who drew the contract up that is copied, and who handed the application in."""
        contract = Contract.objects.select_related("application").get(pk=self.lent.contract.pk)
        return contract.officer, contract.application.submitted_by

    def happens(self, event: Draw | Seen | Came) -> None:
        if isinstance(event, Draw):
            self._draw(event)
        elif isinstance(event, Seen):
            self._see(event)
        elif self.loans:
            self._come(event)

    def _card(self, n: int) -> BankCard:
        while len(self.cards) <= n:
            self.cards.append(
                BankCard.objects.create(
                    **self.base, ref=uuid4(), person=PEOPLE[len(self.cards)],
                    number_hash=900 + len(self.cards) // 2, last4="0000", bank="b",
                    verified_how="counter", bound_by=STAFF[0], bound_at=LATER, removed_at=LATER,
                )
            )  # fmt: skip
        return self.cards[n]

    def _draw(self, draw: Draw) -> None:
        day = DRAWN - timedelta(draw.ago)
        state = {"state": "active"} if draw.is_running else {"state": "settled", "closed_on": DRAWN}
        loan = copy_loan(
            self.lent.loan, PEOPLE[draw.who], institution=self.code, disbursed_on=day,
            payee=self._card(draw.card).ref, household_id=draw.home, contract_ref=uuid4(), **state,
        )  # fmt: skip
        LoanVersion.objects.create(
            loan=loan, version=1, from_on=day, reason="loan.draw", terms=b"", made_at=LATER,
            made_by=STAFF[draw.staff],
        )  # fmt: skip
        if draw.voucher is not None:
            vouch(self.lent, loan, VOUCHERS[draw.voucher])
        self.loans.append((draw, loan))

    def _see(self, seen: Seen) -> None:
        if seen in self.seen:
            return
        self.seen.add(seen)
        PaymentHold.objects.create(
            **self.base, ref=uuid4(), person=PEOPLE[seen.who], kind=seen.kind, mark=seen.mark,
            seen_at=LATER, held_until=LATER,
        )  # fmt: skip

    def _come(self, came: Came) -> None:
        _draw, loan = self.loans[came.draw % len(self.loans)]
        mark = None if came.card is None else self._card(came.card).number_hash
        on = DRAWN - timedelta(came.ago)
        line(loan, mark, on, came.state)
        if came.state == "booked":
            self.came.append(Paid(loan.pk, str(loan.person), mark, on))

    def traits(self, within: int) -> Iterator[Trait]:
        """What each drawing shows, one by one."""
        drawn = []
        for draw, loan in self.loans:
            person, day = str(loan.person), loan.disbursed_on
            card = self.cards[draw.card].number_hash
            drawn.append(Drawn(loan.pk, person, card, day))
            marks = [("card", str(card)), ("staff", str(STAFF[draw.staff]))]
            marks += [(s.kind, str(s.mark)) for s in self.seen if s.who == draw.who]
            if draw.home is not None and draw.is_running:
                marks.append(("household", str(draw.home)))
            if draw.voucher is not None:  # its contract and application passed through hands, too
                marks += [("staff", str(who)) for who in self.hands if who is not None]
            if draw.voucher is not None and draw.is_running:
                marks.append(("guarantor", str(VOUCHERS[draw.voucher])))
            yield from (Trait(kind, mark, person, loan.pk, day) for kind, mark in marks)
        yield from passed_on(drawn, self.came, within=within)


def copied(row: Any, **changes: Any) -> Any:
    facts = {
        each.attname: getattr(row, each.attname)
        for each in row._meta.concrete_fields
        if each.attname != "id"
    }
    return type(row).objects.create(**(facts | {"ref": uuid4()} | changes))


def vouch(lent: Lent, loan: Loan, party: UUID, **changes: Any) -> Guarantor:
    """Somebody signed for a loan."""
    owner = {"institution": loan.institution, "person": loan.person}
    was = Application.objects.select_related("offer").get(pk=lent.contract.application_id)
    offer = Offer.objects.filter(institution=loan.institution, product=was.offer.product).first()
    offer = offer or copied(was.offer, institution=loan.institution)
    asked = copied(was, offer_id=offer.pk, **owner)
    contract = Contract.objects.get(pk=lent.contract.pk)
    copied(contract, application_id=asked.pk, **(owner | {"ref": loan.contract_ref}))
    facts: dict[str, Any] = {
        "ref": uuid4(), "area12": loan.area12, "household_id": lent.loan.household_id,
        "application": asked, "kind": "person", "party": party, "node": str(party),
        "signatory": party, "name": "保证人", "amount_minor": 100, "means_reference": "m",
        "consent_sha256": "0" * 64, "consented_on": DRAWN, "state": "signed",
        "named_by": STAFF[0], "named_at": LATER, "officer": STAFF[0], "identity_check": "i",
        "photo": "p", "scan_sha256": "0" * 64, "signed_at": LATER,
    }  # fmt: skip
    return Guarantor.objects.create(**(owner | facts | changes))


def line(loan: Loan, payer: int | None, on: date, state: str = "booked") -> StatementLine:
    """A credit that paid for a loan."""
    return StatementLine.objects.create(
        ref=uuid4(), institution=loan.institution, account_id=1, statement_id=1, row=1, on=on,
        amount_minor=100, mark=uuid4().hex, words="w", said=b"s", said_key="k", state=state,
        payer_hash=payer, loan=loan,
    )  # fmt: skip


def rules_of(limits: dict[str, Threshold]) -> AlertRules:
    return AlertRules(date(2020, 1, 1), limits)


def within_of(limits: dict[str, Threshold]) -> int:
    return limits["passed_on"].within if "passed_on" in limits else 0


def plain(found: Any) -> list[tuple[object, ...]]:
    return [(each.kind, each.mark, each.borrowers, each.loans) for each in found]


@GENTLY
@given(events=EVENTS, limits=RULES, touched=st.sets(st.integers(0, 9)))
def test_the_statements_say_what_the_reference_says(
    lent: Lent, events: list[Any], limits: dict[str, Threshold], touched: set[int]
) -> None:
    rules = rules_of(limits)
    with scoped(SYSTEM):
        village = Village(lent)
        for event in events:
            village.happens(event)
        traits = list(village.traits(within_of(limits)))
        loans = {loan.pk for at, (_draw, loan) in enumerate(village.loans) if at in touched}
        whole = shared_traits(village.code, rules, DRAWN)
        some = shared_traits(village.code, rules, DRAWN, loans=sorted(loans))
    assert plain(whole) == plain(patterns(traits, rules, on=DRAWN))
    assert plain(some) == plain(patterns_with(traits, rules, on=DRAWN, loans=loans))


@GENTLY
@given(stages=st.lists(EVENTS, max_size=4), limits=RULES)
def test_looks_at_what_was_touched_leave_nothing_for_a_look_at_everything(
    lent: Lent, stages: list[list[Any]], limits: dict[str, Threshold]
) -> None:
    with pytest.MonkeyPatch.context() as patch, scoped(SYSTEM):
        for module in (alert_looks, alert_services):
            patch.setattr(module, "alert_rules_on", lambda _on: rules_of(limits))
        patch.setattr(alert_looks, "LATECOMERS", 0)
        village = Village(lent)
        operator = Institution.objects.select_related("operator").get(code=LENDER).operator
        set_institution(code=village.code, kind="bank", name="行", name_en="B", operator=operator)
        look_for_alerts(institution=village.code, on=DRAWN, now=LATER)
        for events in stages:
            for event in events:
                village.happens(event)
            look_for_alerts(institution=village.code, on=DRAWN, now=LATER)
        before = members(village.code)
        assert find_alerts(institution=village.code, on=DRAWN, now=LATER) == 0
        assert members(village.code) == before


def members(lender: str) -> set[tuple[str, str, int]]:
    rows = AlertLoan.objects.filter(institution=lender)
    return set(rows.values_list("alert__kind", "alert__mark", "loan_id"))


def test_the_first_look_of_a_day_is_at_everything(lent: Lent) -> None:
    with scoped(SYSTEM):
        look_for_alerts(institution=LENDER, on=DRAWN, now=LATER)
        AlertLook.objects.update(newest_loan=10**9, newest_hold=10**9, newest_line=10**9)
        copy_loan(lent.loan, uuid4(), household_id=None)
        assert look_for_alerts(institution=LENDER, on=DRAWN, now=LATER) == 0
        tomorrow = LATER + timedelta(1)
        assert look_for_alerts(institution=LENDER, on=DRAWN, now=tomorrow) == 1
        assert AlertLook.objects.get().looked_at == tomorrow


def test_one_guarantor_of_three_borrowers_is_an_alert_and_holds_the_fourth(lent: Lent) -> None:
    party = uuid4()
    with scoped(SYSTEM):
        for who in PEOPLE[:3]:
            vouch(lent, copy_loan(lent.loan, who, household_id=None, payee=None,
                                  contract_ref=uuid4()), party)  # fmt: skip
        assert find_alerts(institution=LENDER, on=DRAWN, now=LATER) == 1
        found = LoanAlert.objects.get()
    assert (found.kind, found.borrowers) == ("guarantor", 3)
    chen = lent.story.people.chen
    chen.second_factor_passed = True
    said: dict[str, Any] = {
        "state": "look_into",
        "reason": "一人保三户",
        "now": LATER,
        "key": uuid4(),
    }
    assert "hold.alert" not in in_the_way(lent, lent.lin)
    with scoped(chen):
        decide_alert(actor=chen, alert=found, **said)
    assert "hold.alert" not in in_the_way(lent, lent.lin)
    with scoped(SYSTEM):
        contract = Contract.objects.get(pk=lent.contract.pk)
        one = Guarantor.objects.order_by("id")[0]
        copied(one, application_id=contract.application_id, person=contract.person)
    assert "hold.alert" in in_the_way(lent, lent.lin)


def test_a_company_licensed_to_guarantee_is_none(lent: Lent) -> None:
    with scoped(SYSTEM):
        for who in PEOPLE[:3]:
            loan = copy_loan(lent.loan, who, household_id=None, payee=None, contract_ref=uuid4())
            vouch(lent, loan, VOUCHERS[0], kind="guarantee_company")
        assert find_alerts(institution=LENDER, on=DRAWN, now=LATER) == 0


@pytest.mark.parametrize(("days", "count"), [(0, 1), (3, 1), (4, 0)])
def test_money_passed_on_within_three_days_is_an_alert(lent: Lent, days: int, count: int) -> None:
    with scoped(SYSTEM):
        card = BankCard.objects.get()
        other = copy_loan(lent.loan, lent.story.person(somebody_else(lent)).ref,
                          household_id=None, payee=None, contract_ref=uuid4())  # fmt: skip
        line(other, card.number_hash, DRAWN + timedelta(days))
        on = DRAWN + timedelta(9)
        assert find_alerts(institution=LENDER, on=on, now=LATER) == count
        kinds = list(LoanAlert.objects.values_list("kind", "borrowers"))
    assert kinds == [("passed_on", 2)] * count


def test_who_pays_the_own_loan_passed_nothing_on(lent: Lent) -> None:
    with scoped(SYSTEM):
        line(lent.loan, BankCard.objects.get().number_hash, DRAWN)
        assert find_alerts(institution=LENDER, on=DRAWN, now=LATER) == 0


@pytest.mark.parametrize(
    ("account", "is_known"),
    [
        ("9999801234567890124", True), ("9999 8012-3456 7890124", True), ("6222****0124", False),
        ("", False), ("62220", False), ("甲乙丙丁甲乙丙丁甲乙丙丁", False),
    ],
)  # fmt: skip
def test_a_payer_is_known_by_a_whole_number_alone(account: str, *, is_known: bool) -> None:
    found = payer_mark(account)
    assert (found == card_mark("9999801234567890124")) is is_known
    assert (found is None) is not is_known
