"""What is wrong with a list of staff or areas, and what to do, beside the code of the refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from xinnong.core.errors import Problem

REMEDIES: Final = {
    "staff.not_toml": "the file is no TOML; mend the line that is named",
    "staff.section_unknown": "sections are [[operator]], [[institution]] and [[user]]",
    "staff.field_unknown": "there is no such key; `xinnong staff-import --help` lists them",
    "staff.field_missing": "the key is needed; add it",
    "staff.field_form": "the key has another kind of value: a text in quotes, a list in brackets",
    "staff.kind_unknown": "kinds are listed by `xinnong staff-import --help`",
    "staff.name_unknown": "a code or a user name it refers to does not exist; import that first",
    "staff.value_refused": "the entry clashes with what exists or breaks a rule; see `why`",
    "areas.not_csv": "the line is no CSV with this many columns; mend it",
    "areas.column_missing": "add the column to the first line",
    "areas.empty": "the list has no rows",
    "areas.many_would_end": "more than a tenth would end; send the whole list, or --many-may-end",
    "areas.code_form": "a code has 6 digits for a county, 9 for a town, 12 for a village",
    "areas.level_unknown": "levels are county, town and village",
    "areas.parent_wrong": "the parent is the code's own beginning",
    "areas.parent_missing": "the parent is not in the list; add its row",
    "areas.name_missing": "give the name in name_zh",
    "areas.text_form": "the text is too long or has control characters",
    "areas.code_twice": "the code stands twice; keep one row",
    "areas.successor_unknown": "retired_to names a code of the list, another than its own",
    "areas.successor_circular": "the successors lead back to the row itself",
}


def told_problem(problem: Problem) -> dict[str, object]:
    """One fault as an object: code, field, figures and what to do."""
    said: dict[str, object] = {
        "refused": problem.code, "field": problem.field, "params": dict(problem.params),
    }  # fmt: skip
    remedy = REMEDIES.get(problem.code)
    return said | {"remedy": remedy} if remedy else said
