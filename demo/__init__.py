"""The demo district: a believable city inside Gongshu's extent, written as the deliveries that surveyors make.

Nothing here knows a database. What it writes goes through the ordinary importer, defects and all.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from demo.manifest import AreaDelivery, Delivery, Manifest, read_manifest
from registry.slices import Announcement

__all__ = ["AreaDelivery", "Delivery", "Manifest", "read_manifest", "write_deliveries"]

ANNOUNCEMENT = Announcement(commands={"demo": "demo.commands:demo"})
GONGSHU_SEED = 330105


def write_deliveries(folder: Path, seed: int = GONGSHU_SEED, progress: Callable[[str], None] | None = None) -> Manifest:
    """Write the demo district into `folder` as deliveries, with `manifest.json` beside them, and return the manifest.

    The same seed writes the same bytes (with the same versions of GEOS and GDAL). `progress` hears of each step before
    it begins. Files of an earlier run are replaced. Takes some 20 seconds and 400 MB. Raises OSError where the folder
    cannot be written.
    """
    from demo.deliveries import deliver, deliver_areas
    from demo.district import build_district
    from demo.outline import DISTRICT_CODE

    tell = progress or (lambda _step: None)
    folder.mkdir(parents=True, exist_ok=True)
    district = build_district(seed, tell)
    tell("files")
    manifest = Manifest(
        seed, DISTRICT_CODE, deliver_areas(district.areas, folder), tuple(deliver(district, folder, seed))
    )
    manifest.write(folder)
    return manifest
