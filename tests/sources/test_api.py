from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.people import NOW, People, client_of
from tests.sources.files import person, write_csv
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services.tokens import issue_token
from xinnong.sources import deliveries
from xinnong.sources.models import Delivery

pytestmark = pytest.mark.django_db
API = "/api/v1"
BOTH = (Permission.DELIVER_BATCH, Permission.READ_BATCHES)


def program(people: People, institution: str, *scopes: Permission) -> Client:
    """A program of an institution with a token."""
    from django.utils import timezone

    now = timezone.now()
    with scoped(people.ou):
        token = issue_token(
            actor=people.ou,
            client=client_of(institution),
            scopes=scopes,
            lifetime=timedelta(days=1),
            now=now,
        )
    return Client(headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def police(people: People) -> Client:
    return program(people, "DEPT-POLICE", *BOTH)


@pytest.fixture
def october(tmp_path: Path) -> Path:
    rows = [person(number) for number in range(1, 10)]
    rows.append(person(10) | {"身份证号": "339981198001020001"})
    return write_csv(tmp_path / "person_20261031.csv", rows)


def deliver(api: Client, path: Path, **form: str) -> Any:
    upload = SimpleUploadedFile(path.name, path.read_bytes())
    return api.post(f"{API}/deliveries", {"file": upload, **form})


def work_through() -> None:
    with scoped(SYSTEM):
        waiting = list(Delivery.objects.filter(state="received"))
    for delivery in waiting:
        deliveries.check_delivered(delivery.pk, clock=lambda: NOW)


def test_it_takes_a_file_and_reports_every_row(police: Client, october: Path) -> None:
    answer = deliver(police, october)
    assert answer.status_code == 202
    taken = answer.json()
    assert (taken["file"], taken["state"], taken["batches"]) == (
        "person_20261031.csv",
        "received",
        [],
    )
    work_through()
    done = police.get(f"{API}/deliveries/{taken['ref']}").json()
    (report,) = done["batches"]
    assert done["state"] == "done"
    assert (report["class"], report["as_of"], report["state"]) == ("person", "2026-10-31", "live")
    assert [report[k] for k in ("read", "accepted", "repaired", "quarantined", "duplicate")] == [
        10,
        9,
        0,
        1,
        0,
    ]
    assert report["reasons"] == {"rid.check": 1}
    assert police.get(f"{API}/batches/{report['ref']}").json() == report
    assert police.get(f"{API}/batches").json() == {"batches": [report], "next_before": None}


def test_it_gives_the_error_file_back(police: Client, october: Path) -> None:
    deliver(police, october)
    work_through()
    (report,) = police.get(f"{API}/batches").json()["batches"]
    answer = police.get(report["error_file"])
    assert answer.status_code == 200
    assert b"".join(answer).decode().splitlines()[1].startswith("339981198001020001")


def test_it_has_no_error_file_where_nothing_was_wrong(police: Client, tmp_path: Path) -> None:
    deliver(police, write_csv(tmp_path / "person_20261031.csv", [person(1)]))
    work_through()
    (report,) = police.get(f"{API}/batches").json()["batches"]
    assert report["error_file"] is None
    answer = police.get(f"{API}/batches/{report['ref']}/errors")
    assert (answer.status_code, answer.json()["code"]) == (422, "error_file.none")


def test_it_refuses_as_a_problem_document(police: Client, tmp_path: Path) -> None:
    path = tmp_path / "person.exe"
    path.write_bytes(b"MZ")
    answer = deliver(police, path)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert answer.json()["code"] == "file.format"
    with scoped(SYSTEM):
        assert Delivery.objects.count() == 0


def test_it_needs_a_token_with_the_verb(people: People, client: Client, october: Path) -> None:
    assert deliver(client, october).status_code == 401
    reader = program(people, "DEPT-POLICE", Permission.READ_BATCHES)
    assert deliver(reader, october).status_code == 403
    with scoped(SYSTEM):
        assert Delivery.objects.count() == 0


def test_it_hides_what_another_institution_delivered(
    police: Client, people: People, october: Path
) -> None:
    taken = deliver(police, october).json()
    work_through()
    (report,) = police.get(f"{API}/batches").json()["batches"]
    housing = program(people, "DEPT-HOUSING", *BOTH)
    assert housing.get(f"{API}/deliveries/{taken['ref']}").status_code == 404
    assert housing.get(f"{API}/batches/{report['ref']}").status_code == 404
    assert housing.get(report["error_file"]).status_code == 404
    assert housing.get(f"{API}/batches").json()["batches"] == []


def test_it_keeps_a_lenders_deliveries_to_that_lender(
    people: People, tmp_path: Path, october: Path
) -> None:
    bank, rival = program(people, "BANK-01", *BOTH), program(people, "BANK-02", *BOTH)
    loans = tmp_path / "loan_history_20261031.csv"
    loans.write_text("机构代码,合同号\nBANK-01,1\n", encoding="utf-8")
    assert deliver(bank, loans).status_code == 202
    work_through()
    (report,) = bank.get(f"{API}/batches").json()["batches"]
    assert (report["class"], report["refused"]) == ("loan_history", "column.key_missing")
    assert rival.get(f"{API}/batches/{report['ref']}").status_code == 404
    county = program(people, "DEPT-POLICE", *BOTH)
    assert county.get(f"{API}/batches/{report['ref']}").status_code == 404


def test_it_lists_the_contracts_of_the_institution(police: Client, people: People) -> None:
    names = [one["name"] for one in police.get(f"{API}/contracts").json()["classes"]]
    assert names == ["person", "hukou_member", "residence", "vehicle"]
    assert police.get(f"{API}/contracts/person").json()["key"] == ["rid"]
    assert police.get(f"{API}/contracts/subsidy").status_code == 404
