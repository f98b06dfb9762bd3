"""Server time of search and household pages, at whatever size of county the data folder holds.

    XINNONG_DATA=… .venv/bin/python benchmarks/pages.py [--searches 400] [--households 60] [--slowest 5]

The demo officer (whole county) and the demo cadre (one village) search by name, surname, pinyin
initials, tails and whole ids and phones, household number, town, village and grade, and turn pages
as far as they go; then they open household files and every dimension. Each request goes through the
whole application in this process: middleware, session, row-level security, queries, templates, and
the row that remembers who looked. Terms are drawn from the county itself by a fixed seed. Exit code
1 where a figure misses what is asked.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from xinnong.config import environment, postgres  # noqa: E402 - the repository is on the path now

if TYPE_CHECKING:
    from django.test import Client

SEED = 1
ASKED_P50_MS = 100
ASKED_P99_MS = 250
FAR_PAGES = 25
VILLAGE_DIGITS = 12
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NEXT_PAGE = re.compile(r'href="(\?[^"]*after=[^"]*)"')
SEARCH, HOUSEHOLD = "search", "household page"
WORKBENCH = "/workbench/"

Asked = tuple[str, str, dict[str, str]]
Times = dict[str, list[tuple[float, str]]]


def main() -> int:
    """Start what is needed, measure, print the table; the exit code tells of misses."""
    options = _options()
    os.environ["XINNONG_ROLE"] = "app"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinnong.config.settings")
    with _server():
        import django

        django.setup()
        return _measure(options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--searches", type=int, default=400, help="terms searched (%(default)s)")
    parser.add_argument("--households", type=int, default=60, help="files opened (%(default)s)")
    parser.add_argument("--slowest", type=int, default=5, help="slowest requests named a page kind")
    return parser.parse_args()


def _server() -> AbstractContextManager[object]:
    return nullcontext() if environment.has_server() else postgres.running(postgres.embedded())


def _measure(options: argparse.Namespace) -> int:
    from xinnong.accounts.models import User

    chance = random.Random(SEED)  # noqa: S311 - test data
    people = {
        user.username: user for user in User.objects.filter(username__in=("officer", "cadre"))
    }
    if len(people) < 2:  # noqa: PLR2004 - both of them
        print("no demo officer and cadre here; run `xinnong demo-users` first", file=sys.stderr)
        return 2
    print(_size())
    times: Times = defaultdict(list)
    for name, share in (("officer", 4), ("cadre", 1)):
        reader = Reader(people[name], times)
        terms = _terms(chance, people[name], options.searches * share // 5)
        reader.warm_up()
        for kind, text, filters in terms:
            reader.search(f"{name}, {kind}", text, filters)
        for ref in _households(chance, people[name], options.households * share // 5):
            reader.open_file(name, ref)
    return _report(times, options.slowest)


def _size() -> str:
    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.registry.models import Household, Person

    with scoped(SYSTEM):
        return f"{Household.objects.count():,} households, {Person.objects.count():,} persons"


# ---------------------------------------------------------------- who asks


class Reader:
    """Somebody signed in, whose requests are timed."""

    def __init__(self, user: Any, times: Times) -> None:
        from django.test import Client

        self.client: Client = Client(SERVER_NAME="127.0.0.1")
        self.client.force_login(user, backend=BACKEND)
        self.user = user
        self.times = times

    def warm_up(self) -> None:
        """Let caches of templates, areas and connections fill, as any process does at once."""
        for _ in range(3):
            self.client.get(WORKBENCH)

    def search(self, kind: str, text: str, filters: dict[str, str]) -> None:
        """Post a term, follow the redirect, and turn pages where the kind asks for it."""
        posted = self._timed(SEARCH, f"{kind}: post", "post", WORKBENCH, {"text": text, **filters})
        page = self._timed(SEARCH, kind, "get", posted.url)
        for _ in range(FAR_PAGES if "pages" in kind else 0):
            onwards = NEXT_PAGE.search(page.content.decode())
            if onwards is None:
                return
            page = self._timed(SEARCH, f"{kind}: next", "get", WORKBENCH + unescape(onwards[1]))

    def open_file(self, kind: str, ref: str) -> None:
        """Say why, open the file, then every dimension the reader may open."""
        from xinnong.accounts.permissions import Permission
        from xinnong.core.bins import DIMENSIONS

        home = f"/households/{ref}/"
        shown = DIMENSIONS if self.user.can(Permission.READ_FACTS) else ()
        self._timed(
            HOUSEHOLD, f"{kind}, purpose", "post", f"{home}purpose/", {"purpose": "campaign"}
        )
        self._timed(HOUSEHOLD, f"{kind}, file", "get", home)
        for dimension in shown:
            facts = f"{home}facts/{dimension}/"
            part = {"headers": {"HX-Request": "true"}}
            self._timed(HOUSEHOLD, f"{kind}, {dimension}", "get", facts, None, **part)

    def _timed(self, page: str, kind: str, method: str, *args: Any, **options: Any) -> Any:
        began = time.perf_counter()
        answer = getattr(self.client, method)(*args, **options)
        took = (time.perf_counter() - began) * 1000
        assert answer.status_code in {200, 302}, (kind, answer.status_code)
        self.times[page].append((took, kind))
        return answer


# ---------------------------------------------------------------- what is asked


def _terms(chance: random.Random, user: Any, count: int) -> list[Asked]:
    """Draw kinds of searches in turn, each with the particulars of somebody the reader may see."""
    from xinnong.accounts.scope import scoped
    from xinnong.journeys.queries.identity import open_identity
    from xinnong.registry.models import Person

    found: list[Asked] = []
    with scoped(user):
        known = Person.objects.filter(household__isnull=False).select_related(
            "identity", "household"
        )
        people = [person for person in _drawn(chance, user, known, count) if person.name]
        for number, person in enumerate(people):
            identity = open_identity(person)
            phone = identity.phone or identity.rid
            kinds: Sequence[Asked] = (
                ("full name", person.name, {}),
                ("surname", person.name[:1], {}),
                ("surname and one", person.name[:2], {}),
                ("initials", person.initials, {}),
                ("one initial", person.initials[:1], {}),
                ("tail of 4", identity.rid[-4:], {}),
                ("tail of 6", identity.rid[-6:], {}),
                ("whole id", identity.rid, {}),
                ("phone", phone, {}),
                ("tail of a phone", phone[-4:], {}),
                ("household number", person.household.ref, {}),
                ("village", "", {"town": person.area12[:9], "village": person.area12}),
                ("town and grade", "", {"town": person.area12[:9], "grade": "AA"}),
                ("county and grade", "", {"grade": "C"}),
                ("surname in a village", person.name[:1], {"village": person.area12, "town": person.area12[:9]}),
                ("surname and grade", person.name[:1], {"grade": "B"}),
            )  # fmt: skip
            found.append(kinds[number % len(kinds)])
    for text, filters in (
        ("王", {}),
        ("W", {}),
        ("", {}),
        ("", {"state": "closed"}),
        ("陈", {"grade": "A"}),
    ):
        found.append(("pages on and on", text, dict(filters)))
    return found


def _drawn(chance: random.Random, user: Any, rows: Any, count: int) -> list[Any]:
    """Draw rows the user may see: out of a village's own list, else by numbers of the whole county."""
    from xinnong.accounts.visibility import inside_areas

    reach = inside_areas(user)
    if all(len(prefix) == VILLAGE_DIGITS for prefix in user.area_prefixes):
        inside = list(rows.filter(reach))
        return [chance.choice(inside) for _ in range(count)]
    last = rows.order_by("-pk").first().pk
    numbers = [chance.randint(1, last) for _ in range(count * 4)]
    found = list(rows.filter(reach, pk__in=numbers))
    return chance.sample(found, min(count, len(found)))


