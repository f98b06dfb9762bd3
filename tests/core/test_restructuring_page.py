"""The worked loan of the page about restructuring, night after night by the rule."""

from __future__ import annotations

from datetime import date, timedelta

from tests.core.pages import table
from xinnong.core.asset_class import AssetClass
from xinnong.core.restructuring import Observation, after_day
from xinnong.core.schedule.day_counts import add_months

FIRST_DUE = date(2026, 4, 10)
LATE_ON = date(2026, 8, 20)
JUDGED_ON = date(2027, 3, 1)
DUES = [add_months(FIRST_DUE, n, FIRST_DUE.day) for n in range(24)]


def test_the_worked_loan_comes_out_as_on_the_page() -> None:
    seen: Observation | None = Observation(FIRST_DUE, AssetClass.SUBSTANDARD)
    wanted, rows, on = table("restructuring", "observation"), [], FIRST_DUE
    days = {row["end of day"] for row in wanted}
    while seen is not None:
        demanded = AssetClass.SPECIAL_MENTION if on == LATE_ON else AssetClass.NORMAL
        seen = after_day(seen, on=on, demanded=demanded, dues=DUES, difficulty_over=on >= JUDGED_ON)
        if on.isoformat() in days:
            rows.append(
                {
                    "end of day": on.isoformat(),
                    "demanded that day": str(int(demanded)),
                    "counted from": seen.from_on.isoformat() if seen else "ended",
                    "at least": str(int(seen.least)) if seen else "ended",
                }
            )
        on += timedelta(1)
    assert rows == wanted
