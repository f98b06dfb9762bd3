"""Rows of the sample county: what one household, score or line of it looks like."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from statistics import median_low
from uuid import UUID, uuid5

from tests.people import FAR_VILLAGE, LOTUS_VILLAGE, REED_VILLAGE
from tests.sample_values import RICH
from xinnong.core.bins import DIMENSIONS
from xinnong.core.ids import household_ref, rid_check
from xinnong.core.policy import KINDS, decide_line, inputs_from_features
from xinnong.core.policy_file import load_policy
from xinnong.core.scorecard_file import load_card
from xinnong.credit.models import Line, PublishedPolicy
from xinnong.credit.queries import shipped_policy
from xinnong.insight.models import AreaSummary, GradeCount, LineBand
from xinnong.insight.services import BAND_EDGES_YUAN
from xinnong.privacy.vault import KEY_ID, TAILS, seal
from xinnong.profiles.models import ContestedFact, DimensionMedian, Profile, SourceCompleteness
from xinnong.registry.models import Household, Identity, Membership, Person, Run
from xinnong.registry.vault import search_hash
from xinnong.scoring.models import PublishedScorecard, Score
from xinnong.scoring.queries import shipped_scorecard

BATCH = "batch"


NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)


AS_OF = date(2026, 10, 31)


YEAR, NEWEST = timedelta(days=365), 2
LAST_YEAR = date(2025, 10, 31)


SPACE = UUID("8a1f6f0e-51d5-7d6c-9c39-3d1f2b9a7c11")


LENDER = "BANK-01"


SIGNERS = (UUID(int=1), UUID(int=2))


CARD = load_card(shipped_scorecard())


POLICY = load_policy(shipped_policy())


VILLAGES = {LOTUS_VILLAGE: 14, REED_VILLAGE: 12, FAR_VILLAGE: 4}


SURNAMES = "李王张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹"


INITIALS = "LWZLCYHZWZXSMZHGHGLLZLXSTXHFDC"


@dataclass
class Sample:
    """What was made, by the names tests use."""

    run: Run
    earlier: Run
    households: list[Household] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)
    rids: dict[str, str] = field(default_factory=dict)
    phones: dict[str, str] = field(default_factory=dict)

    def home_of(self, name: str) -> Household:
        """Return the household of a person."""
        home = self.people[name].household
        assert home is not None
        return home


def rid_of(number: int, born: date, *, male: bool) -> str:
    """Return a valid resident id of the unassigned county 339981."""
    body = f"339981{born:%Y%m%d}{number % 500:02d}{1 if male else 2}"
    body = body[:14] + f"{(number * 2 + male) % 1000:03d}"
    return body + rid_check(body)


def documents() -> tuple[PublishedScorecard, PublishedPolicy]:
    signed = {
        "schema_version": 1,
        "first_signer": SIGNERS[0],
        "second_signer": SIGNERS[1],
        "published_at": NOW,
        "effective_on": CARD.effective_on,
    }
    card, _made = PublishedScorecard.objects.using(BATCH).get_or_create(
        sha256=CARD.sha256,
        defaults={"code": CARD.id, "version": CARD.version, "document": shipped_scorecard()}
        | signed,
    )
    policy, _made = PublishedPolicy.objects.using(BATCH).get_or_create(
        sha256=POLICY.sha256,
        defaults={"code": POLICY.id, "version": POLICY.version, "document": shipped_policy()}
        | signed,
    )
    return card, policy


def run_of(number: int, state: str, as_of: date) -> Run:
    at = NOW - YEAR * (NEWEST - number)
    return Run.objects.using(BATCH).create(
        ref=uuid5(SPACE, f"run {number}"),
        as_of=as_of,
        known_at=at,
        state=state,
        batches=38,
        households=sum(VILLAGES.values()),
        persons=3 * sum(VILLAGES.values()),
        started_at=at - timedelta(minutes=5),
        finished_at=at,
    )


def household(sample: Sample, number: int, area12: str) -> None:
    """A couple and a child; the head carries the surname of the household's number."""
    surname, initial = SURNAMES[number - 1], INITIALS[number - 1]
    home = Household.objects.using(BATCH).create(
        id=number,
        ref=household_ref(number),
        area12=area12,
        head_name=f"{surname}大山",
        members_count=3,
        workers_count=2,
        state="active",
        first_run=sample.earlier,
        last_run=sample.run,
    )
    sample.households.append(home)
    family = (
        (f"{surname}大山", f"{initial}DS", "", date(1968 + number % 20, 3, 5), True),
        (f"何{surname}云", f"H{initial}Y", "配偶", date(1970 + number % 20, 8, 21), False),
        (f"{surname}小满", f"{initial}XM", "子女", date(2004 + number % 12, 5, 20), True),
    )
    for position, (name, initials, relation, born, male) in enumerate(family):
        _person(sample, home, number * 10 + position, name, initials, relation, born, male=male)


