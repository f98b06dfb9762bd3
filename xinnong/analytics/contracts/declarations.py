"""Data contracts: one declaration per class of rows a department delivers.

A contract is data. The same declaration drives reading, checking, the template a department
downloads, the error file it gets back, the reference page and the synthetic county.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, Literal, cast

from xinnong.analytics.contracts.kinds import Kind, KindName, read_type

Rhythm = Literal["daily", "weekly", "monthly", "yearly"]
Mode = Literal["full", "delta"]
Legal = Literal["public", "internal", "personal", "sensitive"]

CONSENT_SCOPES: Final = (
    "real_estate", "land", "income", "deposits", "insurance", "securities", "tax", "production",
)  # fmt: skip
"""Names that may stand in `consent.scopes`; each W field names the one it needs."""

FORM: Final = "field_form"
"""The household form, which is delivered as one workbook or as its tables."""
FORM_TABLES: Final = tuple(
    f"{FORM}.{table}" for table in ("member", "asset", "debt", "income_expense")
)

EXPLANATION_SHEET: Final = "填写说明"
"""The sheet of a template that explains the columns; it is never read as rows."""

DEFAULT_DECIMAL: Final = (18, 4)

Register = Literal["recipients"]
"""Lists that a value may have to stand in; who checks a delivery brings them along."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a class, as declared.

    `values` are the choices of an enum; `words` those of which a text holds one or more, joined by
    commas, semicolons, bars or spaces; `register` names the list in which the value must stand.
    """

    name: str
    header: str
    type: str
    kind: KindName
    arguments: tuple[int, ...]
    description_zh: str
    description_en: str
    required: bool = False
    key: bool = False
    aliases: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    register: Register | None = None
    consent: bool = False
    consent_scope: str | None = None
    vault: bool = False
    scale: Literal["wan"] | None = None
    unit: str | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None

    @property
    def headers(self) -> tuple[str, ...]:
        """Return every header under which this column is recognised, the proper one first."""
        return (self.header, *self.aliases, self.name)

    @property
    def lake_name(self) -> str | None:
        """Name of the column in the lake; None for what only the vault keeps."""
        if self.vault:
            return None
        if self.kind == "rid":
            return "person_key" if self.name == "rid" else self.name.removesuffix("rid") + "key"
        return f"{self.name}_minor" if self.kind == "money" else self.name

    @property
    def lake_type(self) -> str:
        """DuckDB type of the column in the lake."""
        if self.kind == "decimal":
            return f"DECIMAL(18,{max(4, self.digits[1])})"
        return self.kind_details.lake_type

    @property
    def kind_details(self) -> Kind:
        """The kind this field is declared as."""
        return read_type(self.type)[0]

    @property
    def digits(self) -> tuple[int, int]:
        """Precision and scale of a decimal."""
        return cast("tuple[int, int]", self.arguments) if self.arguments else DEFAULT_DECIMAL


@dataclass(frozen=True, slots=True)
class Band:
    """What row count is believable: at least `min_rows`; a full delivery also by its ratio."""

    min_rows: int
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Contract:
    """One class of rows: who delivers it, how often, under which law, with which columns."""

    number: int
    name: str
    title_zh: str
    title_en: str
    agency: str
    deliverer: str
    rhythm: Rhythm
    mode: Mode
    freshness_days: int
    legal: Legal
    retention_years: int
    consent: Literal["none", "W"]
    consent_scope: str | None
    one_of: tuple[tuple[str, ...], ...]
    band: Band
    notes_zh: str
    notes_en: str
    fields: tuple[Field, ...]

    @property
    def key(self) -> tuple[Field, ...]:
        """Return the fields that together name a row."""
        return tuple(field for field in self.fields if field.key)

    @property
    def rid_fields(self) -> tuple[Field, ...]:
        """Return the fields that hold resident ids."""
        return tuple(field for field in self.fields if field.kind == "rid")

    @property
    def has_vault(self) -> bool:
        """Whether rows carry something only the vault may keep."""
        return any(field.vault or field.kind == "rid" for field in self.fields)

    def field(self, name: str) -> Field:
        """Return the field called `name`; KeyError when there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

    def lake_columns(self) -> tuple[tuple[str, str], ...]:
        """Return (name, DuckDB type) of every lake column: the class's own, then LAKE_TAIL.

        Where the class declares its own `as_of`, that row date stands in for the file's.
        """
        own = [(f.lake_name, f.lake_type) for f in self.fields if f.lake_name is not None]
        names = {name for name, _ in own}
        return (*own, *(column for column in LAKE_TAIL if column[0] not in names))


