"""The stand-in issuer of the demo (演示): it issues to invented people alone.

Without the invented county it refuses to take the issuer's place. Its codes begin with digits that
the national platform never uses. What it remembers of a code is a keyed digest.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from xinnong.accounts.demo import refuse_outside_demo
from xinnong.analytics.keyed import purpose_key
from xinnong.core.dynamic_codes import (
    DRAWS,
    LIFETIME_SECONDS,
    STEP_SECONDS,
    CodeKind,
    ReadCode,
    matched_step,
    online_code,
    read_code,
)
from xinnong.ecard.issuers import CodeExpired, CodeUnknown, Decoded, Shown, register_issuer
from xinnong.ecard.queries.codes import credential_of_handle, shown_code

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from django.utils.functional import _StrPromise

IS_THE_PERSON: Final = "demo/live"
IS_SOMEBODY_ELSE: Final = "demo/other"
STARTS: Final = "DEMO"
LIFETIME: Final = timedelta(seconds=LIFETIME_SECONDS)


class StandIn:
    """See the module docstring."""

    is_stand_in = True
    checks: Sequence[tuple[str, str | _StrPromise]] = (
        (IS_THE_PERSON, _("演示：核验通过，是本人")),
        (IS_SOMEBODY_ELSE, _("演示：核验不通过，不是本人")),
    )

    def check_person(self, _person: UUID, reference: str) -> bool:
        """Say yes to the one published reference."""
        return reference == IS_THE_PERSON

    def activate(self, _person: UUID) -> str:
        """A number that says what it is."""
        return STARTS + secrets.token_hex(16)

    def show(self, _index_no: str, *, now: datetime) -> Shown:
        """A drawn code; the app remembers its digest."""
        return Shown(online_code(secrets.randbelow(DRAWS)), now + LIFETIME)

    def decode(self, text: str, *, now: datetime) -> Decoded:
        """Look an online code up; check an offline one by its handle's key."""
        code = read_code(text)
        return self._online(code, now) if code.kind is CodeKind.ONLINE else self._offline(code, now)

    def digest(self, digits: str) -> str:
        """HMAC-SHA256 of the digits."""
        return hmac.digest(_key("ecard.code"), digits.encode(), "sha256").hex()

    def offline_key(self, handle: str) -> bytes:
        """Derived from the installation's key and the handle; nowhere stored."""
        return _key(f"ecard.offline.{handle}")

    def revoke(self, _index_no: str) -> None:
        """The app's own row is all there is."""

    def _online(self, code: ReadCode, now: datetime) -> Decoded:
        digest = self.digest(code.digits)
        found = shown_code(digest)
        if found is None:
            raise CodeUnknown
        if found.used_at is None and (found.void_at is not None or now >= found.expires_at):
            raise CodeExpired
        return Decoded(
            index_no=found.credential.index_no,
            digest=digest,
            is_offline=False,
            shown_at=found.shown_at,
            expires_at=found.expires_at,
        )

    def _offline(self, code: ReadCode, now: datetime) -> Decoded:
        key, found = self.offline_key(code.handle), credential_of_handle(code.handle)
        if found is None:
            raise CodeUnknown
        digest = self.digest(code.digits)
        step = matched_step(code, key=key, epoch_seconds=int(now.timestamp()))
        if step is None:
            was_used = shown_code(digest) is not None
            raise CodeExpired if was_used or _is_of_key(code, key, now) else CodeUnknown
        made_at = datetime.fromtimestamp(step * STEP_SECONDS, tz=UTC)
        return Decoded(
            index_no=found.index_no,
            digest=digest,
            is_offline=True,
            shown_at=made_at,
            expires_at=made_at + 2 * timedelta(seconds=STEP_SECONDS),
        )


LOOKED_BACK_STEPS: Final = 100
"""The tail of a step repeats after so many: an older code of the phone cannot be told from a guess."""


def _is_of_key(code: ReadCode, key: bytes, now: datetime) -> bool:
    """Whether the phone made the code a little while ago: late, not invented."""
    seconds = int(now.timestamp())
    return any(
        matched_step(code, key=key, epoch_seconds=seconds - STEP_SECONDS * back) is not None
        for back in range(2, LOOKED_BACK_STEPS, 3)
    )


def _key(purpose: str) -> bytes:
    return purpose_key(settings.XINNONG_SEARCH_KEY, purpose)


def register() -> None:
    """Let the stand-in issue in this process. Raises NotTheDemoCounty."""
    refuse_outside_demo()
    register_issuer(StandIn())


def withdraw() -> None:
    """Take it away again: nobody issues."""
    register_issuer(None)
