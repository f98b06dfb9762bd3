"""Which group keeps which household number, in plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Numbering:
    """Numbers of groups, and what became of numbers that nobody kept: status and successor."""

    numbers: dict[str, int] = field(default_factory=dict)
    ended: dict[int, tuple[str, int | None]] = field(default_factory=dict)


def number(now: Mapping[str, str], before: Mapping[str, int], next_no: int) -> Numbering:
    """`now` names the group of each person, `before` the household of each earlier one."""
    shared: dict[tuple[str, int], list[str]] = {}
    for person, group in now.items():
        if person in before:
            shared.setdefault((group, before[person]), []).append(person)
    favourites = {old: _favourite(shared, old) for old in set(before.values())}
    found = Numbering()
    for old, favourite in sorted(favourites.items()):
        if favourite is None:
            continue
        kept = found.numbers.get(favourite)
        if kept is None or len(shared[favourite, old]) > len(shared[favourite, kept]):
            found.numbers[favourite] = old
    _number_the_rest(found, now, next_no)
    for old, favourite in favourites.items():
        if old not in found.numbers.values():
            groups = {group for group, home in shared if home == old}
            status = "gone" if not groups else "merged" if len(groups) == 1 else "split"
            found.ended[old] = (status, found.numbers[favourite] if favourite else None)
    return found


def _favourite(shared: Mapping[tuple[str, int], list[str]], old: int) -> str | None:
    """The group with most of a household's people, the smallest person on a tie."""
    groups = [(group, people) for (group, o), people in shared.items() if o == old]
    if not groups:
        return None
    return min(groups, key=lambda item: (-len(item[1]), min(item[1])))[0]


def _number_the_rest(found: Numbering, now: Mapping[str, str], next_no: int) -> None:
    first: dict[str, str] = {}
    for person, group in now.items():
        first[group] = min(first.get(group, person), person)
    for group in sorted(first, key=lambda name: first[name]):
        if group not in found.numbers:
            found.numbers[group] = next_no
            next_no += 1
