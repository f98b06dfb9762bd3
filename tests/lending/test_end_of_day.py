"""The end of a day: once, in order, resumed where it stopped, and by the command."""

from __future__ import annotations

import argparse
import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.lending.loans import DRAWN, HUNDRED_THOUSAND, Lender, nothing_moves
from tests.people import NOW
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.cli import eod
from xinnong.core.asset_class import AssetClass, LoanState, classify, reserves
from xinnong.core.schedule.terms import Method
from xinnong.ledger.models import Journal
from xinnong.lending.models import (
    BusinessDay,
    ClassChange,
    EodAccrual,
    EodRun,
    EodStep,
    Reminder,
    Standing,
)
from xinnong.lending.queries.day_sql import classed
from xinnong.lending.services import DayReport, end_day, end_days, offer_product
from xinnong.lending.services.end_of_day import STEPS, _once, _start
from xinnong.lending.services.eod_steps import Night
from xinnong.lending.services.loan_refusals import (
    CoreKeepsTheBook,
    DayClosing,
    DaysMissing,
    DayToCome,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
YEARS_LATER = date(2030, 12, 31)


def end(lender: Lender, on: date, *, today: date = YEARS_LATER) -> DayReport:
    return end_day(institution=lender.bank.code, on=on, today=today, clock=lambda: NOW)


def test_a_day_ends_once(lender: Lender) -> None:
    lender.draw()
    first = end(lender, DRAWN)
    assert (first.status, first.loans, first.transfers) == ("done", 1, 2)
    assert first.accrued_minor == 1_139
    assert first.provisions_delta_minor == HUNDRED_THOUSAND * 25 // 1000
    assert first.ledger_difference_minor == 0
    with nothing_moves():
        again = end(lender, DRAWN)
    assert (again.status, again.accrued_minor) == ("already", 1_139)
    with scoped(SYSTEM):
        assert EodAccrual.objects.count() == 1
        assert Journal.objects.filter(reason="eod").count() == 1


@pytest.mark.parametrize("stopped_after", range(len(STEPS)))
def test_it_goes_on_where_it_stopped(lender: Lender, stopped_after: int) -> None:
    loan = lender.draw(number_of_repayments=1)
    lender.end(date(2026, 4, 1))
    on = date(2026, 4, 2)
    _start(lender.bank.code, on, NOW)
    for step, work in STEPS[:stopped_after]:
        _once(Night(lender.bank.code, on), step, work, lambda: NOW)
    with nothing_moves(), pytest.raises(DayClosing):
        lender.repay(loan, 100, on)
    report = end(lender, on)
    assert report.status == "resumed"
    assert (report.reclassified, report.dunned, report.ledger_difference_minor) == (1, 1, 0)
    with scoped(SYSTEM):
        run = EodRun.objects.get(on=on)
        assert (run.step, run.state) == (EodStep.OPENED, "done")
        assert EodAccrual.objects.filter(on=on).count() == 1
        assert ClassChange.objects.filter(on=on).count() == 1
        assert Reminder.objects.filter(on=on, kind="overdue").count() == 1
        assert Journal.objects.filter(reason="eod", business_on=on).count() == 1
        assert BusinessDay.objects.get().open_on == on + timedelta(1)


def test_it_catches_up_over_missed_days_in_order(lender: Lender) -> None:
    lender.draw()
    with nothing_moves(), pytest.raises(DaysMissing):
        end(lender, DRAWN + timedelta(1))
    reports = lender.end(DRAWN + timedelta(4))
    assert [report.on for report in reports] == [DRAWN + timedelta(n) for n in range(5)]
    assert {report.status for report in reports} == {"done"}
    [already] = lender.end(DRAWN + timedelta(3))
    assert already.status == "already"


def test_it_refuses_a_day_to_come(lender: Lender) -> None:
    lender.draw()
    with nothing_moves(), pytest.raises(DayToCome):
        end(lender, DRAWN, today=DRAWN - timedelta(1))
    with nothing_moves(), pytest.raises(DayToCome):
        list(
            end_days(
                institution=lender.bank.code, through_on=DRAWN + timedelta(1), today=DRAWN,
                clock=lambda: NOW,
            )
        )  # fmt: skip


def test_a_lender_whose_core_keeps_the_book_posts_nothing(lender: Lender) -> None:
    rival = lender.people.zhao.institution
    assert rival is not None
    product = lender.products["inclusive"]
    with scoped(SYSTEM):
        offer_product(
            institution=rival.code, product=product, book_of_record="core",
            from_on=date(2026, 1, 1),
        )  # fmt: skip
    with nothing_moves(), pytest.raises(CoreKeepsTheBook):
        lender.draw(institution=rival)
    with nothing_moves():
        report = end_day(institution=rival.code, on=DRAWN, today=YEARS_LATER, clock=lambda: NOW)
    assert (report.status, report.loans, report.transfers) == ("done", 0, 0)


def test_it_sets_aside_what_the_worst_of_three_rules_asks(lender: Lender) -> None:
    good = lender.draw(5_000_000, method=Method.AT_MATURITY)
    bad = lender.draw(5_000_000, method=Method.AT_MATURITY, number_of_repayments=1)
    lender.end(date(2026, 7, 1))
    with scoped(SYSTEM):
        classes = {s.loan_id: s.asset_class for s in Standing.objects.all()}
    assert classes == {good.pk: 1, bad.pk: 3}
    asked = reserves([(5_000_000, AssetClass.NORMAL), (5_000_000, AssetClass.SUBSTANDARD)])
    assert lender.balance("130401") == asked.required_minor == 7_500_000


def test_the_command_prints_what_others_read(
    lender: Lender, capsys: pytest.CaptureFixture[str]
) -> None:
    lender.draw()
    asked = {"on": DRAWN, "through": None, "institution": None, "json": True}
    assert eod.run(argparse.Namespace(**asked)) == 0
    [told] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    seconds = told.pop("seconds")
    assert isinstance(seconds, float)
    assert told == {
        "date": "2026-03-01",
        "institution": lender.bank.code,
        "status": "done",
        "loans": 1,
        "accrued_yuan": "11.39",
        "reclassified": 0,
        "provisions_delta_yuan": "2500.00",
        "dunned": 0,
        "transfers": 2,
        "ledger_difference_yuan": "0.00",
    }
    assert eod.run(argparse.Namespace(**asked)) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "already"
    for nobody in ("NOPE", "POLICE", "GOV"):
        with nothing_moves():
            assert eod.run(argparse.Namespace(**(asked | {"institution": nobody}))) == 2
        assert f"there is no lender '{nobody}'" in capsys.readouterr().err
    far: dict[str, Any] = asked | {"on": timezone.localdate() + timedelta(1)}
    with nothing_moves():
        assert eod.run(argparse.Namespace(**far)) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "business date" in said.err


@pytest.mark.parametrize("on", [date(2020, 1, 1), date(2023, 6, 30), date(2023, 7, 1)])
def test_the_statement_classes_as_the_rule_does(on: date) -> None:
    from itertools import product

    from django.db import connection

    edges = (0, 1, 7, 8, 90, 91, 180, 181, 270, 271, 360, 361, 9999)
    flags = (False, True)
    watched = [(False, 1), (True, 1), (True, 2), (True, 3), (True, 5)]
    losses = (None, 0, 49, 50, 89, 90, 100)
    states = [
        (days, technical, misused, restructured, least, loss)
        for days, technical, misused, (restructured, least), loss in product(
            edges, flags, flags, watched, losses
        )
    ]
    worst, reasons = classed("days_past_due", "technical", on)
    rows = ", ".join(["(%s, %s::int, %s, %s, %s, %s, %s::int)"] * len(states))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {worst}, {reasons} FROM (VALUES {rows}) AS s(place, days_past_due, technical,"
            " misused, restructured, least_class, expected_loss_percent) ORDER BY place",
            [figure for place, state in enumerate(states) for figure in (place, *state)],
        )
        found = cursor.fetchall()
    for (days, technical, misused, restructured, least, loss), (asset_class, why) in zip(
        states, found, strict=True
    ):
        state = LoanState(
            days_past_due=days, technical=technical, misused=misused, restructured=restructured,
            least_class=AssetClass(least), expected_loss_percent=loss,
        )  # fmt: skip
        rightly = classify(state, on=on)
        assert (asset_class, tuple(why)) == (rightly.asset_class, rightly.reasons), state