def _households(chance: random.Random, user: Any, count: int) -> list[str]:
    from xinnong.accounts.scope import scoped
    from xinnong.registry.models import Household

    with scoped(user):
        return [
            home.ref
            for home in _drawn(chance, user, Household.objects.filter(state="active"), count)
        ]


# ---------------------------------------------------------------- what is said


def _report(times: Times, slowest: int) -> int:
    print(f"{'':<18}{'requests':>9}{'p50 ms':>9}{'p99 ms':>9}{'most':>9}")
    good = True
    for page, told in times.items():
        took = sorted(each for each, _ in told)
        p50, p99 = _share(took, 50), _share(took, 99)
        good &= p50 <= ASKED_P50_MS and p99 <= ASKED_P99_MS
        print(f"{page:<18}{len(took):>9,}{p50:>9.1f}{p99:>9.1f}{took[-1]:>9.1f}")
        for each, kind in sorted(told, reverse=True)[:slowest]:
            print(f"    {each:>8.1f} ms  {kind}")
    print(f"asked p50 ≤ {ASKED_P50_MS} ms, p99 ≤ {ASKED_P99_MS} ms: {'met' if good else 'MISSED'}")
    return 0 if good else 1


def _share(took: Sequence[float], percent: int) -> float:
    """The smallest time that so many percent of the requests kept."""
    return took[max(0, -(-len(took) * percent // 100) - 1)]


if __name__ == "__main__":
    sys.exit(main())
