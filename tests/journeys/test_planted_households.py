"""Two planted households among thirty real ones: found and opened like any, counted and carried out nowhere."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from tests.factories import BATCH, LENDER, Sample, filled, publish_sample, signed_in
from tests.guard.test_insiders import overseer
from tests.journeys.test_exporting_a_list import past_second_factor, rows_of
from tests.journeys.test_open_a_household import page_of
from tests.people import LOTUS_VILLAGE, NOW, REED_VILLAGE, People, settle
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.analytics.loading import Loader
from xinnong.core.errors import Refused
from xinnong.credit.models import Line
from xinnong.guard.models import InsiderAlert
from xinnong.guard.services import insider_watch
from xinnong.guard.services.insider_watch import watch_insiders
from xinnong.insight.models import AreaSummary, GradeCount, LineBand
from xinnong.insight.services import publish_summaries
from xinnong.journeys.services.exporting import export_households, export_lines
from xinnong.pipelines.services import plant_waiting
from xinnong.privacy.models import Canary, Listing, Read
from xinnong.privacy.services.canaries import (
    ask_removal,
    decide_canary,
    decide_removal,
    propose_canary,
)
from xinnong.profiles.models import Profile
from xinnong.registry.models import Household, Identity, Membership, Person
from xinnong.registry.vault import opened
from xinnong.scoring.models import Score

pytestmark = pytest.mark.slow  # a published county is made first
NAMES = ("陆听荷", "竺守田")
AWAY = "孟归人"


@dataclass(frozen=True)
class Planted:
    """Everybody, the county, the two overseers and the numbers of what they planted."""

    people: People
    sample: Sample
    first: User
    second: User
    numbers: tuple[int, ...]
    removed: int
    counted: dict[str, int]
    again: int


def plant(first: User, second: User, name: str, village: str) -> int:
    with scoped(first):
        asked = propose_canary(actor=first, area12=village, head_name=name, now=NOW)
    with scoped(second):
        decide_canary(actor=second, canary=asked, approve=True, now=NOW)
    plant_waiting()
    with scoped(SYSTEM):
        number = Canary.objects.get(pk=asked.pk).household_id
    assert number is not None
    return number


def planted_county() -> Planted:
    people, sample = settle(), publish_sample()
    first, second = overseer("peng"), overseer("tong")
    numbers = [
        plant(first, second, name, village)
        for name, village in zip(NAMES, (LOTUS_VILLAGE, REED_VILLAGE), strict=True)
    ]
    gone = plant(first, second, AWAY, LOTUS_VILLAGE)
    with scoped(first):
        canary = ask_removal(actor=first, canary=Canary.objects.get(household_id=gone), now=NOW)
    with scoped(second):
        decide_removal(actor=second, canary=canary, approve=True, now=NOW)
    plant_waiting()
    counted = counted_anew(sample)
    return Planted(people, sample, first, second, tuple(numbers), gone, counted, plant_waiting())


def counted_anew(sample: Sample) -> dict[str, int]:
    """What the county's summaries count when they are made once more; nothing of it stays."""
    county = {"run": sample.run, "area": "339981", "kind": "pre"}
    with transaction.atomic(using=BATCH), connections[BATCH].cursor() as cursor:
        for model in (AreaSummary, GradeCount, LineBand):
            model._default_manager.using(BATCH).filter(run=sample.run).delete()
        publish_summaries(Loader(None, cursor, Path()), run_id=sample.run.pk)  # type: ignore[arg-type]
        area = AreaSummary.objects.using(BATCH).get(**county)
        grades = list(GradeCount.objects.using(BATCH).filter(**county))
        bands = list(LineBand.objects.using(BATCH).filter(**county))
        transaction.set_rollback(True, using=BATCH)
    return {
        "households": area.households,
        "scored": area.scored_households,
        "grades": sum(each.households for each in grades),
        "bands": sum(each.households for each in bands),
    }


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Planted]:
    with filled(django_db_blocker, "planted", planted_county) as found:
        yield found


@pytest.fixture
def county(made: Planted, db: None) -> Planted:
    insider_watch._engines.clear()
    return made


@pytest.fixture
def people(county: Planted) -> People:
    return county.people


@pytest.fixture
def lin(people: People) -> Client:
    return signed_in(people.lin)


def ref_of(number: int) -> str:
    with scoped(SYSTEM):
        return Household.objects.get(pk=number).ref


