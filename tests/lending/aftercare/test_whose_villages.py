"""An officer of another village, and one of the borrower's own household, stay outside."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.factories import LENDER, signed_in
from tests.lending.aftercare.conftest import DRAWN, Lent
from tests.lending.origination.story import LATER, SUM
from tests.people import REED_VILLAGE
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.areas.models import Area
from xinnong.core.errors import Refused
from xinnong.lending.models import LoanCheck
from xinnong.lending.services.aftercare import do_check, make_checks
from xinnong.lending.services.collecting import send_letter

pytestmark = pytest.mark.slow  # a published county is made first


def check_of(lent: Lent) -> LoanCheck:
    make_checks(institution=LENDER, on=DRAWN + timedelta(15), now=LATER)
    with scoped(SYSTEM):
        return LoanCheck.objects.select_related("loan").get()


def test_an_officer_of_another_village_sees_nothing_of_it(lent: Lent) -> None:
    check = check_of(lent)
    lent.late(40)
    with scoped(lent.lin):
        letter = send_letter(
            actor=lent.lin, loan=lent.again(), kind="reminder",
            pay_by=lent.loan.matures_on + timedelta(60), now=lent.noon(41), key=uuid4(),
        )  # fmt: skip
    lent.lin.area_grants.all().delete()
    lent.lin.area_grants.create(area=Area.objects.get(code=REED_VILLAGE))
    desk = signed_in(lent.lin)
    for page in ("/loans/collections/", "/loans/checks/?whose=everybody"):
        assert "王大山" not in desk.get(page).content.decode()
    assert "还没联系过" not in desk.post("/loans/collections/", {"name": "王大山"}).content.decode()
    for page in (
        f"/loans/{lent.loan.ref}/collection/",
        f"/loans/{lent.loan.ref}/file/",
        f"/loans/{lent.loan.ref}/file.pdf",
        f"/loans/checks/{check.ref}/",
        f"/loans/letters/{letter.ref}.pdf",
    ):
        assert desk.get(page).status_code == 404, page


def test_nobody_collects_from_or_checks_the_own_household(lent: Lent) -> None:
    check = check_of(lent)
    lent.late(5)
    User.objects.filter(pk=lent.story.people.wu.pk).update(person_ref=None)
    User.objects.filter(pk=lent.lin.pk).update(person_ref=lent.story.borrower.ref)
    insider = User.objects.get(pk=lent.lin.pk)
    with pytest.raises(Refused) as contact:
        lent.contact(lent.noon(6), actor=insider)
    with pytest.raises(Refused) as look, scoped(insider):
        do_check(
            actor=insider, check=check, found="as_stated", said="看过", photos=[SUM], now=LATER,
            key=uuid4(),
        )  # fmt: skip
    assert {contact.value.code, look.value.code} == {"authority.own_household"}
    assert lent.contacts() == 0
