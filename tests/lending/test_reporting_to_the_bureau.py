"""Lin writes consents and notices down; Chen reports months; the file is checked and corrected."""

from __future__ import annotations

import json
from datetime import date

import pytest

from tests.journeys.test_exporting_a_list import past_second_factor
from tests.lending.loans import Lender, nothing_moves
from tests.people import NOW
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.refs import new_ref
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.bureau_check import faults
from xinnong.core.schedule.terms import Method
from xinnong.lending.models import (
    Application,
    BureauDelivery,
    Contract,
    Loan,
    Offer,
)
from xinnong.lending.services import repay_by_value_date
from xinnong.lending.services.bureau import (
    MonthNotKept,
    RecordedAlready,
    TooEarly,
    file_lines,
    record_consent,
    record_notice,
    report_month,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PAPER = "ab" * 32
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
TODAY = date(2026, 3, 20)


def begin(lender: Lender) -> Loan:
    """Drawn on New Year's Day, first due on 1 February, not paid by the end of February."""
    made = lender.draw(9_000_000, on=JANUARY, method=Method.EQUAL_PRINCIPAL, number_of_repayments=6)
    lender.end(date(2026, 2, 28))
    sign(lender, made, "seed_and_fertiliser", made.principal_minor)
    return made


def test_without_consent_nothing_is_reported(lender: Lender, loan: Loan) -> None:
    done = report(lender, JANUARY)
    assert done.delivery is None
    assert done.withheld == {"bureau.no_consent": 1}
    with scoped(SYSTEM):
        assert not BureauDelivery.objects.exists()


def test_a_month_is_reported_once_byte_for_byte(lender: Lender, loan: Loan) -> None:
    consent(lender, loan)
    first = report(lender, JANUARY)
    assert first.is_new
    lines = written(first.delivery)
    head, sent, end = map(json.loads, lines)
    assert head == {"schema": 1, "institution": "BANK-01", "month": "2026-01", "number": 1}
    assert sent["kind"] == "opened"
    assert sent["record"]["base"]["AD03"] == "52"
    assert sent["record"]["latest"]["balance"] == 90_000
    assert sent["record"]["months"] == "/" * 23 + "*"
    assert faults(sent["record"]) == []
    assert end == {"records": 1, "corrections": 0, "sha256": first.delivery.sha256}
    again = report(lender, JANUARY)
    assert not again.is_new
    assert written(again.delivery) == lines


def test_a_bad_record_waits_until_the_borrower_was_told(lender: Lender, loan: Loan) -> None:
    consent(lender, loan)
    assert report(lender, FEBRUARY).withheld == {"bureau.not_told": 1}
    notice(lender, loan, date(2026, 2, 19))
    assert report(lender, FEBRUARY).withheld == {"bureau.not_told": 1}
    notice(lender, loan, date(2026, 2, 18))
    done = report(lender, FEBRUARY)
    sent = json.loads(written(done.delivery)[1])
    assert done.withheld == {}
    assert sent["record"]["months"] == "/" * 22 + "*1"
    assert sent["record"]["latest"]["overdue_since"] == "2026-02-01"


def test_a_late_month_nobody_was_told_of_stays_unknown_later(lender: Lender, loan: Loan) -> None:
    consent(lender, loan)
    lender.repay(loan, 5_000_000, date(2026, 3, 1))
    lender.end(date(2026, 3, 31))
    sent = json.loads(written(report(lender, date(2026, 3, 1)).delivery)[1])
    assert sent["kind"] == "monthly"
    assert sent["record"]["months"] == "/" * 21 + "*#M"


def test_a_payment_found_later_corrects_what_was_reported(lender: Lender, loan: Loan) -> None:
    consent(lender, loan)
    notice(lender, loan, date(2026, 2, 18))
    before = report(lender, FEBRUARY)
    repay_by_value_date(
        **lender.asked(date(2026, 3, 1)), loan_ref=loan.ref, amount_minor=1_600_000,
        counts_from=date(2026, 2, 1), channel="transfer",
    )  # fmt: skip
    after = report(lender, FEBRUARY)
    sent = json.loads(written(after.delivery)[1])
    assert (after.delivery.number, after.delivery.corrections) == (2, 1)
    assert sent["kind"] == "correction"
    assert sent["record"]["latest"]["overdue"] == 0
    assert sent["record"]["months"] == "/" * 22 + "*N"
    assert '"overdue":15' in written(before.delivery)[1].decode()


def test_a_settled_loan_is_closed_in_its_month(lender: Lender, loan: Loan) -> None:
    consent(lender, loan)
    lender.repay(loan, 20_000_000, date(2026, 3, 1), settles=True)
    lender.draw(1_000_000, on=date(2026, 3, 1), method=Method.AT_MATURITY, contract_ref=loan.ref)
    lender.end(date(2026, 3, 31))
    sent = json.loads(written(report(lender, date(2026, 3, 1)).delivery)[1])
    assert sent["kind"] == "closed"
    assert sent["record"]["months"].endswith("C")
    assert sent["record"]["special"][0]["type"] == "5"


def test_a_month_that_has_not_ended_is_refused(lender: Lender, loan: Loan) -> None:
    with nothing_moves(), pytest.raises(MonthNotKept):
        report(lender, date(2026, 3, 1))


@pytest.mark.parametrize("told_on", [date(2025, 12, 31), date(2026, 3, 21)])
def test_a_notice_of_an_impossible_day_is_refused(
    lender: Lender, loan: Loan, told_on: date
) -> None:
    with pytest.raises(TooEarly):
        notice(lender, loan, told_on)


def test_a_consent_and_a_notice_are_recorded_once(lender: Lender, loan: Loan) -> None:
    consent(lender, loan)
    notice(lender, loan, date(2026, 2, 18))
    with pytest.raises(RecordedAlready):
        consent(lender, loan)
    with pytest.raises(RecordedAlready):
        notice(lender, loan, date(2026, 2, 18))


def test_the_pages_record_report_and_hand_out(lender: Lender, loan: Loan) -> None:
    lin, chen = past_second_factor(lender.people.lin), past_second_factor(lender.people.chen)
    beside = f"/loans/{loan.ref}/bureau/"
    assert lin.get(beside).status_code == 200
    assert lin.post(beside, {"step": "consent", "consented_on": "x"}).status_code == 422
    from django.core.files.uploadedfile import SimpleUploadedFile

    scan = SimpleUploadedFile("consent.pdf", b"%PDF a consent")
    said = {"step": "consent", "consented_on": "2026-01-01", "paper": scan}
    assert lin.post(beside, said).status_code == 302
    said = {"step": "notice", "told_on": "2026-02-18", "how": "letter", "reference": "EMS 1"}
    assert lin.post(beside, said).status_code == 302
    assert lin.post(beside, said).status_code == 422
    assert lin.get("/loans/bureau/").status_code == 403
    assert chen.get("/loans/bureau/").status_code == 200
    assert chen.post("/loans/bureau/", {"month": "2026-13"}).status_code == 422
    assert chen.post("/loans/bureau/", {"month": "2026-07"}).status_code == 422
    assert chen.post("/loans/bureau/", {"month": "2026-02"}).status_code == 302
    with scoped(SYSTEM):
        ref = BureauDelivery.objects.get().ref
    sent = chen.get(f"/loans/bureau/{ref}/")
    assert len(b"".join(sent).splitlines()) == 3
    zhao = past_second_factor(lender.people.zhao)
    assert zhao.get(beside).status_code == 404


def consent(lender: Lender, loan: Loan) -> None:
    with scoped(lender.people.lin):
        record_consent(
            actor=lin_of(lender), loan=loan, consented_on=JANUARY, paper_sha256=PAPER, now=NOW,
            today=TODAY,
        )  # fmt: skip


def notice(lender: Lender, loan: Loan, told_on: date) -> None:
    with scoped(lender.people.lin):
        record_notice(
            actor=lin_of(lender), loan=loan, told_on=told_on, how="letter", reference="EMS 1",
            now=NOW, today=TODAY,
        )  # fmt: skip


def sign(lender: Lender, loan: Loan, purpose: str, limit_minor: int) -> None:
    """The signed paper behind a loan on credit."""
    assert lender.bank.code == loan.institution
    owned = {
        "institution": loan.institution, "area12": loan.area12, "household_id": 1,
        "person": loan.person,
    }  # fmt: skip
    with scoped(SYSTEM):
        offer = Offer.objects.get(institution=loan.institution, product=loan.product)
        application = Application.objects.create(
            ref=new_ref(), offer=offer, channel="desk", state="approved",
            amount_minor=loan.principal_minor, months=6, method="equal_principal",
            security="credit", payee="own_card", purpose=purpose,
            submitted_by=loan.person, submitted_at=NOW, expires_on=TODAY, **owned,
        )  # fmt: skip
        Contract.objects.create(
            ref=loan.contract_ref, application=application, terms=b"{}", sha256=PAPER,
            limit_minor=limit_minor, rate_percent=4, late_percent=6, starts_on=JANUARY,
            ends_on=date(2027, 1, 1), security="credit", payee="own_card", state="in_force",
            drafted_by=loan.person, drafted_at=NOW, signed_how="face_to_face", signed_at=NOW,
            officer=loan.person, identity_check="1", photo="1", scan_sha256=PAPER, **owned,
        )  # fmt: skip


def lin_of(lender: Lender) -> User:
    return lender.people.lin


def report(lender: Lender, month: date):  # type: ignore[no-untyped-def]  # noqa: ANN201
    return report_month(actor=SYSTEM_ACTOR, institution=lender.bank, month=month, now=NOW)


def written(delivery: BureauDelivery | None) -> list[bytes]:
    assert delivery is not None
    with scoped(SYSTEM):
        return list(file_lines(delivery))
