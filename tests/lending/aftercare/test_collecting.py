"""Lin collects what Wang owes: within the law, on record, and by promises that are checked."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.factories import LENDER, signed_in
from tests.journeys.test_exporting_a_list import past_second_factor
from tests.lending.aftercare.conftest import Lent
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.core.errors import Refused
from xinnong.lending.models import CollectionLetter
from xinnong.lending.queries.collecting import contacts_of, late_loans, promise_states
from xinnong.lending.services.collecting import send_letter
from xinnong.lending.services.contract_repayments import repay_loan
from xinnong.privacy.models import Listing, Read

pytestmark = pytest.mark.slow  # a published county is made first
QUEUE = "/loans/collections/"


def refused(lent: Lent, days: int = 5, **said: Any) -> list[str]:
    """The codes of everything that forbids a contact; nothing is written."""
    lent.late(days)
    before = lent.contacts()
    with pytest.raises(Refused) as refusal:
        lent.contact(lent.noon(days + 1), **said)
    assert lent.contacts() == before
    found = [each.code for each in getattr(refusal.value, "problems", ())]
    return found or [refusal.value.code]


def test_a_call_stands_on_record_with_what_was_owed(lent: Lent) -> None:
    lent.late(5)
    made = lent.contact(lent.noon(6))
    assert (made.kind, made.days_past_due, made.by) == ("call", 6, lent.lin.ref)
    assert made.owed_minor > 3_000_000
    with scoped(SYSTEM):
        entry = Entry.objects.get(action="lending.record-contact")
    assert (entry.actor, entry.subject) == (lent.lin.ref, lent.loan.ref)


def test_the_same_key_writes_once(lent: Lent) -> None:
    lent.late(5)
    key = uuid4()
    refs = {lent.contact(lent.noon(6), key=key).ref for _again in range(2)}
    assert (len(refs), lent.contacts()) == (1, 1)


@pytest.mark.parametrize("party", ["other", "neighbour", ""])
def test_no_third_party_hears_of_a_debt(lent: Lent, party: str) -> None:
    assert refused(lent, party=party) == ["collection.third_party"]


@pytest.mark.parametrize(("hour", "minute"), [(7, 59), (22, 0), (23, 30), (0, 5)])
@pytest.mark.parametrize("kind", ["call", "visit"])
def test_nobody_is_called_at_night(lent: Lent, hour: int, minute: int, kind: str) -> None:
    at = lent.noon(5).replace(hour=hour, minute=minute)
    assert refused(lent, kind=kind, at=at) == ["collection.outside_hours"]


def test_a_note_may_be_written_late(lent: Lent) -> None:
    lent.late(5)
    at = lent.noon(5).replace(hour=23)
    assert lent.contact(lent.noon(6), kind="note", at=at).kind == "note"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"said": "   "}, "collection.nothing_said"),
        ({"said": "说" * 501}, "collection.too_long"),
        ({"said": "号码 138 0000 0000 打不通"}, "collection.number_in_text"),
        ({"said": "再不还就曝光"}, "collection.threat"),
        ({"kind": "fax"}, "collection.unknown"),
        ({"next_step": "call"}, "collection.next_step"),
        ({"next_step": "beat"}, "collection.unknown"),
        ({"kind": "promise"}, "collection.promise_of_nothing"),
    ],
)
def test_what_is_no_contact_is_refused_by_name(lent: Lent, said: dict[str, Any], code: str) -> None:
    assert code in refused(lent, **said)


def test_what_has_not_happened_cannot_be_recorded(lent: Lent) -> None:
    assert refused(lent, at=lent.noon(7)) == ["collection.not_yet"]


def test_three_times_a_day_is_enough(lent: Lent) -> None:
    lent.late(5)
    for minutes in range(3):
        lent.contact(lent.noon(6) + timedelta(minutes=minutes))
    with pytest.raises(Refused) as refusal:
        lent.contact(lent.noon(6) + timedelta(minutes=9))
    assert [each.code for each in refusal.value.problems] == ["collection.too_often"]  # type: ignore[attr-defined]


def test_a_promise_beyond_what_is_owed_or_far_away_is_none(lent: Lent) -> None:
    day = lent.loan.matures_on
    much: dict[str, Any] = {"promised_minor": 10**9, "promised_on": day + timedelta(10)}
    assert refused(lent, kind="promise", **much) == ["collection.promise_too_much"]
    far: dict[str, Any] = {"promised_minor": 100, "promised_on": day + timedelta(200)}
    assert refused(lent, kind="promise", **far) == ["collection.promise_day"]


def test_nothing_is_collected_of_a_loan_that_is_not_late(lent: Lent) -> None:
    with pytest.raises(Refused) as refusal:
        lent.contact(lent.noon(-100))
    assert refusal.value.code == "collection.not_late"


@pytest.mark.parametrize("who", ["zhao", "xu", "wu", "mo"])
def test_nobody_else_collects(lent: Lent, who: str) -> None:
    lent.late(5)
    with pytest.raises(Refused) as refusal:
        lent.contact(lent.noon(6), actor=getattr(lent.story.people, who))
    assert refusal.value.code == "application.not_yours"


@pytest.mark.parametrize(("paid", "state"), [(0, "broken"), (40_000, "partly"), (100_000, "kept")])
def test_a_promise_is_judged_by_what_was_paid(lent: Lent, paid: int, state: str) -> None:
    lent.late(5)
    day = lent.loan.matures_on
    promise: dict[str, Any] = {"promised_minor": 100_000, "promised_on": day + timedelta(8)}
    lent.contact(lent.noon(6), kind="promise", **promise)
    assert promise_of(lent) == ("open", "open")
    if paid:
        with scoped(lent.lin):
            repay_loan(
                actor=lent.lin, loan=lent.again(), amount_minor=paid, channel="cash",
                now=lent.noon(6) + timedelta(hours=1), key=uuid4(),
            )  # fmt: skip
    lent.late(8)
    assert promise_of(lent) == (state, state)


def promise_of(lent: Lent) -> tuple[str, str]:
    """What became of the promise: by the reference, and by the statement of the queue."""
    with scoped(SYSTEM):
        from xinnong.lending.queries.loans import open_day_of

        on = open_day_of(LENDER)
        assert on is not None
        loan = lent.again()
        found = promise_states(loan, contacts_of(loan), on=on)
        row = late_loans(LENDER, on).get(loan=loan)
    return str(next(iter(found.values()))), row.promise


def test_a_letter_is_set_in_chinese_and_kept(lent: Lent) -> None:
    lent.late(40)
    key, pay_by = uuid4(), lent.loan.matures_on + timedelta(60)
    with scoped(lent.lin):
        letters = [
            send_letter(
                actor=lent.lin, loan=lent.again(), kind="final", pay_by=pay_by,
                now=lent.noon(41), key=key,
            )
            for _again in range(2)
        ]  # fmt: skip
    assert letters[0].ref == letters[1].ref
    assert bytes(letters[0].document).startswith(b"%PDF")
    with scoped(SYSTEM):
        assert CollectionLetter.objects.count() == 1
    page = signed_in(lent.lin).get(f"/loans/letters/{letters[0].ref}.pdf")
    assert (page.status_code, page["Content-Type"]) == (200, "application/pdf")
    assert signed_in(lent.story.people.zhao).get(page.request["PATH_INFO"]).status_code == 404


def test_a_letter_that_asks_for_yesterday_is_refused(lent: Lent) -> None:
    lent.late(40)
    with pytest.raises(Refused) as refusal, scoped(lent.lin):
        send_letter(
            actor=lent.lin, loan=lent.again(), kind="final",
            pay_by=lent.loan.matures_on, now=lent.noon(41), key=uuid4(),
        )  # fmt: skip
    assert [each.code for each in refusal.value.problems] == ["collection.letter_day"]  # type: ignore[attr-defined]


def test_the_queue_shows_who_is_late_and_is_on_record(lent: Lent) -> None:
    lent.late(40)
    desk = signed_in(lent.lin)
    page = desk.get(QUEUE).content.decode()
    for text in ("王大山", "31–60 天", "还没联系过", "40"):
        assert text in page
    with scoped(SYSTEM):
        listing = Listing.objects.filter(asked="collections").last()
        assert listing is not None
        assert (listing.purpose, listing.shown) == ("servicing", 1)
    assert "王大山" not in signed_in(lent.story.people.zhao).get(QUEUE).content.decode()


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("bucket=31-60", True), ("bucket=1-30", False), ("promise=none", True),
        ("promise=broken", False), ("town=339981101", True), ("due=on", False),
        ("household=H000000000000", False), ("after=%00", True), ("after=99-1", True),
        ("after=1-1", False),
    ],
)  # fmt: skip
def test_filters_stand_in_the_address(lent: Lent, query: str, *, shown: bool) -> None:
    lent.late(40)
    page = signed_in(lent.lin).get(f"{QUEUE}?{query}")
    assert page.status_code == 200
    assert ("王大山" in page.content.decode()) is shown


@pytest.mark.parametrize("query", ["bucket=all", "promise=x", "town=110000000"])
def test_an_unknown_filter_selects_nobody(lent: Lent, query: str) -> None:
    lent.late(40)
    page = signed_in(lent.lin).get(f"{QUEUE}?{query}")
    assert page.status_code == 422
    assert "王大山" not in page.content.decode()


def test_a_name_is_looked_for_without_standing_in_the_address(lent: Lent) -> None:
    lent.late(40)
    desk = signed_in(lent.lin)
    assert "王大山" in desk.post(QUEUE, {"name": "王大山"}).content.decode()
    assert "还没联系过" not in desk.post(QUEUE, {"name": "李四"}).content.decode()
    assert desk.post(QUEUE, {"name": ""}).status_code == 422


def test_a_manager_carries_the_queue_out_without_names(lent: Lent) -> None:
    lent.late(40)
    sent = past_second_factor(lent.story.people.chen).post(f"{QUEUE}export/?bucket=31-60")
    text = sent.content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["days_past_due"] for row in rows] == ["40"]
    assert "王大山" not in text
    assert signed_in(lent.lin).post(f"{QUEUE}export/").status_code == 403
    unknown = past_second_factor(lent.story.people.chen).post(f"{QUEUE}export/?bucket=x")
    assert unknown.status_code == 422


def test_a_contact_is_put_on_record_on_the_page(lent: Lent) -> None:
    lent.late(5)
    desk, page = signed_in(lent.lin), f"/loans/{lent.loan.ref}/collection/"
    form = {
        "step": "contact", "key": str(uuid4()), "kind": "promise", "party": "borrower",
        "at": timezone.localtime(lent.noon(5)).strftime("%Y-%m-%dT%H:%M"), "said": "卖了猪就还",
        "promised_minor": "500", "promised_on": str(lent.loan.matures_on + timedelta(9)),
        "next_step": "", "next_at": "",
    }  # fmt: skip
    # the pages look at the real day, on which this loan's contact has not happened yet
    sent = desk.post(page, form)
    assert (sent.status_code, lent.contacts()) == (422, 0)
    assert "还没发生的联系不能登记" in sent.content.decode()
    assert "卖了猪就还" in sent.content.decode()
    now = timezone.localtime() - timedelta(minutes=1)
    at = now if 8 <= now.hour < 22 else now.replace(hour=12) - timedelta(1)
    form |= {"kind": "call", "party": "other", "at": at.strftime("%Y-%m-%dT%H:%M")}
    other = desk.post(page, form).content.decode()
    assert "不能找亲友、邻居、单位催收" in other
    assert desk.post(page, form | {"party": "borrower"}).status_code == 302
    assert "卖了猪就还" in desk.get(page).content.decode()
    with scoped(SYSTEM):
        read = Read.objects.filter(actor=lent.lin.ref, purpose="servicing").last()
        assert read is not None
        assert "collection" in read.fields


def test_the_borrower_reads_reminders_in_plain_words(lent: Lent) -> None:
    lent.live_until(lent.loan.matures_on - timedelta(7))
    home = signed_in(lent.story.people.wu)
    page = f"/borrow/loans/{lent.loan.ref}/"
    assert "再过 7 天要还" in home.get(page).content.decode()
    lent.late(1)
    shown = home.get(page).content.decode()
    assert "明天要还" in shown
    assert "已经晚了 1 天" in shown
    at_the_desk = signed_in(lent.lin).get(f"/loans/{lent.loan.ref}/", {"tab": "payments"})
    assert "已经晚了 1 天" in at_the_desk.content.decode()
