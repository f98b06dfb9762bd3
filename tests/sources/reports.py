"""Made-up reports, for tests of what happens after a check."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from tests.people import NOW
from xinnong.analytics.checking.report import IngestReport
from xinnong.sources import services
from xinnong.sources.models import Batch
from xinnong.sources.services import Deliverer, FileFacts, StoredPaths

JULY = date(2026, 7, 31)
OCTOBER = date(2026, 10, 31)


MADE = IngestReport(
    file="person_20261031.csv",
    class_name="person",
    as_of=OCTOBER,
    read=100,
    accepted=90,
    repaired=5,
    quarantined=3,
    duplicate=2,
    reasons={"rid.check": 2, "area.missing": 1},
    repairs={"rid.15to18": 5},
    unknown_columns=("备注",),
    format="csv",
    encoding="gb18030",
    separator=",",
    error_format="csv",
)
NOTHING_NEW = replace(MADE, accepted=0, repaired=0, duplicate=97, repairs={})


def facts(class_name: str = "person", as_of: date = OCTOBER, sha256: str = "a" * 64) -> FileFacts:
    file = f"{class_name}_{as_of:%Y%m%d}.csv"
    return FileFacts(file, class_name, as_of, sha256, 1234, "v1")


def opened(
    found: FileFacts, deliverer: Deliverer, *, earlier: list[int] | None = None, dry: bool = False
) -> Batch:
    return services.open_batch(
        facts=found,
        deliverer=deliverer,
        delivery=None,
        earlier=earlier or [],
        validate_only=dry,
        now=NOW,
    )


def committed(
    found: FileFacts,
    deliverer: Deliverer,
    report: IngestReport = MADE,
    *,
    earlier: list[int] | None = None,
    dry: bool = False,
) -> Batch:
    batch = opened(found, deliverer, earlier=earlier, dry=dry)
    return services.commit_batch(
        batch=batch,
        deliverer=deliverer,
        report=report,
        paths=StoredPaths(lake=f"{found.class_name}/2026-10/{batch.pk}.parquet"),
        seconds=Decimal("0.5"),
        now=NOW,
    )
