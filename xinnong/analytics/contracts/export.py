"""The contracts as JSON, complete enough that a stranger can generate valid files."""

from __future__ import annotations

from collections.abc import Mapping

from xinnong.analytics.contracts.declarations import CONSENT_SCOPES, Contract, Field, load_contracts
from xinnong.analytics.contracts.kinds import FALSE_WORDS, KINDS, TRUE_WORDS, UNIT_SYNONYMS, UNITS

FORMAT_VERSION = 1


def contracts_json() -> dict[str, object]:
    """Return every contract with the kinds of value and the file rules, ready for json.dumps."""
    return {
        "format_version": FORMAT_VERSION,
        "files": _files(),
        "types": {name: _kind(name) for name in KINDS},
        "units": list(UNITS),
        "unit_synonyms": dict(UNIT_SYNONYMS),
        "true_words": list(TRUE_WORDS),
        "false_words": list(FALSE_WORDS),
        "consent_scopes": list(CONSENT_SCOPES),
        "classes": [contract_json(contract) for contract in load_contracts().values()],
    }


def contract_json(contract: Contract) -> dict[str, object]:
    """Return one contract as plain values."""
    return {
        "number": contract.number,
        "name": contract.name,
        "title_zh": contract.title_zh,
        "title_en": contract.title_en,
        "agency": contract.agency,
        "deliverer": contract.deliverer,
        "rhythm": contract.rhythm,
        "mode": contract.mode,
        "freshness_days": contract.freshness_days,
        "legal": contract.legal,
        "retention_years": contract.retention_years,
        "consent": contract.consent,
        "consent_scope": contract.consent_scope,
        "key": [field.name for field in contract.key],
        "one_of": [list(group) for group in contract.one_of],
        "band": _band(contract),
        "notes_zh": contract.notes_zh,
        "notes_en": contract.notes_en,
        "file_name": f"{contract.name}_YYYYMMDD[_n].csv",
        "fields": [_field(field) for field in contract.fields],
    }


def _band(contract: Contract) -> Mapping[str, object]:
    band = contract.band
    return {"min_rows": band.min_rows, "low": str(band.low), "high": str(band.high)}


def _field(field: Field) -> Mapping[str, object]:
    return {
        "name": field.name,
        "header": field.header,
        "aliases": list(field.aliases),
        "type": field.type,
        "kind": field.kind,
        "arguments": list(field.arguments),
        "required": field.required,
        "key": field.key,
        "values": list(field.values),
        "words": list(field.words),
        "register": field.register,
        "unit": field.unit,
        "scale": field.scale,
        "min": None if field.minimum is None else str(field.minimum),
        "max": None if field.maximum is None else str(field.maximum),
        "consent": field.consent,
        "consent_scope": field.consent_scope,
        "vault": field.vault,
        "lake_name": field.lake_name,
        "lake_type": field.lake_type,
        "description_zh": field.description_zh,
        "description_en": field.description_en,
    }


def _kind(name: str) -> Mapping[str, object]:
    kind = KINDS[name]
    return {
        "pattern": kind.pattern,
        "example": kind.example,
        "also_accepted": list(kind.also),
        "title_zh": kind.title_zh,
        "title_en": kind.title_en,
    }


def _files() -> Mapping[str, object]:
    return {
        "name": "CLASS_YYYYMMDD[_n].ext",
        "formats": ["csv", "xlsx", "parquet", "jsonl", "zip"],
        "csv": {
            "encodings": ["utf-8", "utf-8-sig", "gb18030", "utf-16 with BOM"],
            "separators": [",", "\t", "|"],
            "quote": '"',
            "header": "first row that names known columns; title rows above it are allowed",
        },
        "xlsx": {
            "sheet": "the first; field_form has four sheets named by table or by its title",
            "header": "first row that names known columns; title rows above it are allowed",
        },
        "jsonl": {"keys": "header, alias or field name"},
        "zip": {"nested": False, "member": "archive.zip!member.csv"},
        "columns": "in any order; unknown ones are kept aside; key and required ones must be there",
        "as_of": "once per file: by option, else from the file name",
    }
