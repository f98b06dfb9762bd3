"""Collections, checks, alerts and the file of due diligence, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.browser.conftest import Visit
from tests.browser.test_every_page import BEYOND_THE_EDGE, TOO_SMALL_TO_TOUCH, TOUCH_PX
from tests.factories import LENDER, Sample
from tests.journeys.test_exporting_a_list import past_second_factor
from tests.lending.aftercare.conftest import DRAWN, Lent, draw_now
from tests.lending.aftercare.test_alerts import copy_loan
from tests.lending.origination.story import LATER, told
from tests.people import People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.lending.models import Contract, Loan, LoanAlert, LoanCheck
from xinnong.lending.services.aftercare import make_checks
from xinnong.lending.services.alerts import find_alerts
from xinnong.lending.services.collecting import send_letter

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def lent(county: tuple[People, Sample], site: str) -> Iterator[Lent]:
    """Wang is forty days late, has promised and got a letter; somebody else's money came to his card."""
    people, sample = county
    with told(people, sample) as story:
        contract = story.in_force()
        story.bind(people.lin)
        with scoped(SYSTEM):
            contract = Contract.objects.get(pk=contract.pk)
        ref = draw_now(story, contract)
        with scoped(SYSTEM):
            loan = Loan.objects.select_related("product").get(ref=ref)
            copy_loan(loan, story.person("李大山").ref, household_id=None)
        made = Lent(story, contract, loan)
        make_checks(institution=LENDER, on=DRAWN + timedelta(15), now=LATER)
        find_alerts(institution=LENDER, on=DRAWN, now=LATER)
        made.late(40)
        day = loan.matures_on + timedelta(50)
        made.contact(made.noon(41), kind="promise", promised_minor=100_000, promised_on=day)
        with scoped(people.lin):
            send_letter(
                actor=people.lin, loan=made.again(), kind="reminder", pay_by=day,
                now=made.noon(41), key=uuid4(),
            )  # fmt: skip
        yield made


def addresses(lent: Lent) -> dict[str, str]:
    with scoped(SYSTEM):
        check, alert = LoanCheck.objects.get(), LoanAlert.objects.get(kind="card")
    return {
        "queue": "/loans/collections/",
        "record": f"/loans/{lent.loan.ref}/collection/",
        "checks": "/loans/checks/",
        "check": f"/loans/checks/{check.ref}/",
        "alerts": "/loans/alerts/",
        "alert": f"/loans/alerts/{alert.ref}/",
        "file": f"/loans/{lent.loan.ref}/file/",
        "loan": f"/loans/{lent.loan.ref}/",
    }


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_the_pages_fit_and_complain_of_nothing(
    lent: Lent, visit: Visit, language: str, phone: object
) -> None:
    manager = visit(past_second_factor(lent.story.people.chen), phone=phone, language=language)
    for name, address in addresses(lent).items():
        page = manager.open(address)
        assert page.evaluate(BEYOND_THE_EDGE) == [], name
        if phone:
            assert page.evaluate(TOO_SMALL_TO_TOUCH, TOUCH_PX) == [], name
    assert manager.complaints == []
    assert manager.outside == []


def test_the_borrower_reads_reminders_in_the_largest_text(lent: Lent, visit: Visit) -> None:
    farmer = visit(lent.story.people.wu, phone=True, size="largest")
    page = farmer.open(f"/borrow/loans/{lent.loan.ref}/")
    assert "已经晚了" in page.locator("#reminders").inner_text()
    assert page.evaluate(BEYOND_THE_EDGE) == []


def test_a_call_is_recorded_by_hand(lent: Lent, visit: Visit) -> None:
    officer = visit(lent.story.people.lin)
    page = officer.open(f"/loans/{lent.loan.ref}/collection/")
    at = timezone.localtime() - timedelta(days=1)
    page.fill("#id_at", at.replace(hour=10, minute=0).strftime("%Y-%m-%dT%H:%M"))
    page.fill("#id_said", "答应卖了茶叶来还")
    page.select_option("#id_party", "other")
    page.click("button[value=contact]")
    assert "不能找亲友、邻居、单位催收" in page.locator("#problems").inner_text()
    assert page.input_value("#id_said") == "答应卖了茶叶来还"
    page.select_option("#id_party", "borrower")
    page.click("button[value=contact]")
    assert "答应卖了茶叶来还" in page.locator("table").first.inner_text()
