"""The job that works through an uploaded file, and what the waiting page shows meanwhile."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.people import NOW, People
from tests.sources.files import person, write_csv
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.sources import deliveries, importing, queries
from xinnong.sources.models import Batch, Delivery
from xinnong.sources.services.deliveries import start_delivery

pytestmark = pytest.mark.django_db
Deliver = Callable[..., Delivery]


@pytest.fixture
def deliver(people: People, client: Client) -> Deliver:
    """Hand a file in as the police's steward; the check still waits."""
    client.force_login(people.zhou)

    def run(path: Path, **form: str) -> Delivery:
        upload = SimpleUploadedFile(path.name, path.read_bytes())
        answer = client.post("/data/deliver/", {"file": upload, **form})
        assert answer.status_code == 302, answer.content.decode()
        with scoped(SYSTEM):
            return Delivery.objects.latest("pk")

    return run


@pytest.fixture
def october(tmp_path: Path) -> Path:
    rows = [person(number) for number in range(1, 10)]
    rows.append(person(10) | {"身份证号": "339981198001020001", "状态": "在"})
    return write_csv(tmp_path / "person_20261031.csv", rows)


def work_through(delivery: Delivery) -> int:
    return deliveries.check_delivered(delivery.pk, clock=lambda: NOW)


def reports(delivery: Delivery) -> list[Batch]:
    with scoped(SYSTEM):
        return list(Batch.objects.filter(delivery=delivery).order_by("pk"))


def test_it_checks_what_waits_and_removes_the_upload(
    deliver: Deliver, october: Path, people: People, own_data_folder: Path
) -> None:
    delivery = deliver(october)
    assert work_through(delivery) == 1
    (batch,) = reports(delivery)
    assert (batch.state, batch.read, batch.accepted, batch.quarantined) == ("live", 10, 9, 1)
    assert (batch.institution, batch.delivered_by) == (people.zhou.institution, people.zhou.ref)
    with scoped(SYSTEM):
        delivery.refresh_from_db()
        entries = Entry.objects.filter(subject=batch.ref)
        assert [(e.action, e.actor) for e in entries] == [("sources.commit", people.zhou.ref)]
    assert (delivery.state, delivery.finished_at) == ("done", NOW)
    assert [p for p in (own_data_folder / "spool").rglob("*") if p.is_file()] == []


def test_it_stops_asking_and_links_the_report(
    deliver: Deliver, october: Path, client: Client
) -> None:
    delivery = deliver(october)
    work_through(delivery)
    page = client.get(f"/data/deliveries/{delivery.ref}/").content.decode()
    (batch,) = reports(delivery)
    assert "hx-trigger" not in page
    assert f"/data/batches/{batch.ref}/" in page


def test_it_shows_every_row_of_the_report(deliver: Deliver, october: Path, client: Client) -> None:
    delivery = deliver(october)
    work_through(delivery)
    (batch,) = reports(delivery)
    page = client.get(f"/data/batches/{batch.ref}/").content.decode()
    assert "读入 10 = 入库 9 + 修复后入库 0 + 退回 1 + 重复 0" in page
    assert "rid.check" in page
    assert "enum.unknown" in page
    assert "3399************01" in page
    assert "339981198001020001" not in page
    assert "测试10" not in page


def test_it_gives_the_rows_back_with_reasons_and_remembers_it(
    deliver: Deliver, october: Path, client: Client, people: People
) -> None:
    delivery = deliver(october)
    work_through(delivery)
    (batch,) = reports(delivery)
    answer = client.get(f"/data/batches/{batch.ref}/errors/")
    lines = b"".join(answer).decode().splitlines()
    assert answer["Content-Disposition"].endswith("person_20261031.errors.csv")
    assert len(lines) == 2
    assert lines[0].endswith("错误原因,错误代码,处理办法,数据行号")
    assert lines[1].startswith("339981198001020001,测试10")
    assert lines[1].endswith(",10")
    with scoped(people.zhou):
        entry = Entry.objects.get(subject=batch.ref, action="sources.read-errors")
    assert (entry.actor, entry.counts) == (people.zhou.ref, {"batch": batch.pk, "rows": 1})


