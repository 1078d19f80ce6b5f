"""Districts: the unit of scale. Adding one, reading one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from registry.access.operator import admit_operator
from registry.errors import Invalid, NotFound
from registry.i18n import in_language


@dataclass(frozen=True)
class DistrictInfo:
    """A district and the box (west, south, east, north in EPSG:4490) in which its assets are expected."""

    code: str
    name_zh: str
    name_en: str
    box: tuple[float, float, float, float]

    @property
    def name(self) -> str:
        """The name in the language of this context."""
        return in_language(self.name_zh, self.name_en)


def add_district(
    connection: psycopg.Connection[Any], code: str, name_zh: str, name_en: str, box: tuple[float, float, float, float]
) -> None:
    """Add a district or correct its names and box. Needs the owner's connection. Raises Invalid for a wrong code or box."""
    west, south, east, north = box
    if not (len(code) == 6 and code.isdigit()):
        raise Invalid("district.code_malformed", code=code)
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise Invalid("box.bad", box=box)
    connection.execute(
        "INSERT INTO registry.district (code, name_zh, name_en, box) VALUES (%s, %s, %s, ST_MakeEnvelope(%s, %s, %s, %s, 4490))"
        " ON CONFLICT (code) DO UPDATE SET name_zh = excluded.name_zh, name_en = excluded.name_en, box = excluded.box",
        (code, name_zh, name_en, *box),
    )
    admit_operator(connection)


def read_district(connection: psycopg.Connection[Any], code: str) -> DistrictInfo:
    """One district that this connection may see. Raises NotFound."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(
            "SELECT code, name_zh, name_en, ST_XMin(box) AS west, ST_YMin(box) AS south, ST_XMax(box) AS east,"
            " ST_YMax(box) AS north FROM registry.district WHERE code = %s",
            (code,),
        ).fetchone()
    if row is None:
        raise NotFound("district.not_added", district=code)
    return DistrictInfo(
        row["code"], row["name_zh"], row["name_en"], (row["west"], row["south"], row["east"], row["north"])
    )