LAKE_TAIL: Final = (
    ("as_of", "DATE"), ("batch", "BIGINT"), ("row", "INTEGER"),
    ("row_hash", "UBIGINT"), ("loaded_at", "TIMESTAMP"),
)  # fmt: skip
"""Columns that follow the class's own in every lake file."""


@cache
def load_contracts() -> Mapping[str, Contract]:
    """Return every contract by class name, in number order.

    Raises ValueError when a declaration contradicts itself; the message names file and field.
    """
    folder = files("xinnong.analytics.contracts").joinpath("classes")
    sources = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=str)
    read = [_contract(item.name, tomllib.loads(item.read_text("utf-8"))) for item in sources]
    return MappingProxyType({contract.name: contract for contract in read})


def load_form() -> tuple[Contract, ...]:
    """Return the tables of the household form (class 31), in the order of its workbook."""
    return tuple(load_contracts()[table] for table in FORM_TABLES)


def _contract(source: str, raw: dict[str, Any]) -> Contract:
    if source != f"{raw['number']:02d}_{raw['name']}.toml":
        raise ValueError(f"{source}: file name and number or name differ")
    contract = Contract(
        **{key: value for key, value in raw.items() if key not in _NESTED},
        consent_scope=raw.get("consent_scope"),
        one_of=tuple(tuple(group) for group in raw.get("one_of", ())),
        notes_zh=raw.get("notes_zh", ""),
        notes_en=raw.get("notes_en", ""),
        band=_band(raw["band"]),
        fields=tuple(_field(source, field) for field in raw["fields"]),
    )
    _check(source, contract)
    return contract


_NESTED: Final = ("band", "fields", "one_of", "notes_zh", "notes_en", "consent_scope")


def _band(raw: dict[str, Any]) -> Band:
    return Band(raw["min_rows"], Decimal(raw["low"]), Decimal(raw["high"]))


def _field(source: str, raw: dict[str, Any]) -> Field:
    own = dict(raw)
    try:
        kind, arguments = read_type(own["type"])
    except ValueError as wrong:
        raise ValueError(f"{source}: field {own['name']}: {wrong}") from wrong
    for name in ("aliases", "values", "words"):
        own[name] = tuple(own.get(name, ()))
    minimum, maximum = own.pop("min", None), own.pop("max", None)
    return Field(
        **own,
        kind=kind.name,
        arguments=arguments,
        minimum=None if minimum is None else Decimal(minimum),
        maximum=None if maximum is None else Decimal(maximum),
    )


def _check(source: str, contract: Contract) -> None:
    seen: set[str] = set()
    for field in contract.fields:
        for header in field.headers:
            if header in seen:
                raise ValueError(f"{source}: header {header} names two fields")
            seen.add(header)
        _check_field(source, field)
    if not contract.key:
        raise ValueError(f"{source}: no key")
    names = {field.name for field in contract.fields}
    if not names.issuperset(name for group in contract.one_of for name in group):
        raise ValueError(f"{source}: one_of names a field that does not exist")


def _check_field(source: str, field: Field) -> None:
    if (field.kind == "enum") != bool(field.values):
        raise ValueError(f"{source}: {field.name}: values belong to enum")
    if field.consent != (field.consent_scope in CONSENT_SCOPES):
        raise ValueError(f"{source}: {field.name}: consent needs a scope")
    if (field.words or field.register) and field.kind != "text":
        raise ValueError(f"{source}: {field.name}: words and registers belong to text")
    if field.scale is not None and field.kind != "money":
        raise ValueError(f"{source}: {field.name}: scale belongs to money")
