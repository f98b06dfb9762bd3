"""What a rule is made of: expressions over the working columns of one field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xinnong.analytics.contracts import Field


@dataclass(frozen=True, slots=True)
class Rule:
    """SQL of one field over its raw text `r`.

    `quick` tells canonical text. Of any other, `steps` are working columns, each over the one
    before; `text` gives the text the later parts read as `t`, `code` the form after the kind's own
    mending, read as `w`. `parsed` are working columns over these, each computed once. `problem`,
    `value` and `repairs` may read all; `repairs` is only evaluated where `quick` is false.
    """

    quick: str
    text: str
    code: str
    problem: str
    value: str
    repairs: list[str]
    remarks: list[str]
    steps: list[tuple[str, str]]
    parsed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the working columns of one field.

    `easy` is for rows of which every cell is canonical: nothing is mended, so that the text is the
    raw text and what is only done to other text folds away.
    """

    field: Field
    place: int
    easy: bool = False

    @property
    def r(self) -> str:
        """Raw text."""
        return f"r{self.place}"

    @property
    def t(self) -> str:
        """Tidied text."""
        return self.r if self.easy else f"t{self.place}"

    @property
    def w(self) -> str:
        """Mended code."""
        return self.r if self.easy else f"w{self.place}"

    @property
    def q(self) -> str:
        """Whether the raw text is canonical."""
        return "true" if self.easy else f"q{self.place}"

    @property
    def steps(self) -> tuple[str, str, str, str]:
        """Texts on the way from raw to tidied."""
        first, second, third, fourth = (f"s{self.place}_{step}" for step in range(4))
        return first, second, third, fourth

    @property
    def n(self) -> str:
        """A number parsed from the code."""
        return f"n{self.place}"

    @property
    def d(self) -> str:
        """A day parsed from the code."""
        return f"d{self.place}"