def test_it_is_found_by_name_and_in_the_list_of_its_village(lin: Client, county: Planted) -> None:
    assert (
        ref_of(county.numbers[0])
        in lin.post("/workbench/", {"text": NAMES[0]}, follow=True).content.decode()
    )
    assert (
        ref_of(county.numbers[0])
        in lin.get(f"/workbench/?town=339981101&village={LOTUS_VILLAGE}").content.decode()
    )


def test_it_opens_like_any_household_with_points_that_add_up(lin: Client, county: Planted) -> None:
    page = page_of(lin, ref_of(county.numbers[0]), "present")
    assert NAMES[0] in page
    with scoped(SYSTEM):
        home = Household.objects.get(pk=county.numbers[0])
        score = Score.objects.get(household=home, basis="pre", run=county.sample.run)
        members = list(Person.objects.filter(household=home).select_related("identity"))
        assert len(members) == home.members_count
        assert score.points == sum(score.points_by_feature) or score.points_by_feature
        ids = [opened(each.identity) for each in members]
    assert all(each.rid.startswith("339981") and not each.phone for each in ids)


def test_an_officer_who_reads_the_tables_cannot_tell_it_from_others(county: Planted) -> None:
    """What is written in the columns of its rows stands in rows of real households, too."""
    told = (
        (Household, "pk", ("state",)),
        (Person, "household", ("state", "relation", "evidence", "sex")),
        (Membership, "household", ("relation", "evidence")),
        (Identity, "person__household", ("key_id",)),
        (Profile, "household", ("basis", "lender")),
        (Score, "household", ("basis", "lender", "grade", "scorecard")),
        (Line, "household", ("kind", "lender", "grade", "policy")),
    )
    with scoped(county.people.lin), connection.cursor() as cursor:
        for model, home, columns in told:
            mine = model.objects.filter(**{f"{home}__in": county.numbers})
            others = model.objects.exclude(**{f"{home}__in": county.numbers})
            assert mine.exists(), model
            for column in columns:
                known = set(others.values_list(column, flat=True))
                assert set(mine.values_list(column, flat=True)) <= known, (model, column)
        for table in ("privacy_canary", "guard_insideralert", "guard_insiderevent"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,)


def test_an_officer_plants_and_lifts_nothing(county: Planted) -> None:
    with scoped(county.people.lin), transaction.atomic():
        assert Canary.objects.update(state="removed") == 0
    with pytest.raises(DatabaseError, match="row-level security"), scoped(county.people.lin):
        Canary.objects.create(
            ref=county.people.lin.ref, area12=LOTUS_VILLAGE, head_name="某某", state="proposed",
            proposed_by=county.people.lin.ref, proposed_at=NOW,
        )  # fmt: skip


def test_an_overseer_who_reads_files_sees_no_marker(county: Planted) -> None:
    with scoped(overseer("tan", roles=("auditor", "cadre"))):
        assert not Canary.objects.exists()
    with scoped(county.first):
        assert Canary.objects.count() == 3


def test_no_figure_counts_it(county: Planted) -> None:
    """The summaries, made anew after planting, are those of the thirty real households."""
    assert county.counted == {"households": 30, "scored": 30, "grades": 30, "bands": 30}


def test_no_export_carries_it_out(county: Planted, tmp_path: Path) -> None:
    refs = {ref_of(number) for number in (*county.numbers, county.removed)}
    with scoped(SYSTEM):
        User.objects.filter(pk=county.people.ou.pk).update(username="operator")
    files = [tmp_path / "lines.csv", tmp_path / "households.csv"]
    export_lines(
        out=files[0],
        form="csv",
        purpose="acceptance",
        lender=LENDER,
        as_of=None,
        now=timezone.now(),
    )
    export_households(
        out=files[1], form="csv", purpose="acceptance", as_of=None, now=timezone.now()
    )
    for file in files:
        with file.open(encoding="utf-8") as rows:
            written = {row["household_id"] for row in csv.DictReader(rows)}
        assert written
        assert not written & refs
    chen = past_second_factor(county.people.chen)
    listed = {row["household_id"] for row in rows_of(chen, kind="pre")}
    assert len(listed) == 30
    with scoped(SYSTEM):
        shown = {
            number for row in Listing.objects.filter(asked="export") for number in row.households
        }
    assert not shown & {*county.numbers, county.removed}


