"""All features, in the order of the profile; the one list that batch, docs and screens read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from xinnong.analytics.contracts.declarations import CONSENT_SCOPES, load_contracts
from xinnong.analytics.features import (
    assets,
    character,
    family,
    gates,
    income,
    liabilities,
    standing,
)
from xinnong.analytics.features.declaration import Feature

FEATURES: tuple[Feature, ...] = (
    *assets.FEATURES,
    *liabilities.FEATURES,
    *income.FEATURES,
    *family.FEATURES,
    *standing.FEATURES,
    *character.FEATURES,
    *gates.FEATURES,
)


@cache
def features() -> Mapping[str, Feature]:
    """Return every feature by name, intermediate ones included."""
    return MappingProxyType({feature.name: feature for feature in FEATURES})


def shown_features() -> tuple[Feature, ...]:
    """Return the features that a profile carries and a card may score."""
    return tuple(feature for feature in FEATURES if feature.shown)


@cache
def consent_scopes() -> Mapping[str, str]:
    """Return the scope of every contract field that needs written consent, by `class.field`."""
    return MappingProxyType(
        {
            f"{name}.{field.name}": field.consent_scope
            for name, contract in load_contracts().items()
            for field in contract.fields
            if field.consent and field.consent_scope is not None
        }
    )


def scopes_of(feature: Feature) -> tuple[str, ...]:
    """Return the consent scopes a feature asks for, those of its parts included."""
    asked = {consent_scopes().get(name) for name in (*feature.reads, *feature.also_reads)}
    for part in feature.parts:
        asked |= set(scopes_of(features()[part]))
    return tuple(scope for scope in CONSENT_SCOPES if scope in asked)


def legal_class(feature: Feature) -> str:
    """Return the strictest legal class among the sources of a feature."""
    order = ("public", "internal", "personal", "sensitive")
    contracts = load_contracts()
    found: list[str] = [contracts[name].legal for name in feature.all_classes]
    found += [legal_class(features()[part]) for part in feature.parts]
    return max(found, key=order.index)
