"""In which coordinate system a delivery is, and whether there is a trustworthy way from it to the register's EPSG:4490.

Two rules carry this file. PROJ must never fall back to a "ballpark" transformation, which shifts nothing and says
nothing; the one exception is WGS 84 = CGCS2000, equal to centimetres, and it is written down here. And Xi'an 80 and
Beijing 54 are refused by name even where PROJ offers parameters, because those were fitted to other regions: the error
is tens of metres.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from importers.crs.parameters import Plane, supplied
from importers.errors import RefusedCrs, UnknownCrs
from importers.records import Box, DeclaredCrs, SourceLayer
from registry.i18n import N_, Words

if TYPE_CHECKING:
    import pyproj

REGISTER = 4490
# Degrees of WGS 84 and CGCS2000, with and without height: the same place within centimetres.
SAME_DEGREES = frozenset({4490, 4480, 4326, 4979})
REFUSED_DATUMS = re.compile(r"xi'?an|beijing|北京|西安", re.IGNORECASE)
DATUM_NAMES = {
    "gcj02": "GCJ-02", "火星坐标": "GCJ-02", "火星坐标系": "GCJ-02", "高德": "GCJ-02",
    "bd09": "BD-09", "bd09ll": "BD-09", "百度": "BD-09", "百度坐标系": "BD-09",
    "cgcs2000": "EPSG:4490", "国家2000": "EPSG:4490", "wgs84": "EPSG:4326", "crs84": "EPSG:4326", "ogccrs84": "EPSG:4326",
}  # fmt: skip
# Begins the definition of a system whose parameters the operator supplied; they themselves stand nowhere but in his file.
SUPPLIED = "supplied:"
CHINA = (73.0, 18.0, 135.0, 54.0)
MARGIN_M = 5_000.0
METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class SourceCrs:
    """The system to read coordinates in. `name` is `EPSG:…`, `GCJ-02`, `BD-09` or the name in the file.

    `definition` is what PROJ understands; `basis` says who told us: option, or a basis of `DeclaredCrs`.
    `overridden` is the file's own name for another system, where the operator knew better.
    """

    name: str
    basis: str
    definition: str
    overridden: str = ""

    @property
    def epsg(self) -> int | None:
        """The EPSG code, where the name is one."""
        return int(self.name[5:]) if self.name.startswith("EPSG:") else None

    @property
    def in_degrees(self) -> bool:
        """Whether coordinates are longitude and latitude."""
        if self.epsg in SAME_DEGREES or self.name in ("GCJ-02", "BD-09"):
            return True
        source = self.definition.removeprefix(SUPPLIED)
        return bool(source) and (source == self.definition or self.epsg is not None) and _proj(source).is_geographic


def resolve(source: SourceLayer, option: str | None = None, box: Box | None = None) -> SourceCrs:
    """The coordinate system of a source layer: `option` (an EPSG code, `GCJ-02`, `BD-09`) before what the file says.

    Raises UnknownCrs, with the systems that would put the data inside `box` (degrees) as candidates, and RefusedCrs.
    """
    declared = source.crs
    if option:
        crs = _usable(named(option, "option"))
        differs = declared.basis in ("prj", "file") and _name_in(declared) != crs.name
        return SourceCrs(crs.name, crs.basis, crs.definition, declared.name if differs else "")
    if not declared.text:
        raise _unknown(Words(N_("没有说明坐标系")), source, box)
    if declared.basis == "format" and not _could_be_degrees(source.extent):
        raise _unknown(
            Words(N_("%(format)s 默认为经纬度，但坐标不是经纬度"), {"format": str(source.format)}), source, box
        )
    try:
        return _usable(named(declared.text, declared.basis, declared.name))
    except UnknownCrs as error:
        raise _unknown(error.said.words(), source, box) from error


def named(text: str, basis: str, name: str = "") -> SourceCrs:
    """The system that a code, a common name or WKT stands for. Raises UnknownCrs when PROJ does not know it."""
    if (own := supplied(text, name)) is not None:
        return SourceCrs(own.name, basis, SUPPLIED + (own.name if own.name.startswith("EPSG:") else ""))
    short = re.sub(r"[\s_:\-]", "", text.strip().lower())
    if short in DATUM_NAMES:
        name = DATUM_NAMES[short]
        return SourceCrs(name, basis, name)
    if match := re.fullmatch(r"(?:epsg)?(\d{4,6})", short):
        code = f"EPSG:{match[1]}"
        if int(match[1]) not in SAME_DEGREES:
            _proj(code)
        return SourceCrs(code, basis, code)
    epsg = _epsg(text)
    return SourceCrs(f"EPSG:{epsg}" if epsg else name or _proj(text).name, basis, text)


@cache
def transformer(crs: SourceCrs) -> pyproj.Transformer | Plane | None:
    """From the system to degrees, longitude first; None where the coordinates are the register's degrees already."""
    import pyproj

    if crs.epsg in SAME_DEGREES or crs.name in ("GCJ-02", "BD-09"):
        return None
    if crs.definition.startswith(SUPPLIED):
        own = supplied(crs.name)
        source_text = crs.definition.removeprefix(SUPPLIED)
        own = own or supplied(_datum(_proj(source_text)))
        assert own is not None, "named because it is supplied"
        return own.transformer(source_text or crs.name)
    source = _proj(crs.definition)
    target = REGISTER if _datum(source) == "China 2000" else 4326
    return pyproj.Transformer.from_crs(source, target, always_xy=True, allow_ballpark=False)


