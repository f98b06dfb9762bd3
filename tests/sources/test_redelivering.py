"""The same rows again: mended, older, at the same moment, or from a file still being written."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.urls import reverse

from tests.people import NOW, People
from tests.sources.files import HOMESTEAD_HEADER, homesteads, person, write_csv
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.analytics.contracts import load_contracts
from xinnong.analytics.engine import Engine
from xinnong.analytics.linking.live import LakeFile, add_live_view
from xinnong.sources import deliveries, queries
from xinnong.sources.importing import Order, check_file, opened
from xinnong.sources.models import Batch, BatchState, Delivery
from xinnong.sources.services import Deliverer
from xinnong.sources.views.shown import refusal_of

pytestmark = pytest.mark.django_db


def bring(path: Path, progress: Callable[[int, int], None] = lambda _done, _total: None) -> Batch:
    """Import one file as the machine's own command does."""
    with opened(path) as files:
        (batch,) = check_file(files[0], Order(Deliverer.installation(), lambda: NOW), progress)
    return batch


def live_values(class_name: str, column: str, folder: Path, on: date) -> list[object]:
    """What a class says on a day, by the view that the county refresh reads."""
    with scoped(SYSTEM):
        found = [one for one in queries.live_batches() if one.class_name == class_name]
    lake = folder / "lake"
    files = [
        LakeFile(
            one.batch, class_name, lake / one.path, None, one.as_of, NOW,
            "full" if one.mode == "full" else "delta",
        )
        for one in found
        if one.as_of <= on
    ]  # fmt: skip
    workdir = folder / f"engine{on}"
    workdir.mkdir()
    with Engine(workdir, memory_limit="500MB", threads=1) as engine:
        add_live_view(engine, load_contracts()[class_name], files)
        return [row[0] for row in engine.query(f"SELECT {column} FROM live_{class_name}")]


def test_it_takes_the_mended_rows_of_a_full_delivery(people: People, tmp_path: Path) -> None:
    rows = homesteads(40)
    bring(write_csv(tmp_path / "homestead_20260930.csv", rows, header=HOMESTEAD_HEADER))
    spoilt = [row | {"是否发证": "也许"} if n < 4 else row for n, row in enumerate(rows)]
    october = bring(write_csv(tmp_path / "homestead_20261031.csv", spoilt, header=HOMESTEAD_HEADER))
    assert (october.state, october.accepted, october.quarantined) == (BatchState.LIVE, 36, 4)
    mended = tmp_path / "homestead_20261031.errors.csv"
    rest = bring(write_csv(mended, rows[:4], header=HOMESTEAD_HEADER))
    assert (rest.refused, rest.state, rest.accepted) == ("", BatchState.LIVE, 4)


def test_the_date_of_the_data_decides_and_never_the_arrival(
    people: People, tmp_path: Path, own_data_folder: Path
) -> None:
    for day, state in (("20261031", "死亡"), ("20260930", "正常")):
        bring(write_csv(tmp_path / f"person_{day}.csv", [person(1) | {"状态": state}]))
    october = live_values("person", "state", own_data_folder, date(2026, 10, 31))
    september = live_values("person", "state", own_data_folder, date(2026, 9, 30))
    assert (october, september) == (["死亡"], ["正常"])


def test_it_refuses_a_file_that_is_still_being_written(people: People, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "person_20261031.csv", [person(1), person(2)])

    def copied_on(_done: int, _total: int) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write("33998")

    batch = bring(path, copied_on)
    assert (batch.state, batch.refused, batch.lake_path) == (
        BatchState.REFUSED, "file.changed", "",
    )  # fmt: skip
    with scoped(SYSTEM):
        assert queries.live_batches() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_two_stewards_at_once_bring_every_row_once(people: People, tmp_path: Path) -> None:
    first = write_csv(tmp_path / "person_20261031.csv", [person(n) for n in range(1, 40)])
    second = write_csv(tmp_path / "person_20261031_2.csv", [person(n) for n in range(20, 60)])
    found: list[Batch] = []

    def deliver(path: Path) -> None:
        try:
            found.append(bring(path))
        finally:
            connections.close_all()

    both = [threading.Thread(target=deliver, args=(path,)) for path in (first, second)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert {batch.state for batch in found} == {BatchState.LIVE}
    assert sum(batch.accepted for batch in found) == 59
    assert sum(batch.duplicate for batch in found) == 20


def reported(client: Client, people: People, path: Path) -> Batch:
    """Deliver through the page, as the police's steward, and let the check run."""
    client.force_login(people.zhou)
    client.post("/data/deliver/", {"file": SimpleUploadedFile(path.name, path.read_bytes())})
    with scoped(SYSTEM):
        delivery = Delivery.objects.latest("pk")
    deliveries.check_delivered(delivery.pk, clock=lambda: NOW)
    with scoped(SYSTEM):
        return Batch.objects.get(delivery=delivery)


def test_the_report_offers_the_rows_for_a_spreadsheet(
    client: Client, people: People, tmp_path: Path
) -> None:
    rows = [person(1), person(2) | {"身份证号": "1.23E+17"}]
    batch = reported(client, people, write_csv(tmp_path / "person_20261031.csv", rows))
    address = reverse("sources:error_file", args=[batch.ref])
    assert f"{address}?kind=xlsx" in client.get(f"/data/batches/{batch.ref}/").content.decode()
    answer = client.get(address, {"kind": "xlsx"})
    assert answer["Content-Disposition"].endswith("person_20261031.errors.xlsx")
    assert b"".join(answer).startswith(b"PK")


def test_the_report_names_the_column_that_is_missing(
    client: Client, people: People, tmp_path: Path
) -> None:
    header = ("身份证号", "姓名", "户籍地")
    path = write_csv(tmp_path / "person_20261031.csv", [person(1)], header=header)
    batch = reported(client, people, path)
    assert (batch.refused, batch.missing_columns) == ("column.missing", ["状态"])
    page = client.get(f"/data/batches/{batch.ref}/").content.decode()
    assert "缺少的列：状态" in page


def test_the_report_says_how_far_a_full_delivery_shrank(people: People, tmp_path: Path) -> None:
    for day, count in (("20260930", 40), ("20261031", 4)):
        path = tmp_path / f"homestead_{day}.csv"
        batch = bring(write_csv(path, homesteads(count), header=HOMESTEAD_HEADER))
    told = refusal_of(batch)
    assert batch.refused == "band.shrunk"
    assert told is not None
    assert "这次 4 行，上一期 40 行" in str(told.says)
