"""The accountant keeps the core's codes: one, a file, all or nothing, on record, within the wall."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.factories import signed_in
from tests.ledger.books import Books
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.ledger.core_codes import Given, core_lines
from xinnong.ledger.models import CoreCode
from xinnong.ledger.queries import core_codes

pytestmark = pytest.mark.django_db
KEEP = "ledger:keep_core_codes"
HEAD = "kind,product,core_code\n"


@pytest.fixture
def fang(books: Books) -> Client:
    return signed_in(books.people.fang)


def sent(client: Client, data: bytes | str, *, key: str = "k", code: int = 302) -> str:
    content = data.encode() if isinstance(data, str) else data
    file = SimpleUploadedFile("codes.csv", content)
    answer = client.post(reverse(KEEP), {"key": key, "file": file})
    assert answer.status_code == code
    return answer.content.decode()


def test_one_code_is_kept_changed_and_taken_back(books: Books, fang: Client) -> None:
    form = {"kind": "130301", "product": "puhui"}
    for key, code in (("k1", "13010"), ("k2", "13011"), ("k3", "")):
        answer = fang.post(reverse(KEEP), {**form, "key": key, "core_code": code})
        assert answer.status_code == 302
        assert core_codes(books.bank) == {("130301", "puhui"): code}
    with scoped(SYSTEM):
        deeds = Entry.objects.filter(action="ledger.keep-core-codes")
        assert [deed.counts for deed in deeds] == [{"said": 1, "changed": 1}] * 3
        given = {(one.kind.code, one.product): one.given for one in core_lines(books.bank)}
    assert given["130301", "puhui"] is Given.MISSING


def test_a_file_is_taken_once_in_either_encoding(books: Books, fang: Client) -> None:
    data = HEAD + "130301,,13010\n130301,puhui,13.01-A\n"
    sent(fang, b"\xef\xbb\xbf" + data.encode())
    sent(fang, data.encode("gb18030"))
    assert core_codes(books.bank) == {("130301", ""): "13010", ("130301", "puhui"): "13.01-A"}
    assert Entry.objects.filter(action="ledger.keep-core-codes").count() == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (HEAD + "100101,,1\n999999,,1\n", "第 3 行的 kind"),
        (HEAD + "100101,,=1+1\n", "第 2 行的 core_code"),
        (HEAD + "100101,a b,1\n", "第 2 行的 product"),
        (HEAD + "100101,,1\n100101,,2\n", "第 3 行和第 2 行"),
        (HEAD + "100101,1\n", "第 2 行的列"),
        (HEAD, "第 2 行的列"),
        ("kind,core_code\n100101,1\n", "第 1 行的列"),
        (HEAD + '100101,,"1', "读不出来"),
        (b"\xff\xff\xff", "读不出来"),
        (HEAD + "100101,,1\n" * 30_000, "超过 256 KB"),
    ],
)
def test_a_wrong_file_is_refused_by_row_and_field_and_changes_nothing(
    books: Books, fang: Client, data: bytes | str, words: str
) -> None:
    CoreCode.objects.create(institution=books.bank, kind="100101", core_code="7")
    assert words in sent(fang, data, code=422)
    assert core_codes(books.bank) == {("100101", ""): "7"}


def test_it_lists_what_is_missing_and_nothing_for_an_unknown_filter(
    books: Books, fang: Client
) -> None:
    CoreCode.objects.create(institution=books.bank, kind="130301", core_code="X13")
    address = reverse("ledger:core_codes")
    text = fang.get(address).content.decode()
    assert "X13" in text
    assert "同科目的代码" in text
    assert "X13" not in fang.get(address, {"given": "missing"}).content.decode()
    assert "没有这样的科目" in fang.get(address, {"given": "nonsense"}).content.decode()