def literally(x: float, y: float, crs: SourceCrs) -> tuple[float, float]:
    """One coordinate as degrees, exactly as the system says: a zone number is neither put in front nor taken away."""
    transform = transformer(crs)
    return (x, y) if transform is None else transform.transform(x, y)


def usable_declared(declared: DeclaredCrs) -> SourceCrs | None:
    """What a file declares, None where it declares nothing, or nothing that leads to the register's system."""
    if not declared.text:
        return None
    try:
        return _usable(named(declared.text, declared.basis, declared.name))
    except (UnknownCrs, RefusedCrs):
        return None


def systems_around(longitude: float) -> list[str]:
    """Projected systems in which a place at this longitude may be delivered: each zone's and its neighbours'.

    Gauss-Krüger of CGCS2000, 3° and 6°, with and without zone number; UTM; Web Mercator.
    """
    three, six = round(longitude / 3), int(longitude // 6) + 31
    codes = [3857]
    for step in (0, -1, 1):
        codes += [4534 + three - 25 + step] if 25 <= three + step <= 45 else []
        codes += [4513 + three - 25 + step] if 25 <= three + step <= 45 else []
        codes += [4502 + six - 43 + step, 4491 + six - 43 + step] if 13 <= six - 30 + step <= 23 else []
        codes += [32600 + six + step] if 1 <= six + step <= 60 else []
    return [f"EPSG:{code}" for code in codes]


def candidates(extent: Box | None, box: Box | None) -> tuple[str, ...]:
    """The systems in which the middle of `extent` lies inside `box`, grown by 5 km; without a box, inside China."""
    if extent is None:
        return ()
    x, y = (extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2
    west, south, east, north = grown(box) if box else CHINA

    def fits(lon: float, lat: float) -> bool:
        return west <= lon <= east and south <= lat <= north

    if _could_be_degrees(extent):
        return ("EPSG:4490", "EPSG:4326", "GCJ-02", "BD-09") if fits(x, y) or fits(y, x) else ("EPSG:4326",)
    found = []
    for name in _projected_candidates((west + east) / 2 if box else None, max(x, y)):
        transform = transformer(SourceCrs(name, "detected", name))
        assert transform is not None
        if fits(*transform.transform(x, y)) or fits(*transform.transform(y, x)):
            found.append(name)
    return tuple(found)


def grown(box: Box, metres: float = MARGIN_M) -> Box:
    """A box in degrees, larger by so many metres on every side."""
    import math

    north = metres / METRES_PER_DEGREE
    east = north / math.cos(math.radians((box[1] + box[3]) / 2))
    return box[0] - east, box[1] - north, box[2] + east, box[3] + north


def _projected_candidates(longitude: float | None, largest: float) -> list[str]:
    """Gauss-Krüger zones of CGCS2000 around a longitude, or after a zone prefix; Web Mercator; UTM."""
    codes = [3857]
    if longitude is not None:
        three, six = round(longitude / 3), int(longitude // 6) + 31
        codes += [4534 + three - 25, 4513 + three - 25, 4502 + six - 43, 4491 + six - 43, 32600 + six]
    elif largest >= 1e7:
        zone = int(largest // 1e6)
        codes += [4513 + zone - 25] if zone >= 25 else [4491 + zone - 13] if zone >= 13 else []
    return [f"EPSG:{code}" for code in codes]


def _usable(crs: SourceCrs) -> SourceCrs:
    """The same, once it is certain that there is a way to the register. Raises RefusedCrs or UnknownCrs."""
    from importlib import import_module

    if crs.epsg in SAME_DEGREES or crs.name in ("GCJ-02", "BD-09") or crs.definition.startswith(SUPPLIED):
        return crs
    datum = _datum(_proj(crs.definition))
    if REFUSED_DATUMS.search(datum) or REFUSED_DATUMS.search(crs.name):
        if supplied(crs.name, datum) is not None:
            return SourceCrs(crs.name, crs.basis, SUPPLIED + crs.definition)
        raise RefusedCrs("crs.datum_refused", crs=crs.name, datum=datum)
    try:
        transformer(crs)
    except import_module("pyproj.exceptions").ProjError as error:
        raise UnknownCrs("crs.datum_unknown", crs=crs.name) from error
    return crs


def _unknown(why: Words, source: SourceLayer, box: Box | None) -> UnknownCrs:
    fitting = candidates(source.extent, box)
    advice = Words(N_("选定坐标系，如 EPSG:4490（命令行：--crs EPSG:4490）。"))
    if fitting:
        advice = Words(N_("选定坐标系（命令行：--crs）；与数据相符的有：%(names)s。"), {"names": list(fitting)})
    return UnknownCrs("crs.unknown", layer=source.name, why=why, advice=advice, candidates=fitting)


def _name_in(declared: DeclaredCrs) -> str:
    try:
        return named(declared.text, declared.basis, declared.name).name
    except UnknownCrs:
        return declared.name


def _could_be_degrees(extent: Box | None) -> bool:
    return extent is None or all(abs(value) <= 180.0 for value in extent)


@cache
def _proj(text: str) -> pyproj.CRS:
    import pyproj

    try:
        return pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError as error:
        raise UnknownCrs("crs.not_a_system", text=text[:80]) from error


@cache
def _epsg(text: str) -> int | None:
    """The code of a system given in words, for which PROJ has to search."""
    found: int | None = _proj(text).to_epsg()
    return found


def _datum(crs: pyproj.CRS) -> str:
    geodetic = crs.geodetic_crs
    return geodetic.datum.name if geodetic is not None and geodetic.datum is not None else ""
