"""Credit policy: gates that fail closed, and the line rule spelled out addend by addend.

A policy is dated data. Two kinds of line come from it: `pre`, an internal campaign figure by
grade alone, and `granted`, which needs consent and is offered. Every amount is fen, every share a
whole percentage, rounded down; a line is a whole number of hundred yuan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from xinnong.core.money import floor_hundreds, share

LineKind = Literal["pre", "granted"]
KINDS: Final[tuple[LineKind, ...]] = ("pre", "granted")
GATES: Final = ("grade", "age", "residence", "court_list", "consent", "own_overdue")
CAP_PRODUCT: Final = "cap.product"
CAP_HOUSEHOLD: Final = "cap.household"
STEPS: Final = (
    "step.base",
    "step.net_assets",
    "step.operating_income",
    "step.area",
    "step.elsewhere",
    "step.cap_product",
    "step.custody",
    "step.cap_household",
    "step.hundreds",
    "step.gates",
)


@dataclass(frozen=True, slots=True)
class Rates:
    """Percent a year: base plus the spread of the grade, never under the floor or over the cap."""

    base_percent: Decimal
    spread_percent: Mapping[str, Decimal]
    floor_percent: Decimal
    cap_percent: Decimal

    def of(self, grade: str) -> Decimal:
        """Answer the rate of a grade the policy lends to."""
        rate = self.base_percent + self.spread_percent[grade]
        return min(max(rate, self.floor_percent), self.cap_percent)


@dataclass(frozen=True, slots=True)
class Policy:
    """A published credit policy; made by `policy_file.load_policy`.

    `base_minor` names every grade that can have a line. `gates` lists per kind which gates must
    be open, in the order in which they are told.
    """

    id: str
    version: str
    effective_on: date
    title_zh: str
    title_en: str
    base_minor: Mapping[str, int]
    net_assets_percent: int
    operating_income_percent: int
    area_norm_percent: int
    cap_product_minor: int
    cap_household_minor: int
    gates: Mapping[LineKind, tuple[str, ...]]
    rates: Rates
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineInputs:
    """What a line is decided from, for one household and (when granted) one lender.

    Gate facts are True (open), False (closed) or None (nobody delivered it: closed too). Amounts
    are fen; None is unknown and adds nothing. `norm_input_minor` is what the planted land costs
    to run for a year: the sum over crops of area times the crop's norm. `custody_minor` is the
    value of entrusted assets after their haircut, as the three parties decided it.
    """

    kind: LineKind
    grade: str
    first_borrower: bool = False
    adult_18_65: bool | None = None
    lives_in_county: bool | None = None
    court_list_clear: bool | None = None
    consent_given: bool | None = None
    own_loans_current: bool | None = None
    net_assets_minor: int | None = None
    operating_income_minor: int | None = None
    norm_input_minor: int | None = None
    elsewhere_minor: int | None = None
    custody_minor: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One addend of a line. The amounts of all steps sum to the line exactly.

    `params` hold what the addend was made of (of_minor, percent, known …).
    """

    code: str
    amount_minor: int
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Gate:
    """A closed gate: gate.<name>.closed, or gate.<name>.unknown where its source is missing."""

    name: str
    code: str


@dataclass(frozen=True, slots=True)
class LineTerms:
    """The addends as the batch stores them; None is unknown or not part of this kind of line.

    They are worked out whether or not a gate is closed. `uncapped_minor` is before both caps and
    without custody; `custody_minor` is added after the first cap; `cap_code` is the cap that bound.
    """

    base_minor: int
    assets_minor: int | None
    income_minor: int | None
    area_minor: int | None
    elsewhere_minor: int | None
    uncapped_minor: int
    custody_minor: int | None
    cap_code: str


@dataclass(frozen=True, slots=True)
class LineResult:
    """A decided line: amount, every addend, closed gates, and the rate (None without a line)."""

    kind: LineKind
    grade: str
    line_minor: int
    steps: tuple[Step, ...]
    closed_gates: tuple[Gate, ...]
    rate_percent: Decimal | None
    terms: LineTerms


def decide_line(policy: Policy, inputs: LineInputs) -> LineResult:
    """Decide the line of one household.

    The amount is base by grade, plus shares of net assets and operating income when granted; for
    a first borrower at least the area share of the input norm; less lines elsewhere; capped; plus
    custody, capped again; down to whole hundreds; and zero while any gate is closed.
    """
    steps = _pre_steps(policy, inputs) if inputs.kind == "pre" else _granted_steps(policy, inputs)
    uncapped = _sum(steps)
    _cap(steps, "step.cap_product", policy.cap_product_minor)
    if inputs.kind == "granted" and inputs.custody_minor:
        steps.append(Step("step.custody", inputs.custody_minor, {}))
    _cap(steps, "step.cap_household", policy.cap_household_minor)
    _add_unless_zero(steps, "step.hundreds", floor_hundreds(_sum(steps)) - _sum(steps), {})
    closed = closed_gates(policy, inputs)
    if closed:
        codes = tuple(gate.code for gate in closed)
        steps.append(Step("step.gates", -_sum(steps), {"gates": codes}))
    line = _sum(steps)
    rate = policy.rates.of(inputs.grade) if line else None
    terms = _terms(policy, inputs, uncapped, {step.code for step in steps})
    return LineResult(inputs.kind, inputs.grade, line, tuple(steps), closed, rate, terms)


