"""What the police of the demo do about the case: warn its town, tell its numbers, trade packs, sign an order.

The neighbouring county and the platform are invented; the order waits for the second key, so that
nothing is sent to any address. What was done before an interruption is not done again.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from xinnong.accounts.scope import scoped
from xinnong.core.packs import Entry, Pack, entries_bytes, pack_document, pack_file, to_be_signed
from xinnong.guard.models import Case, CaseNumber, OrderTarget
from xinnong.guard.pack_sealing import opening_key, sealed_for
from xinnong.guard.refusals import NobodyToTell, NobodyToWarn, PackTwice
from xinnong.guard.services.orders import sign_order
from xinnong.guard.services.packs import make_pack, take_pack
from xinnong.guard.services.partners import decide_partner, own_county, propose_partner
from xinnong.guard.services.targets import decide_target, propose_target
from xinnong.guard.services.victims import tell_victims
from xinnong.guard.services.warning import warn_neighbours

if TYPE_CHECKING:
    from datetime import datetime

    from xinnong.accounts.models import User

NEIGHBOUR: Final = "339982"
SIGNING: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(3, 35)))
SEALING: Final = X25519PrivateKey.from_private_bytes(bytes(range(4, 36)))
"""Everybody knows these keys: they sign and open the demo's invented packs and nothing else."""
THEIRS: Final = (Entry("device", "demo-handset-next-door"), Entry("phone", "19900009001"))


def act_on_case(case: Case, handler: User, chief: User, client: str, now: datetime) -> None:
    """Both officers have passed their second factor; each acts in the own scope, as on a page."""
    with scoped(handler):
        agreed = OrderTarget.objects.exists()
    if not agreed:
        _agree(handler, chief, client, now)
    with scoped(handler):
        with suppress(NobodyToWarn):  # a county may have no cadre who signs in
            warn_neighbours(actor=handler, case=case, key=_key("warning"), now=now)
        with suppress(NobodyToTell):
            tell_victims(actor=handler, case=case, now=now)
        marks = CaseNumber.objects.filter(case=case, holds=True).order_by("pk")
        make_pack(
            actor=handler, case=case, partner=NEIGHBOUR, devices=sorted(case.device_marks),
            numbers=list(marks.values_list("mark", flat=True)[:2]), vehicle="",
            said="两人一车，冒充医保工作人员，用两部手机给老人注册账号", days=30,
            reason="同伙往邻县去了", key=_key("pack"), now=now,
        )  # fmt: skip
        with suppress(PackTwice):
            take_pack(actor=handler, data=_theirs(now), now=now)
        sign_order(
            actor=handler, case=case, kind="verify", targets=["demo-pay"],
            reason="两部手机一晚给九位老人注册账号，请平台核验是不是本人", days=7,
            key=_key("order"), now=now,
        )  # fmt: skip


def _agree(handler: User, chief: User, client: str, now: datetime) -> None:
    """The neighbour and the platform, proposed by one officer and approved by the other."""
    with scoped(handler):
        partner = propose_partner(
            actor=handler, county=NEIGHBOUR, name="演示邻县公安局",
            public_key=SIGNING.public_key().public_bytes_raw().hex(),
            sealing_key=SEALING.public_key().public_bytes_raw().hex(), now=now,
        )  # fmt: skip
        target = propose_target(
            actor=handler, code="demo-pay", name="演示支付平台",
            url="https://orders.example.com/orders", client=client,
            public_key=SIGNING.public_key().public_bytes_raw().hex(), now=now,
        )  # fmt: skip
    with scoped(chief):
        decide_partner(actor=chief, partner=partner, approve=True, now=now)
        decide_target(actor=chief, target=target, approve=True, now=now)


def _theirs(now: datetime) -> bytes:
    """A pack as the neighbour's installation makes it."""
    made_at = now - timedelta(hours=1)
    pack = Pack(
        _key("theirs"), NEIGHBOUR, own_county(), _key("their-case"), made_at,
        made_at + timedelta(days=30), ("village-burst",), "昨天在我县两个村，开面包车往你县方向去了", b"",
    )  # fmt: skip
    receiver = opening_key().public_key().public_bytes_raw().hex()
    sealed = sealed_for(receiver, entries_bytes(list(THEIRS)), pack.bound)
    document = pack_document(pack) | {"sealed": sealed.hex()}
    return pack_file(document, SIGNING.sign(to_be_signed(document)))


def _key(what: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"xinnong:demo-guard:{what}")
