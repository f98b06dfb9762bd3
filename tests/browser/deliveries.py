"""One delivery of the police's register with some bad rows, checked to the end."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories import signed_in
from tests.people import NOW
from tests.sources.files import person, write_csv
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.sources.deliveries import check_delivered
from xinnong.sources.models import Batch, Delivery

NAME = "person_20261031.csv"
BAD_ROWS = {3: {"身份证号": "339981198001020041"}, 5: {"出生日期": "2999-01-01"}, 7: {"姓名": ""}}


def register(folder: Path) -> Path:
    """The file: twelve people, three of them wrong, one twice."""
    rows = [person(number) | BAD_ROWS.get(number, {}) for number in range(1, 13)]
    return write_csv(folder / NAME, [*rows, rows[0]])


def check_waiting() -> Delivery:
    """Do the worker's part for the newest delivery."""
    with scoped(SYSTEM):
        newest = Delivery.objects.latest("pk")
    check_delivered(newest.pk, clock=lambda: NOW)
    return newest


def delivered(steward: User) -> tuple[Delivery, Batch]:
    """Hand the file in and check it."""
    with tempfile.TemporaryDirectory() as folder:
        content = register(Path(folder)).read_bytes()
    upload = SimpleUploadedFile(NAME, content)
    answer = signed_in(steward).post("/data/deliver/", {"file": upload})
    assert answer.status_code == 302
    delivery = check_waiting()
    with scoped(SYSTEM):
        return delivery, Batch.objects.get(delivery=delivery)
