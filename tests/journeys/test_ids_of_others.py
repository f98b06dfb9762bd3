"""A number, reference or code that belongs to others, put into an address, opens nothing of theirs."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import LENDER, Sample, signed_in
from tests.journeys.test_open_a_household import page_of
from tests.people import FAR_VILLAGE, People, client_of
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services.tokens import issue_token
from xinnong.credit.models import Line
from xinnong.privacy.models import Read
from xinnong.registry.models import Household
from xinnong.web import figures

pytestmark = pytest.mark.slow  # a published county is made first
HIDDEN_FIELDS = re.compile(r'<input type="hidden"[^>]*>')  # they repeat the address
HOUSEHOLDS = re.compile(r"H[0-9]{13}")
FOREIGN = f"granted:{LENDER}"


@pytest.fixture
def home(sample: Sample) -> Household:
    """Wang's household, to which BANK-01 granted a line."""
    return sample.home_of("王大山")


def granted_amount(home: Household, sample: Sample) -> str:
    with scoped(SYSTEM):
        line = Line.objects.get(run=sample.run, household=home, kind="granted", lender=LENDER)
    assert line.line_minor > 0
    return figures.whole_yuan(line.line_minor)


def reads() -> int:
    with scoped(SYSTEM):
        return Read.objects.count()


@pytest.mark.parametrize("extra", ["", "&run={earlier}", "&known_on=2025-11-25"])
def test_a_rival_s_officer_names_the_basis_in_vain(
    people: People, sample: Sample, home: Household, extra: str
) -> None:
    zhao, asked = signed_in(people.zhao), extra.format(earlier=sample.earlier.ref)
    amount = granted_amount(home, sample)
    assert amount in page_of(signed_in(people.lin), home.ref)
    page_of(zhao, home.ref)
    for path in ("", "facts/liabilities/", "facts/assets/"):
        answer = zhao.get(f"/households/{home.ref}/{path}?basis={FOREIGN}{asked}")
        page = answer.content.decode()
        assert answer.status_code == 200
        assert amount not in page
        assert "穗浦农村商业银行" not in page


def test_a_person_is_not_unmasked_through_another_household(
    lin: Client, sample: Sample, home: Household
) -> None:
    page_of(lin, home.ref)
    before = reads()
    stranger = sample.people["李大山"]
    answer = lin.post(f"/households/{home.ref}/identity/{stranger.ref}/")
    assert answer.status_code == 404
    assert sample.rids["李大山"] not in answer.content.decode()
    assert reads() == before


def test_a_farmer_cannot_ask_for_another_household(people: People, sample: Sample) -> None:
    people.wu.person_ref = sample.people["王大山"].ref
    people.wu.save(update_fields=["person_ref"])
    wu, own, other = signed_in(people.wu), sample.home_of("王大山"), sample.home_of("李大山")
    stranger = sample.people["李大山"].ref
    asked = f"?ref={other.ref}&household={other.ref}&person={stranger}&basis=pre"
    for path in ("/me/", "/me/facts/assets/", "/me/who-looked/"):
        page = HIDDEN_FIELDS.sub("", wu.get(path + asked).content.decode())
        assert set(HOUSEHOLDS.findall(page)) <= {own.ref}
        assert "李大山" not in page
    for path in ("", "purpose/", "who-looked/", "facts/assets/", f"identity/{stranger}/"):
        call = wu.post if path.startswith(("purpose", "identity")) else wu.get
        assert call(f"/households/{other.ref}/{path}").status_code == 403


def test_a_cadre_cannot_list_or_find_another_village(people: People, sample: Sample) -> None:
    xu = signed_in(people.xu)
    far = {home.ref for home in sample.households if home.area12 == FAR_VILLAGE}
    lists = [f"?village={FAR_VILLAGE}", f"?town={FAR_VILLAGE[:9]}&village={FAR_VILLAGE}"]
    pages = [xu.get(f"/workbench/{query}") for query in lists]
    pages += [xu.post("/workbench/", {"text": ref}, follow=True) for ref in sorted(far)]
    assert [answer.status_code for answer in pages[: len(lists)]] == [422] * len(lists)
    for answer in pages:
        page = HIDDEN_FIELDS.sub("", answer.content.decode())
        assert far & set(re.findall(r"/households/(H[0-9]{13})/", page)) == set()


@pytest.mark.parametrize("kind", ["profile", "score", "score/explanation", "lines"])
def test_a_program_of_a_rival_gets_no_granted_result(
    people: People, sample: Sample, home: Household, kind: str
) -> None:
    lender, rival = (ask_api(people, code, home, kind) for code in (LENDER, "BANK-02"))
    assert lender.status_code == 200
    assert f'"{LENDER}"' in lender.content.decode()
    assert LENDER not in rival.content.decode()


def ask_api(people: People, institution: str, home: Household, kind: str) -> Any:
    verbs = [Permission.READ_HOUSEHOLD, Permission.READ_SCORE, Permission.READ_LINE]
    with scoped(people.ou):
        token = issue_token(
            actor=people.ou,
            client=client_of(institution),
            scopes=verbs,
            lifetime=timedelta(days=1),
            now=timezone.now(),
        )
    asked = "?purpose=application&basis=granted" if kind != "lines" else "?purpose=application"
    return Client().get(
        f"/api/v1/households/{home.ref}/{kind}{asked}", headers={"Authorization": f"Bearer {token}"}
    )
