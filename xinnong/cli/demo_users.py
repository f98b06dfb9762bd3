"""Make the invented people of the demo county and print who can do what."""

from __future__ import annotations

import argparse
import json
import secrets
from contextlib import suppress
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import override

from xinnong.accounts import demo
from xinnong.analytics.county import areas
from xinnong.areas.models import Area
from xinnong.areas.services import Row, import_areas
from xinnong.config import environment
from xinnong.outreach import demo as field_teams

FIRST_LIMITS = {
    "auto": (5_000_000, 5_000_000),
    "officer": (10_000_000, 20_000_000),
    "manager": (20_000_000, 30_000_000),
}
"""Fen that a role of the demo's lenders may approve alone and with a second person."""
HELP = "make the demo county's areas and users, print them by role"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--json", action="store_true", help="one object per user on stdout")
    parser.add_argument(
        "--farmer-only", action="store_true", help="only tie the farmer to a household with a line"
    )
    parser.add_argument("--village", default="", help="twelve-digit code of the cadre's village")


def run(args: argparse.Namespace) -> int:
    """Seed and print; running it again keeps what is there."""
    if args.farmer_only:
        _give_the_farmer_a_file()
        _give_ecards()
        _offer_products()
        _lend()
        _order_case()
        _order_book()
        return 0
    now = timezone.now()
    if not Area.objects.filter(code=demo.COUNTY).exists():
        import_areas(demo_areas(), valid_from=demo.AREAS_VALID_FROM)
    password = demo_password()
    demo.seed(password=password, now=now, village=args.village)
    field_teams.seed(now=now)
    for person in demo.PEOPLE:
        said = {
            "user": person.username,
            "password": password,
            "role": person.role,
            "name": person.name,
            "institution": person.institution,
            "try": in_chinese(person),
            "try_en": in_english(person),
        }
        if args.json:
            print(json.dumps(said, ensure_ascii=False))
    if not args.json:
        print_table(password)
    return 0


def print_table(password: str) -> None:
    """Who can sign in and what to try, for somebody who reads either language."""
    print("演示用户 Demo users\n")
    for person in demo.PEOPLE:
        print(f"{person.username:<16} {person.role:<10} {in_chinese(person)}")
        print(f"{'':<27} {in_english(person)}")
    print(f"\n{'password':<16} {password}    密码，人人相同 the same for all")


def in_chinese(person: demo.DemoUser) -> str:
    """What the person can try."""
    with override("zh-hans"):
        return str(person.does)


def in_english(person: demo.DemoUser) -> str:
    """What the person can try."""
    with override("en"):
        return str(person.does)


def _give_the_farmer_a_file() -> None:
    """Tie the farmer to the head of the household with the largest line of the officer's bank."""
    from xinnong.accounts.models import User
    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.accounts.services import link_person
    from xinnong.credit.models import Line, LineKind
    from xinnong.lending.demo_book.plan import LENDER
    from xinnong.registry.models import Person
    from xinnong.registry.queries import current_run

    farmer = User.objects.get(username="farmer")
    with scoped(SYSTEM):
        offered = Line.objects.filter(run=current_run(), kind=LineKind.GRANTED, line_minor__gt=0)
        ranked = offered.order_by("-line_minor", "household_id")
        best = ranked.filter(lender=LENDER).first() or ranked.first()
        head = (
            Person.objects.filter(household=best.household, is_head=True).first() if best else None
        )
        if farmer.person_ref is None and head is not None:
            link_person(user=farmer, person_ref=head.ref)


def _give_ecards() -> None:
    """Terminals for hospital and pharmacy, a health code for the farmer."""
    from xinnong.cli.demo_ecard import give_ecards

    give_ecards(now=timezone.now())


def _offer_products() -> None:
    """Have every lender of the demo offer the products made for its kind, with first limits."""
    from xinnong.accounts.models import Institution
    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.lending.models import BookOfRecord
    from xinnong.lending.queries import product_of, products_in_force
    from xinnong.lending.services import offer_product, ship_limits
    from xinnong.pipelines.services.inputs import RELEASE_SIGNERS

    on_core = {"BANK-02"}
    lenders = Institution.objects.filter(operator__kind="b").exclude(kind="branch")
    today = timezone.localdate()
    with scoped(SYSTEM):
        for lender in lenders:
            for product in products_in_force(on=today):
                if lender.kind in product_of(product).lenders:
                    offer_product(
                        institution=lender.code,
                        product=product,
                        book_of_record=(
                            BookOfRecord.CORE if lender.code in on_core else BookOfRecord.XINNONG
                        ),
                        from_on=product.effective_on,
                    )
            ship_limits(
                institution=lender.code,
                limits=FIRST_LIMITS,
                signers=RELEASE_SIGNERS,
                from_on=min(each.effective_on for each in products_in_force(on=today)),
                now=timezone.now(),
            )


def _lend() -> None:
    """Put some applications into the queue of the first bank."""
    from xinnong.accounts.models import User
    from xinnong.cli.demo_loans import lend

    lend(now=timezone.now(), but=User.objects.get(username="farmer").person_ref)


def _order_case() -> None:
    """Ask the worker for an evening with a gang and the case of it; nobody waits for it."""
    from procrastinate.contrib.django import app
    from procrastinate.exceptions import AlreadyEnqueued

    from xinnong.guard.demo import TASK

    job = app.configure_task(TASK, queueing_lock=TASK, lock="guard.detect", queue="guard")
    with suppress(AlreadyEnqueued):
        job.defer()


def _order_book() -> None:
    """Ask the worker for the bank's loans with their history; nobody waits for it."""
    from procrastinate.contrib.django import app
    from procrastinate.exceptions import AlreadyEnqueued

    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.lending.demo_book.notice import TASK
    from xinnong.lending.models import Application
    from xinnong.registry.queries import current_run

    with scoped(SYSTEM):
        run, newest = current_run(), Application.objects.order_by("-id").first()
    if run is None:
        return
    asked = {"run": run.pk, "known": newest.pk if newest else 0}
    last_on = timezone.localdate() - timedelta(1)
    job = app.configure_task(TASK, queueing_lock=TASK, lock="lending.days", queue="lending")
    with suppress(AlreadyEnqueued):
        job.defer(last_on=last_on.isoformat(), **asked)


def demo_areas() -> list[Row]:
    """The demo county's list as rows of an import."""
    return [
        Row(
            code=area.code12,
            level=area.level,
            parent=area.parent or "",
            name=area.name_zh,
            name_en=area.name_en,
            retired_to=area.retired_to or "",
            terrain=area.terrain,
        )
        for area in areas()
    ]


def demo_password() -> str:
    """The password of every demo user: from the environment, else made once per installation."""
    given = environment.value("XINNONG_DEMO_PASSWORD")
    if given:
        return given
    path = environment.private_folder(environment.data_folder() / "keys") / "demo_password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(12), encoding="ascii")
    return path.read_text(encoding="ascii").strip()