def _person(
    sample: Sample,
    home: Household,
    number: int,
    name: str,
    initials: str,
    relation: str,
    born: date,
    *,
    male: bool,
) -> None:
    person = Person.objects.using(BATCH).create(
        ref=uuid5(SPACE, f"person {number}"),
        key=uuid5(SPACE, f"key {number}"),
        household=home,
        relation=relation,
        evidence="hukou",
        name=name,
        initials=initials.lower(),  # as linkage spells them
        birth=born,
        sex="1" if male else "2",
        area12=home.area12,
        state="",
        is_head=not relation,
    )
    Membership.objects.using(BATCH).create(
        household=home,
        person=person,
        area12=home.area12,
        relation=relation,
        evidence="hukou",
        since_run=sample.earlier,
    )
    rid, phone = rid_of(number, born, male=male), f"1980000{number:04d}"
    _identity(person, rid, phone)
    sample.people[name], sample.rids[name], sample.phones[name] = person, rid, phone


def _identity(person: Person, rid: str, phone: str) -> None:
    texts = {"rid": rid, "phone": phone}
    hashes = {f"{what}_hash": search_hash(f"{what}_hash", text) for what, text in texts.items()}
    for what, text in texts.items():
        for length in TAILS:
            column = f"{what}_tail{length}_hash"
            hashes[column] = search_hash(column, text[-length:])
    Identity.objects.using(BATCH).create(
        person=person,
        area12=person.area12,
        key_id=KEY_ID,
        sealed=seal({**texts, "address": "莲花村 1 组"}, person=person.key),
        content_hash=person.pk,
        **hashes,
    )


def _values(number: int, basis: str, shift: int) -> dict[str, int | None]:
    """Values of a household: better with its number, worse in the earlier run."""
    level = (number * 7) % 10 - shift
    values: dict[str, int | None] = {
        "land_mu_years": 2_000 + 900 * level,
        "machine_value": 300_000 * (level % 4),
        "vehicle_value": 900_000 * level,
        "collective_shares": 100 + 10 * level,
        "seizures_open": 1 if level <= 0 else 0,
        "mortgages_open": 1 if level % 3 == 0 else 0,
        "court_sum_open": 3_000_000 if level <= 0 else 0,
        "chain_sales": 800_000 * max(level, 0),
        "wage_earners": max(level, 0) % 3,
        "farm_entity_role": level % 3,
        "business_years": 12 * level,
        "members": 3,
        "workers": 2,
        "dependants_ratio": 50,
        "village_years": 4 + 3 * level,
        "schooling_members": 1,
        "court_list_open": 1 if level <= 0 else 0,
        "litigation_defendant_open": 1 if level <= 1 else 0,
        "tax_grade": 3,
        "penalties_3y": 0,
        "insurance_years": min(3, level % 4),
        "social_insurance_months": 24 * level,
        "honours": level % 2,
        "coop_member": level % 2,
        "adult_18_65": 1,
        "lives_in_county": 1,
        "planted_mu": 1_200,
    }
    return {**values, **RICH} if basis == "granted" else values


def results(
    sample: Sample, run: Run, card: PublishedScorecard, policy: PublishedPolicy, shift: int
) -> None:
    """Score every household for pre, and two in three as granted by the lead lender."""
    profiles, scores, lines = [], [], []
    for home in sample.households:
        bases = [("pre", "")] + ([("granted", LENDER)] if home.id % 3 else [])
        for basis, lender in bases:
            values = _values(home.id, basis, shift)
            known = {name: values.get(name) for name in CARD.names}
            first = basis == "pre" or home.id % 5 == 0
            scored = CARD.scorer(known, first_borrower=first)
            common = {"run": run, "household": home, "area12": home.area12, "lender": lender}
            filled = sum(value is not None for value in known.values())
            profiles.append(
                Profile(
                    **common,
                    basis=basis,
                    completeness_percent=filled * 100 // len(known),
                    known_features=filled,
                    **values,
                )
            )
            scores.append(
                Score(
                    **common,
                    scorecard=card,
                    basis=basis,
                    points=scored.points,
                    grade=scored.grade,
                    points_by_feature=list(scored.by_feature),
                    reason_codes=[reason.code for reason in scored.reasons],
                    first_borrower=first,
                    **{f"{name}_points": scored.by_dimension[name] for name in DIMENSIONS},
                )
            )
            lines.append(
                _line(common, policy, basis, scored.grade, scored.points, values, first=first)
            )
    Profile.objects.using(BATCH).bulk_create(profiles)
    Score.objects.using(BATCH).bulk_create(scores)
    Line.objects.using(BATCH).bulk_create(lines)
    _medians(run, scores)


