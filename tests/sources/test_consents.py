"""A consent counts for known scopes and known institutions only; any other row goes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.people import NOW, People
from tests.sources.files import rid, write_csv
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services import set_institution
from xinnong.analytics.contracts import load_contracts
from xinnong.analytics.contracts.declarations import CONSENT_SCOPES
from xinnong.analytics.contracts.export import contracts_json
from xinnong.areas.models import Area
from xinnong.sources.importing import Order, check_file, opened
from xinnong.sources.models import Batch
from xinnong.sources.services import Deliverer

pytestmark = pytest.mark.django_db

HEADER = ("身份证号", "告知书版本", "授权范围", "被授权机构", "签署日期", "渠道")
Bring = Callable[[list[dict[str, str]]], Batch]


def consent(number: int, **changes: str) -> dict[str, str]:
    row = dict(
        zip(
            HEADER,
            (rid(number), "2026-1", "land;income", "BANK-01", "2026-10-01", "面签"),
            strict=True,
        )
    )
    return {**row, **changes}


@pytest.fixture
def bring(people: People, tmp_path: Path) -> Bring:
    """Import consents as the machine's own command does."""

    def run(rows: list[dict[str, str]]) -> Batch:
        order = Order(Deliverer.installation(), lambda: NOW, as_of_option=date(2026, 10, 31))
        path = write_csv(tmp_path / "consent_20261031.csv", rows, header=HEADER)
        with opened(path) as files:
            (batch,) = [b for file in files for b in check_file(file, order, lambda _d, _t: None)]
        return batch

    return run


def reasons(batch: Batch) -> dict[str, int]:
    with scoped(SYSTEM):
        return {line.code: line.rows for line in batch.codes.filter(kind="reason")}


def counts(batch: Batch) -> tuple[int, ...]:
    return (batch.read, batch.accepted, batch.repaired, batch.quarantined, batch.duplicate)


def test_it_takes_scopes_however_they_are_joined(bring: Bring) -> None:
    told = (
        "land",
        "land;income",
        "Land；INCOME",
        "land， income、tax",
        "deposits|insurance;",
        "; land /tax",
    )
    batch = bring([consent(n, 授权范围=scopes) for n, scopes in enumerate(told, start=1)])
    assert counts(batch) == (6, 6, 0, 0, 0)


def test_it_takes_every_lender_and_the_service_of_the_county(bring: Bring) -> None:
    told = ("BANK-01", "BANK-02", "GOV-339981")
    assert counts(bring([consent(1, 被授权机构=one) for one in told])) == (3, 3, 0, 0, 0)


@pytest.mark.parametrize("scopes", ["收入", "land;wages", "land2", "全部", ";", "land-income"])
def test_it_puts_a_row_with_an_unknown_scope_aside(bring: Bring, scopes: str) -> None:
    batch = bring([consent(1), consent(2, 授权范围=scopes)])
    assert counts(batch) == (2, 1, 0, 1, 0)
    assert reasons(batch) == {"words.unknown": 1}


@pytest.mark.parametrize("recipient", ["BANK-77", "bank-01", "GOV-330381", "BANK-01-01", "某银行"])
def test_it_puts_a_row_with_an_unknown_recipient_aside(bring: Bring, recipient: str) -> None:
    batch = bring([consent(1), consent(2, 被授权机构=recipient)])
    assert counts(batch) == (2, 1, 0, 1, 0)
    assert reasons(batch) == {"recipient.unknown": 1}


def test_it_names_both_faults_of_a_row(bring: Bring) -> None:
    batch = bring([consent(1, 授权范围="收入", 被授权机构="某银行")])
    assert counts(batch) == (1, 0, 0, 1, 0)
    assert reasons(batch) == {"words.unknown": 1, "recipient.unknown": 1}


def test_it_takes_the_same_file_once_the_lender_is_registered(bring: Bring, people: People) -> None:
    rows = [consent(1), consent(2, 被授权机构="SLC-07")]
    assert counts(bring(rows)) == (2, 1, 0, 1, 0)
    assert people.lin.institution is not None
    county = Area.objects.get(code="339981000000")
    set_institution(
        code="SLC-07", kind="small_loan", name="第七小额贷款公司", name_en="", parent=None,
        operator=people.lin.institution.operator, area=county,
    )  # fmt: skip
    assert counts(bring(rows)) == (2, 1, 0, 0, 1)


def test_the_contract_tells_the_rule() -> None:
    fields = {field.name: field for field in load_contracts()["consent"].fields}
    assert fields["scopes"].words == CONSENT_SCOPES
    assert fields["recipient"].register == "recipients"
    told = next(c for c in contracts_json()["classes"] if c["name"] == "consent")  # type: ignore[attr-defined]
    assert json.dumps(list(CONSENT_SCOPES)) in json.dumps(told)
