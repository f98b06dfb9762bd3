"""Institutions and their people come in from one list, and what each may do is on record."""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path

import pytest
from django.utils import timezone

from tests.people import COUNTY, LOTUS_VILLAGE, NOW, TOWN, People
from xinnong.accounts.models import ApiClient, ApiToken, Institution, User, lender_codes
from xinnong.accounts.scope import SYSTEM, scope_of, scoped
from xinnong.accounts.services import ParentOfOtherOperator, set_institution
from xinnong.accounts.services.staff import import_staff
from xinnong.accounts.services.tokens import API_VERBS, client_of_token
from xinnong.areas.models import Area
from xinnong.audit.models import Entry
from xinnong.cli import api_client
from xinnong.cli.dispatch import dispatch
from xinnong.core.errors import InvalidDocument

pytestmark = pytest.mark.django_db
LIST = f"""
[[operator]]
code = "BANK-09"
kind = "b"
name = "第九银行"

[[institution]]
code = "BANK-09"
kind = "bank"
name = "第九银行"
operator = "BANK-09"
area = "{COUNTY}"

[[institution]]
code = "BANK-09-01"
kind = "branch"
name = "第一支行"
operator = "BANK-09"
parent = "BANK-09"

[[user]]
username = "peng"
name = "唐经理"
roles = ["officer"]
institution = "BANK-09-01"
areas = ["{TOWN}"]
"""


def faults(text: str) -> set[str]:
    with pytest.raises(InvalidDocument) as refused:
        import_staff(text, now=NOW)
    return {problem.code for problem in refused.value.problems}


def test_it_brings_in_a_bank_and_its_officer(people: People) -> None:
    (hired,) = import_staff(LIST, now=NOW)
    peng = User.objects.get(username="peng")
    assert peng.check_password(hired.password)
    scope = scope_of(peng)
    assert (scope.kinds, scope.areas) == (("b",), (TOWN[:9],))
    assert scope.institutions == ("BANK-09", "BANK-09-01")
    with scoped(SYSTEM):
        entry = Entry.objects.get(subject=peng.ref)
    assert entry.action == "accounts.set-user"
    assert (entry.owner_kind, entry.institution) == ("b", "BANK-09-01")
    assert entry.counts == {"role.officer": 1, "areas": 1, "active": 1}


def test_it_shows_the_overseer_who_was_given_what(people: People) -> None:
    """Shen oversees the county service: its own people are on the list, the banks' are not."""
    with scoped(people.shen):
        given = set(Entry.objects.values_list("subject", flat=True))
    assert people.xu.ref in given
    assert people.lin.ref not in given


def test_it_changes_nothing_the_second_time(people: People) -> None:
    import_staff(LIST, now=NOW)
    peng = User.objects.get(username="peng")
    assert import_staff(LIST, now=NOW)[0].password == ""
    assert User.objects.get(username="peng").password == peng.password
    with scoped(SYSTEM):
        assert Entry.objects.filter(subject=peng.ref).count() == 1


def test_it_ends_an_account_and_says_so(people: People) -> None:
    import_staff(LIST, now=NOW)
    import_staff(
        LIST.replace('roles = ["officer"]', 'roles = ["officer"]\nactive = false'), now=NOW
    )
    peng = User.objects.get(username="peng")
    assert (peng.is_active, peng.granted) == (False, frozenset())
    with scoped(SYSTEM):
        assert Entry.objects.filter(subject=peng.ref).latest("id").counts["active"] == 0


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("[[user]]", "[[king]]", "staff.section_unknown"),
        ('roles = ["officer"]', 'roles = "officer"', "staff.field_form"),
        ('roles = ["officer"]', "", "staff.field_missing"),
        ('name = "唐经理"', 'name = "唐经理"\nphone = "1"', "staff.field_unknown"),
        ('kind = "branch"', 'kind = "castle"', "staff.kind_unknown"),
        ('["officer"]', '["king"]', "role.unknown"),
        ('["officer"]', '["cadre"]', "role.other_operator"),
        ('institution = "BANK-09-01"', "", "role.other_operator"),
        ('institution = "BANK-09-01"', 'institution = "BANK-99"', "staff.name_unknown"),
        (TOWN, "339981999000", "staff.name_unknown"),
        ('parent = "BANK-09"', 'parent = "BANK-01"', "institution.parent"),
        ('parent = "BANK-09"', 'parent = "BANK-09-01"', "staff.name_unknown"),
        ('username = "peng"', 'username = "Tang Li"', "staff.value_refused"),
        ('kind = "b"', 'kind = "a"', "staff.value_refused"),
        ("[[operator]]", "[[operator", "staff.not_toml"),
        ("[[operator]]", "operator = 7\n[[user]]", "staff.section_unknown"),
    ],
)
def test_it_names_the_fault_and_changes_nothing(
    people: People, old: str, new: str, code: str
) -> None:
    before = (Institution.objects.count(), User.objects.count())
    assert code in faults(LIST.replace(old, new))
    assert (Institution.objects.count(), User.objects.count()) == before