def _line(
    common: Mapping[str, object],
    policy: PublishedPolicy,
    kind: str,
    grade: str,
    points: int,
    values: Mapping[str, int | None],
    *,
    first: bool,
) -> Line:
    assert kind in KINDS
    inputs = inputs_from_features(
        kind="granted" if kind == "granted" else "pre",
        grade=grade,
        first_borrower=first,
        features=values,
    )
    decided = decide_line(POLICY, inputs)
    terms = decided.terms
    return Line(
        **common,
        policy=policy,
        kind=kind,
        grade=grade,
        points=points,
        line_minor=decided.line_minor,
        base_minor=terms.base_minor,
        assets_minor=terms.assets_minor,
        income_minor=terms.income_minor,
        area_minor=terms.area_minor,
        elsewhere_minor=terms.elsewhere_minor,
        uncapped_minor=terms.uncapped_minor,
        custody_minor=terms.custody_minor,
        cap_code=terms.cap_code,
        closed_gates=[gate.code for gate in decided.closed_gates],
        rate_percent=decided.rate_percent,
    )


def _medians(run: Run, scores: Iterable[Score]) -> None:
    groups: defaultdict[tuple[str, str, str], list[int]] = defaultdict(list)
    for score in scores:
        for dimension in DIMENSIONS:
            for area in (score.area12, score.area12[:9]):
                points = getattr(score, f"{dimension}_points")
                groups[area, score.basis, dimension].append(points)
    DimensionMedian.objects.using(BATCH).bulk_create(
        DimensionMedian(
            run=run,
            area=area,
            basis=basis,
            dimension=dimension,
            households=len(points),
            median_points=median_low(points),
        )
        for (area, basis, dimension), points in groups.items()
    )


def contest(sample: Sample) -> None:
    """Two departments disagree about one house."""
    for value, source, won in (("120.00", "real_estate", True), ("98.00", "village_house", False)):
        ContestedFact.objects.using(BATCH).create(
            run=sample.run,
            household=sample.households[0],
            area12=LOTUS_VILLAGE,
            field="area_sqm",
            value=value,
            source_class=source,
            batch=4,
            row=17,
            as_of=AS_OF,
            won=won,
            rule="rank",
        )


def summaries(sample: Sample) -> None:
    """The summary tables, counted in Python from the lines just written."""
    population = Counter(area for home in sample.households for area in _areas_of(home.area12))
    lines = Line.objects.using(BATCH).filter(run=sample.run)
    granted = [line for line in lines if line.kind == "granted"]
    groups: defaultdict[tuple[str, str, str], list[Line]] = defaultdict(list)
    for line in lines:
        for area in _areas_of(line.area12):
            groups[area, line.kind, line.lender].append(line)
    for line in granted:
        for area in _areas_of(line.area12):
            groups[area, line.kind, ""].append(line)
    for (area, kind, lender), rows in groups.items():
        _summary(sample.run, area, kind, lender, rows, population[area])
    households = len(sample.households)
    SourceCompleteness.objects.using(BATCH).bulk_create(
        SourceCompleteness(
            run=sample.run,
            source_class=name,
            households_with_fact=households - 2 * at,
            households=households,
        )
        for at, name in enumerate(
            ("person", "hukou_member", "land_contract", "vehicle", "medical_cover")
        )
    )


def _areas_of(area12: str) -> tuple[str, str, str]:
    return area12[:6], area12[:9], area12


def _summary(
    run: Run, area: str, kind: str, lender: str, rows: Sequence[Line], population: int
) -> None:
    where = {"run": run, "area": area, "kind": kind, "lender": lender}
    AreaSummary.objects.using(BATCH).create(
        **where,
        households=population,
        lined_households=sum(line.line_minor > 0 for line in rows),
        line_sum_minor=sum(line.line_minor for line in rows),
        points_sum=sum(line.points for line in rows),
        scored_households=len(rows),
        first_borrowers=0,
    )
    GradeCount.objects.using(BATCH).bulk_create(
        GradeCount(**where, grade=grade, households=number)
        for grade, number in Counter(line.grade for line in rows).items()
    )
    edges = [edge * 100 for edge in BAND_EDGES_YUAN]
    bands = Counter(max(edge for edge in edges if edge <= line.line_minor) for line in rows)
    LineBand.objects.using(BATCH).bulk_create(
        LineBand(
            **where,
            floor_minor=floor,
            ceiling_minor=next((edge for edge in edges if edge > floor), None),
            households=number,
        )
        for floor, number in bands.items()
    )