def test_it_takes_the_repaired_file_back(deliver: Deliver, october: Path, tmp_path: Path) -> None:
    work_through(deliver(october))
    fixed = write_csv(tmp_path / "fixed.csv", [person(10)])
    delivery = deliver(fixed, class_name="person", as_of="2026-10-31")
    work_through(delivery)
    (batch,) = reports(delivery)
    assert (batch.state, batch.accepted, batch.quarantined) == ("live", 1, 0)
    with scoped(SYSTEM):
        assert len(queries.live_batches()) == 2


def test_it_only_validates_when_asked(deliver: Deliver, october: Path, client: Client) -> None:
    delivery = deliver(october, validate_only="on")
    work_through(delivery)
    (batch,) = reports(delivery)
    assert (batch.state, batch.accepted) == ("checked", 9)
    with scoped(SYSTEM):
        assert queries.live_batches() == []
    assert "这次只校验，没有入库" in client.get(f"/data/batches/{batch.ref}/").content.decode()


def test_it_refuses_another_departments_file(deliver: Deliver, tmp_path: Path) -> None:
    path = tmp_path / "subsidy_20261031.csv"
    path.write_text("身份证号,补贴项目,金额,发放日期\n1,2,3,4\n", encoding="utf-8")
    delivery = deliver(path)
    work_through(delivery)
    (batch,) = reports(delivery)
    assert (batch.state, batch.refused) == ("refused", "class.not_yours")


def test_it_goes_on_after_a_kill_without_doing_a_file_twice(
    deliver: Deliver, october: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "two.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(october, "person_20261031.csv")
        packed.write(october, "person_20260930.csv")
    delivery = deliver(archive)
    checked: list[str] = []
    real = importing.check_file

    class Killed(BaseException):
        """As if the machine had been switched off: nothing is tidied up."""

    def until_the_second(file: object, *rest: object) -> object:
        if len(checked) == 1:
            raise Killed
        checked.append(file.name)  # type: ignore[attr-defined]
        return real(file, *rest)  # type: ignore[arg-type]

    with monkeypatch.context() as dying:
        dying.setattr(deliveries, "check_file", until_the_second)
        dying.setattr(deliveries, "_finish", lambda *args, **kwargs: None)
        with pytest.raises(Killed):
            work_through(delivery)
    assert work_through(delivery) == 2
    assert [(b.file, b.state) for b in reports(delivery)] == [
        ("two.zip!person_20261031.csv", "live"),
        ("two.zip!person_20260930.csv", "live"),
    ]
    assert work_through(delivery) == 2


def test_it_says_so_when_the_work_broke(
    deliver: Deliver, october: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = deliver(october)

    def broken(*args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(deliveries, "check_file", broken)
    with pytest.raises(RuntimeError):
        work_through(delivery)
    page = client.get(f"/data/deliveries/{delivery.ref}/").content.decode()
    assert "处理中断了" in page
    assert "hx-trigger" not in page


def test_it_notes_progress_at_most_once_a_second(deliver: Deliver, october: Path) -> None:
    delivery = deliver(october)
    with scoped(SYSTEM):
        start_delivery(delivery=delivery, now=NOW)
    beat = deliveries._beat(delivery, (0, 1), lambda: NOW)
    beat(10, 100)
    beat(20, 100)
    with scoped(SYSTEM):
        delivery.refresh_from_db()
    assert (delivery.done, delivery.total, delivery.files_total) == (10, 100, 1)


def test_the_list_says_where_nothing_came_in(
    deliver: Deliver, october: Path, client: Client, tmp_path: Path
) -> None:
    nameless = tmp_path / "nameless.csv"
    nameless.write_text("a,b\n1,2\n", encoding="utf-8")
    both = tmp_path / "both.zip"
    with zipfile.ZipFile(both, "w") as packed:
        packed.write(october, october.name)
        packed.write(nameless, nameless.name)
    said = {}
    for path, state in ((nameless, "整批退回"), (both, "有文件整批退回"), (october, "已处理")):
        delivery = deliver(path)
        work_through(delivery)
        row = client.get("/data/").content.decode().partition(f"/{delivery.ref}/")[2]
        said[state] = state in row.partition("</tr>")[0]
    assert all(said.values()), said
