"""Tables of the pages on features and survivorship, from the declarations and worked households.

Run it after a declaration changed: `python -m tests.analytics.pages`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.analytics.facts.reference import contested, statements
from tests.analytics.features.generated import (
    SERVICE,
    TODAY,
    Household,
    plan_for,
    reference,
)
from tests.analytics.worked import CONSENTS, DISPUTES, FAMILY, FROM, MEMBERS, WORKED, consenting
from tests.core.pages import Rows, rewrite, shown
from xinnong.analytics.contracts import load_contracts
from xinnong.analytics.facts.sources import RANK_NAMES, source_of
from xinnong.analytics.facts.survivorship import CLAIMS, DWELLING_AREA
from xinnong.analytics.features.declaration import UNKNOWN_TEXTS, Feature
from xinnong.analytics.features.declared import features, scopes_of, shown_features
from xinnong.analytics.linking.rows import linked_classes

RANK_TITLES = {
    "register": "department register", "own_record": "own record", "field_form": "field form",
}  # fmt: skip
FEN_SOURCES = ("_value", "_income")


def worked_family() -> Household:
    """The family whose features are worked."""
    return Household(1, MEMBERS, FAMILY)


def feature_rows() -> Rows:
    """Every feature a profile carries, in its order."""
    return [_feature_row(feature) for feature in shown_features()]


def _feature_row(feature: Feature) -> dict[str, str]:
    parts = ", ".join(f"`{part}`" for part in feature.parts)
    reads = ", ".join(f"`{name}`" for name in feature.all_classes)
    return {
        "feature": f"`{feature.name}`",
        "中文": feature.title_zh,
        "dimension": feature.dimension,
        "unit": feature.unit.replace("_", " "),
        "rule": feature.rule_en,
        "reads": reads or parts,
        "consent": ", ".join(scopes_of(feature)) or "none",
        "unknown when": feature.unknown,
    }


def unknown_rows() -> Rows:
    """What "unknown" means, by the word a feature declares."""
    return [
        {"unknown when": code, "meaning": english} for code, (_, english) in UNKNOWN_TEXTS.items()
    ]


def worked_rows() -> Rows:
    """The features of the family on the county service's basis."""
    family = worked_family()
    facts = reference(family, plan_for([family], list(FAMILY)), recipient=SERVICE, lender=None)
    return [
        {"feature": f"`{name}`", "from": FROM[name],
         "value": shown(features()[name].unit, facts.value(name))}
        for name in WORKED
    ]  # fmt: skip


def consent_rows() -> Rows:
    """Land rights of households in which some adults consented."""
    found = []
    for number, (case, given, holders) in enumerate(CONSENTS, start=1):
        home = consenting(number, given, holders)
        plan = plan_for([home], ["land_contract", "land_transfer"])
        value = reference(home, plan, recipient=SERVICE, lender=None).value("land_mu_years")
        found.append({"case": case, "`land_mu_years`": shown("mu_year_hundredths", value)})
    return found


def standing_rows() -> Rows:
    """Standing, confidence and lifetime of every class whose rows become facts."""
    found = []
    for contract in linked_classes(load_contracts().values()):
        source = source_of(contract)
        found.append({
            "class": f"`{contract.name}`",
            "stands as": RANK_TITLES[RANK_NAMES[source.rank]],
            "confidence": f"{source.confidence_percent}%",
            "good for": f"{source.good_for_days} days",
        })  # fmt: skip
    return found


def field_rows() -> Rows:
    """What two sources may both say, in the order in which a tie is settled."""
    sources: dict[str, list[str]] = {}
    for claim in CLAIMS:
        sources.setdefault(claim.field, []).append(claim.class_name)
    sources["area_m2:UNIT"] = list(DWELLING_AREA)
    return [
        {"field": f"`{field}`", "sources": ", ".join(f"`{name}`" for name in names)}
        for field, names in sources.items()
    ]


def dispute_rows() -> Rows:
    """The disputes of the worked households, weighed."""
    return [
        {"household": str(number), "field": f"`{said.field}`", "source": f"`{said.source}`",
         "value": _figure(said.field, said.value), "as of": said.as_of.isoformat(),
         "outcome": "won" if won else "lost", "rule": rule}
        for number, rows in enumerate(DISPUTES, start=1)
        for said, won, rule in contested(statements(rows, TODAY))
    ]  # fmt: skip


def _figure(field: str, value: object) -> str:
    if field.endswith(FEN_SOURCES):
        assert isinstance(value, int)
        return shown("fen", value)
    return f"{value} m²"


WRITTEN: Mapping[tuple[str, str], Callable[[], Rows]] = {
    ("features", "features"): feature_rows,
    ("features", "unknown"): unknown_rows,
    ("features", "worked"): worked_rows,
    ("features", "consents"): consent_rows,
    ("survivorship", "standing"): standing_rows,
    ("survivorship", "fields"): field_rows,
    ("survivorship", "disputes"): dispute_rows,
}

if __name__ == "__main__":
    for (page, name), rows in WRITTEN.items():
        rewrite(page, name, rows())