def test_it_lets_no_row_cross_between_operators_however_they_are_stacked(people: People) -> None:
    """A bank's small-loan company stands for itself, even where somebody wrote it below the bank."""
    bank, firm = (Institution.objects.get(code=code) for code in ("BANK-01", "SLC-01"))
    with pytest.raises(ParentOfOtherOperator):
        set_institution(
            code="SLC-01", kind="small_loan", name="x", operator=firm.operator, parent=bank
        )
    Institution.objects.filter(pk=firm.pk).update(parent=bank, kind="branch")
    firm.refresh_from_db()
    assert lender_codes(bank) == ("BANK-01", "BANK-01-01")
    assert lender_codes(firm) == ("SLC-01",)


def test_it_ends_where_institutions_stand_in_a_circle(people: People) -> None:
    bank, branch = (Institution.objects.get(code=code) for code in ("BANK-01", "BANK-01-01"))
    with pytest.raises(ParentOfOtherOperator):
        set_institution(
            code="BANK-01", kind="bank", name="x", operator=bank.operator, parent=branch
        )
    Institution.objects.filter(pk=bank.pk).update(parent=branch)
    bank.refresh_from_db()
    assert lender_codes(bank) == ("BANK-01", "BANK-01-01")


def test_it_shows_staff_without_an_employer_nothing(people: People) -> None:
    people.lin.institution = None
    people.lin.save()
    assert (scope_of(people.lin).kinds, scope_of(people.lin).institutions) == ((), ())


def test_it_imports_by_command(
    people: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "staff.toml"
    path.write_text("\ufeff" + LIST, encoding="utf-8")
    assert dispatch(["staff-import", str(path)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert User.objects.get(username="peng").check_password(said["password"])
    path.write_text(LIST.replace("officer", "king"), encoding="utf-8")
    assert dispatch(["staff-import", str(path)]) == 1
    assert json.loads(capsys.readouterr().out)["refused"] == "role.unknown"
    path.write_bytes(b"\xff\xfe\x00")
    assert dispatch(["staff-import", str(path)]) == 2


def test_its_help_names_every_verb_of_a_program() -> None:
    named = set(re.findall(r"[a-z]+\.[a-z]+", api_client.EPILOGUE))
    assert named == {verb.value for verb in API_VERBS}


def test_it_issues_and_revokes_tokens_by_command(
    people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    new = ["--institution", "BANK-01", "--area", LOTUS_VILLAGE, "--verb", "scores.read"]
    assert dispatch(["api-client", "core", *new]) == 0
    token = json.loads(capsys.readouterr().out)["token"]
    found = client_of_token(token, now=timezone.now())
    assert found is not None
    assert (found.area_prefixes, found.institution.code) == ((LOTUS_VILLAGE,), "BANK-01")
    assert ApiToken.objects.get().last_used_at is not None
    assert dispatch(["api-client", "core", "--revoke"]) == 0
    assert client_of_token(token, now=timezone.now()) is None
    unknown = ["nobody", "--verb", "scores.read"]
    for wrong in (unknown, ["core", *new], ["core", "--verb", "policies.publish"]):
        assert dispatch(["api-client", *wrong]) == 1
    for usage in (["nobody"], ["a/../b", *new], [*unknown, "--days", "0"]):
        with contextlib.suppress(SystemExit):
            assert dispatch(["api-client", *usage]) == 2
    assert list(ApiClient.objects.values_list("code", flat=True)) == ["core"]
    assert Area.objects.filter(code=COUNTY).exists()