def test_no_lender_can_lend_to_it(county: Planted) -> None:
    with scoped(SYSTEM):
        for model in (Profile, Score, Line):
            assert (
                not model.objects.filter(household__in=county.numbers).exclude(lender="").exists()
            )


def test_what_was_taken_up_is_gone_like_others(lin: Client, county: Planted) -> None:
    with scoped(SYSTEM):
        home = Household.objects.get(pk=county.removed)
        assert home.state == "gone"
        assert not Person.objects.filter(household=home).exists()
    assert (
        ref_of(county.removed)
        not in lin.get(f"/workbench/?town=339981101&village={LOTUS_VILLAGE}").content.decode()
    )


def test_a_second_laying_out_changes_nothing(county: Planted) -> None:
    assert county.again == 0
    with scoped(SYSTEM):
        for number in county.numbers:
            assert (
                Score.objects.filter(household=number, run=county.sample.run, basis="pre").count()
                == 1
            )


def test_opening_it_is_found_and_the_officer_sees_nothing_of_it(
    lin: Client, county: Planted
) -> None:
    page_of(lin, ref_of(county.numbers[0]), "campaign")
    lin.get(f"/workbench/?town=339981101&village={REED_VILLAGE}")
    watch_insiders(now=timezone.now())
    with scoped(SYSTEM):
        found = {each.rule: each for each in InsiderAlert.objects.all()}
        assert set(found) == {"planted-read", "planted-listed"}
        case = found["planted-read"].case
        assert Read.objects.count()
        assert case is not None
        assert case.actor == county.people.lin.ref
    assert lin.get("/guard/insiders/").status_code == 403
    assert lin.get(f"/guard/insiders/{case.ref}/").status_code == 403
    assert "哨户" not in lin.get("/").content.decode()
    assert "哨户" not in lin.get("/record/").content.decode()
    shen = overseer("he", "BANK-01")
    page = signed_in(shen).get(f"/guard/insiders/{case.ref}/").content.decode()
    assert ref_of(county.numbers[0]) in page
    assert "林客户经理" in page
    other = signed_in(county.first)
    assert other.get(f"/guard/insiders/{case.ref}/").status_code == 404


def test_the_overseer_s_pages_propose_decide_and_say_what_came_of_it(county: Planted) -> None:
    first, second = past_second_factor(county.first), past_second_factor(county.second)
    form = {"step": "propose", "village": REED_VILLAGE, "head_name": "祝远山"}
    assert first.post("/guard/insiders/planted/", form).status_code == 302
    with scoped(SYSTEM):
        asked = Canary.objects.get(head_name="祝远山")
    decide = {"step": "approve", "canary": str(asked.ref)}
    refused = first.post("/guard/insiders/planted/", decide)
    assert refused.status_code == 422
    assert "两位负责人" in refused.content.decode()
    assert second.post("/guard/insiders/planted/", decide).status_code == 302
    page = first.get("/guard/insiders/planted/").content.decode()
    assert "祝远山" in page
    assert "已布设" in page


def test_a_planted_household_stands_in_a_village_of_the_list(county: Planted) -> None:
    with scoped(county.first), pytest.raises(Refused, match="village_unknown"):
        propose_canary(actor=county.first, area12="339981109999", head_name="某某", now=NOW)


def test_an_overseer_proposes_rules_on_the_page(county: Planted) -> None:
    watch_insiders(now=timezone.now())
    first, second = past_second_factor(county.first), past_second_factor(county.second)
    page = first.get("/guard/insiders/rules/")
    assert "2026.1" in page.content.decode()
    source = page.context["form"].initial["source"]
    wrong = {
        "step": "propose",
        "mode": "live",
        "source": source.replace("read-burst", "Read Burst"),
    }
    assert "要改的地方" in first.post("/guard/insiders/rules/", wrong).content.decode()
    right = {"step": "propose", "mode": "shadow", "source": source.replace("2026.1", "2026.2")}
    assert first.post("/guard/insiders/rules/", right).status_code == 302
    with scoped(SYSTEM):
        from xinnong.guard.models import InsiderRulebook

        ref = InsiderRulebook.objects.get(version="2026.2").ref
    decide = {"step": "approve", "rules": str(ref)}
    assert first.post("/guard/insiders/rules/", decide).status_code == 422
    assert second.post("/guard/insiders/rules/", decide).status_code == 302
