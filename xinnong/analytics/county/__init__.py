"""The synthetic county: an area list, a map and the files of eight departments.

`generate.generate` writes a county; it is not imported here, because the area list is
wanted in places that need neither DuckDB nor numpy.
"""

from xinnong.analytics.county.areas import AreaRow, TownShape, areas, town_shapes

__all__ = ["AreaRow", "TownShape", "areas", "town_shapes"]
