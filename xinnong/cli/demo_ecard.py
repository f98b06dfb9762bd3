"""Terminals of the demo's hospital and pharmacy, and a health code for the demo's farmer."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from xinnong.accounts.models import Institution, User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.errors import Refused
from xinnong.ecard import stand_in
from xinnong.ecard.queries.codes import credential_of
from xinnong.ecard.services import Identification, activate_in_person, register_terminal
from xinnong.registry.models import Identity, Person
from xinnong.registry.vault import opened

TERMINALS: Final = (
    ("HOSP-01", "H1", "挂号收费 1 号窗口"),
    ("HOSP-01", "H2", "门诊药房"),
    ("PHAR-01", "R1", "收银台"),
)


def give_ecards(*, now: datetime) -> int:
    """Register the terminals and activate the farmer at the hospital; answers how many credentials.

    Running it again changes nothing. Raises NotTheDemoCounty.
    """
    stand_in.register()
    bureau, desk, farmer = (
        User.objects.get(username=name) for name in ("bureau", "hospital", "farmer")
    )
    for institution, code, place in TERMINALS:
        register_terminal(
            actor=bureau,
            institution=Institution.objects.get(code=institution),
            code=code,
            place=place,
            now=now,
            key=_key(code),
        )
    said = _identification(farmer)
    if said is None:
        return 0
    try:
        activate_in_person(
            actor=desk, said=said, has_seen_id=True, now=now, key=_key(str(farmer.person_ref))
        )
    except Refused as refused:
        sys.stderr.write(f"no health code for the farmer: {refused.code}\n")
        return 0
    return 1


def _identification(farmer: User) -> Identification | None:
    """What the invented farmer would say at the counter; None where a code works or nothing is known."""
    with scoped(SYSTEM):
        if farmer.person_ref is None or credential_of(farmer.person_ref) is not None:
            return None
        person = Person.objects.get(ref=farmer.person_ref)
        sealed = Identity.objects.select_related("person").filter(person=person).first()
        if sealed is None:
            return None
        identity = opened(sealed)
    return Identification(person.name, identity.rid, identity.phone or "")


def _key(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"urn:xinnong:demo-ecard:{name}")