def closed_gates(policy: Policy, inputs: LineInputs) -> tuple[Gate, ...]:
    """Answer every gate of this kind of line that is not open, in the policy's order."""
    facts = {
        "grade": inputs.grade in policy.base_minor,
        "age": inputs.adult_18_65,
        "residence": inputs.lives_in_county,
        "court_list": inputs.court_list_clear,
        "consent": inputs.consent_given,
        "own_overdue": inputs.own_loans_current,
    }
    return tuple(
        Gate(name, f"gate.{name}.{'unknown' if facts[name] is None else 'closed'}")
        for name in policy.gates[inputs.kind]
        if facts[name] is not True
    )


def inputs_from_features(
    *, kind: LineKind, grade: str, first_borrower: bool, features: Mapping[str, int | None]
) -> LineInputs:
    """Read the gate facts and amounts of a line from the features of a run.

    Reads adult_18_65, lives_in_county, consent_ok (1 is open), court_list_open, own_dpd_over_90
    (0 is open), net_assets, operating_income, norm_input, lines_elsewhere, custody_value (fen). An
    absent feature is unknown; an absent custody value means that nothing was entrusted.
    """
    return LineInputs(
        kind=kind,
        grade=grade,
        first_borrower=first_borrower,
        adult_18_65=_holds(features.get("adult_18_65")),
        lives_in_county=_holds(features.get("lives_in_county")),
        court_list_clear=_is_zero(features.get("court_list_open")),
        consent_given=_holds(features.get("consent_ok")),
        own_loans_current=_is_zero(features.get("own_dpd_over_90")),
        net_assets_minor=features.get("net_assets"),
        operating_income_minor=features.get("operating_income"),
        norm_input_minor=features.get("norm_input"),
        elsewhere_minor=features.get("lines_elsewhere"),
        custody_minor=features.get("custody_value") or 0,
    )


def _holds(value: int | None) -> bool | None:
    return None if value is None else value > 0


def _is_zero(value: int | None) -> bool | None:
    return None if value is None else value == 0


def _sum(steps: list[Step]) -> int:
    return sum(step.amount_minor for step in steps)


def _pre_steps(policy: Policy, inputs: LineInputs) -> list[Step]:
    base = policy.base_minor.get(inputs.grade, 0)
    return [Step("step.base", base, {"grade": inputs.grade})]


def _granted_steps(policy: Policy, inputs: LineInputs) -> list[Step]:
    steps = [
        *_pre_steps(policy, inputs),
        _share_step("step.net_assets", inputs.net_assets_minor, policy.net_assets_percent),
        _share_step(
            "step.operating_income",
            inputs.operating_income_minor,
            policy.operating_income_percent,
        ),
    ]
    area = _area_minor(policy, inputs)
    if area is not None:
        params = {
            "area_minor": area,
            "of_minor": inputs.norm_input_minor,
            "percent": policy.area_norm_percent,
        }
        steps.append(Step("step.area", max(0, area - _sum(steps)), params))
    elsewhere = inputs.elsewhere_minor
    params = {"elsewhere_minor": elsewhere, "known": elsewhere is not None}
    steps.append(Step("step.elsewhere", -min(_sum(steps), max(0, elsewhere or 0)), params))
    return steps


def _share_step(code: str, of_minor: int | None, percent: int) -> Step:
    amount = _share_minor(of_minor, percent)
    params = {"of_minor": of_minor, "percent": percent, "known": of_minor is not None}
    return Step(code, amount or 0, params)


def _share_minor(of_minor: int | None, percent: int) -> int | None:
    """Take a share; a household that owes more than it has, or loses money, adds nothing."""
    return None if of_minor is None else share(max(0, of_minor), percent)


def _area_minor(policy: Policy, inputs: LineInputs) -> int | None:
    if not inputs.first_borrower:
        return None
    return _share_minor(inputs.norm_input_minor, policy.area_norm_percent)


def _cap(steps: list[Step], code: str, cap_minor: int) -> None:
    _add_unless_zero(steps, code, min(0, cap_minor - _sum(steps)), {"cap_minor": cap_minor})


def _add_unless_zero(
    steps: list[Step], code: str, amount_minor: int, params: Mapping[str, object]
) -> None:
    if amount_minor:
        steps.append(Step(code, amount_minor, params))


def _terms(policy: Policy, inputs: LineInputs, uncapped: int, codes: set[str]) -> LineTerms:
    caps = {"step.cap_household": CAP_HOUSEHOLD, "step.cap_product": CAP_PRODUCT}
    granted = inputs.kind == "granted"
    assets, income = inputs.net_assets_minor, inputs.operating_income_minor
    return LineTerms(
        base_minor=policy.base_minor.get(inputs.grade, 0),
        assets_minor=_share_minor(assets, policy.net_assets_percent) if granted else None,
        income_minor=_share_minor(income, policy.operating_income_percent) if granted else None,
        area_minor=_area_minor(policy, inputs) if granted else None,
        elsewhere_minor=inputs.elsewhere_minor if granted else None,
        uncapped_minor=uncapped,
        custody_minor=inputs.custody_minor if granted else None,
        cap_code=next((cap for code, cap in caps.items() if code in codes), ""),
    )
