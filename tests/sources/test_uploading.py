from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from tests.people import People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.sources import storage
from xinnong.sources.models import Batch, Delivery

pytestmark = pytest.mark.django_db

URL = "/data/deliver/"
CONTENT = "身份证号,姓名\n".encode()


@pytest.fixture
def zhou(people: People, client: Client) -> Client:
    """The police's steward, signed in."""
    client.force_login(people.zhou)
    return client


def upload(name: str = "person_20261031.csv", content: bytes = CONTENT) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def deliveries() -> list[Delivery]:
    with scoped(SYSTEM):
        return list(Delivery.objects.order_by("pk"))


def jobs() -> list[tuple[str, dict[str, object]]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args FROM procrastinate_jobs ORDER BY id")
        return [(name, json.loads(args)) for name, args in cursor.fetchall()]


def waiting_files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "spool").rglob("*") if path.is_file())


def nothing_moved(folder: Path) -> bool:
    left = list((folder / "uploads").iterdir())
    return (deliveries(), jobs(), waiting_files(folder), left) == ([], [], [], [])


def test_it_queues_the_file_and_shows_its_progress(
    zhou: Client, people: People, own_data_folder: Path
) -> None:
    answer = zhou.post(URL, {"file": upload(), "class_name": "person", "as_of": "2026-10-31"})
    (found,) = deliveries()
    assert (answer.status_code, answer["Location"]) == (302, f"/data/deliveries/{found.ref}/")
    assert (found.file, found.state, found.class_option) == (
        "person_20261031.csv",
        "received",
        "person",
    )
    assert found.allowed_classes == ["hukou_member", "person", "residence", "vehicle"]
    assert (found.institution, found.delivered_by) == (people.zhou.institution, people.zhou.ref)
    assert jobs() == [("sources.check_delivery", {"delivery": found.pk})]
    stored = own_data_folder / "spool" / found.spool
    assert (stored.read_bytes(), stored.stat().st_mode & 0o777) == (CONTENT, 0o600)
    page = zhou.get(answer["Location"]).content.decode()
    assert 'hx-trigger="every 1s"' in page
    fragment = zhou.get(answer["Location"], headers={"HX-Request": "true"}).content.decode()
    assert fragment.lstrip().startswith('<section class="card" id="delivery"')


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("person.exe", b"MZ", "格式"),
        ("person_20261031.csv", b"", "空"),
        ("person_20261031.xlsx", b"not a workbook", "格式"),
        ("person_20261031.zip", b"Rar!", "格式"),
        ("person_20261031.parquet", b"PARQUET", "格式"),
    ],
)
def test_it_refuses_what_is_not_a_readable_type(
    zhou: Client, own_data_folder: Path, name: str, content: bytes, words: str
) -> None:
    answer = zhou.post(URL, {"file": upload(name, content), "class_name": "person"})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert nothing_moved(own_data_folder)


def test_it_refuses_a_file_over_the_limit_of_its_type(
    zhou: Client, own_data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(storage.LARGEST, ".csv", 10)
    answer = zhou.post(URL, {"file": upload()})
    assert answer.status_code == 422
    assert nothing_moved(own_data_folder)


def test_it_refuses_a_huge_request_before_reading_it(zhou: Client, own_data_folder: Path) -> None:
    answer = zhou.post(URL, {"file": upload()}, CONTENT_LENGTH=str(6 * 1024**3))
    assert answer.status_code == 413
    page = answer.content.decode()
    assert "文件超过大小上限" in page
    assert "XLSX 每个不超过 200 MB，其他每个不超过 5 GB" in page
    assert 'type="file"' in page
    assert nothing_moved(own_data_folder)


@pytest.mark.parametrize("announced", ["whole", "sent"])
def test_it_takes_in_nothing_of_an_upload_that_broke_off(
    zhou: Client, own_data_folder: Path, announced: str
) -> None:
    whole = encode_multipart(BOUNDARY, {"file": upload(content=CONTENT * 50_000)})
    sent = whole[: len(whole) // 2]
    length = {"whole": len(whole), "sent": len(sent)}[announced]
    arrived: dict[str, Any] = {"wsgi.input": io.BytesIO(sent), "CONTENT_LENGTH": str(length)}
    answer = zhou.generic("POST", URL, sent, content_type=MULTIPART_CONTENT, **arrived)
    assert answer.status_code == 422
    assert 'type="file"' in answer.content.decode()
    assert nothing_moved(own_data_folder)


def test_it_keeps_what_was_typed_when_the_file_is_missing(
    zhou: Client, own_data_folder: Path
) -> None:
    answer = zhou.post(URL, {"class_name": "residence", "as_of": "2026-10-31"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert '<option value="residence" selected>' in page
    assert 'value="2026-10-31"' in page
    assert nothing_moved(own_data_folder)


def test_it_refuses_another_departments_class(zhou: Client, own_data_folder: Path) -> None:
    answer = zhou.post(URL, {"file": upload(), "class_name": "subsidy"})
    assert answer.status_code == 422
    assert nothing_moved(own_data_folder)


def test_it_refuses_a_date_in_the_future(zhou: Client, own_data_folder: Path) -> None:
    answer = zhou.post(URL, {"file": upload(), "as_of": "2999-01-01"})
    assert answer.status_code == 422
    assert "不能晚于今天" in answer.content.decode()
    assert nothing_moved(own_data_folder)


def test_it_needs_the_token_of_the_form(people: People, own_data_folder: Path) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(people.zhou)
    answer = strict.post(URL, {"file": upload()})
    assert answer.status_code == 403
    assert deliveries() == []


@pytest.mark.parametrize("name", ["lin", "zheng", "ou", "wu", "mo"])
def test_it_is_closed_to_everybody_else(
    people: People, client: Client, own_data_folder: Path, name: str
) -> None:
    client.force_login(getattr(people, name))
    assert client.get(URL).status_code == 403
    assert client.post(URL, {"file": upload()}).status_code == 403
    assert nothing_moved(own_data_folder)


def test_it_sends_strangers_to_sign_in(db: None, client: Client) -> None:
    answer = client.post(URL, {"file": upload()})
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\人口\\person_20261031.csv", "person_20261031.csv"),
        ("数据 (1).csv", "数据_(1).csv"),
        ("..", "file"),
        ("x" * 400 + ".csv", "x" * 116 + ".csv"),
        (".hidden.csv", "hidden.csv"),
    ],
)
def test_it_stores_under_a_plain_name(given: str, plain: str) -> None:
    assert storage.plain_name(given) == plain


def test_it_hides_a_delivery_from_other_departments(zhou: Client, people: People) -> None:
    zhou.post(URL, {"file": upload()})
    (found,) = deliveries()
    url = reverse("sources:delivery", args=[found.ref])
    assert zhou.get(url).status_code == 200
    zhou.force_login(people.sun)
    assert zhou.get(url).status_code == 404
    with scoped(SYSTEM):
        assert Batch.objects.count() == 0
