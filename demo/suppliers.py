"""Who delivers what: each layer under the headings, in the spelling and in the coordinates of its supplier."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely

from demo.blocks import Geometries
from demo.classes import class_names
from demo.component_kinds import GREENING, MUNICIPAL, SANITATION
from demo.ground import Floats
from demo.outline import degrees
from demo.sheet import Heads, Sheet, spelled_dates, spelled_numbers, with_stray_blanks
from demo.table import Column, Table
from importers.crs.gcj02 import wgs84_to_gcj02

ZONE_40 = 40_000_000.0
COMPACT, DASHED, SLASHED, DOTTED, CHINESE = "%Y%m%d", "%Y-%m-%d", "/", "%Y.%m.%d", "%Y年%m月%d日"
TRIPLE = {"主管部门": "manager", "权属单位": "owner", "养护单位": "maintainer"}


def roads(table: Table, rng: np.random.Generator) -> Sheet:
    """The roads office: class by name, numbers as text, metres of EPSG:4549. Headings fit ten bytes of GBK."""
    columns = {
        **_texts(table, {"标识码": "code", "道路名称": "name"}), "道路等级": _class_names("road", table),
        **_texts(table, {"起点": "start", "终点": "end"}), "长度": table.columns["declared_length_m"],
        "红线宽度": spelled_numbers(table.columns["width_m"], rng), "车道数": spelled_numbers(table.columns["lanes"], rng),
        **_texts(table, {"路面类型": "pavement", "养护等级": "maintenance_grade", "保洁等级": "cleaning_grade", **TRIPLE}),
        **_record(table, rng, COMPACT, other=DASHED),
    }  # fmt: skip
    return Sheet(columns, Heads(klass="道路等级", number="红线宽度"), to_millimetres(table.geometry))


def alleys(table: Table, rng: np.random.Generator) -> Sheet:
    """A subdistrict's web map: GeoJSON, units in the headings."""
    columns = {
        **_texts(table, {"标识码": "code", "街巷名称": "name"}), "类别": _class_names("alley", table),
        **_texts(table, {"起点": "start", "终点": "end"}), "长度(m)": table.columns["declared_length_m"].astype(object),
        "宽度(m)": spelled_numbers(table.columns["width_m"], rng, 1),
        **_texts(table, {"铺装": "paving", "权属性质": "property"}),
        "最近整治年份": table.columns["renovated_in"].astype(object), **_texts(table, TRIPLE),
        **_record(table, rng, DASHED, other=DOTTED),
    }  # fmt: skip
    return Sheet(columns, Heads(number="宽度(m)"), to_degrees(table.geometry))


def rivers(table: Table, rng: np.random.Generator) -> Sheet:
    """The rivers office: a GeoPackage in EPSG:4549, class by name."""
    columns = {
        **_texts(table, {"标识码": "code", "河道名称": "name"}), "类别": _class_names("river", table),
        **_texts(table, {"河道等级": "level", "起点": "start", "终点": "end"}), "登记长度": table.columns["declared_length_m"],
        "宽度": spelled_numbers(table.columns["width_m"], rng, 1),
        **_texts(table, {"水质类别": "water_quality", "河长": "river_chief", **TRIPLE}), **_record(table, rng, SLASHED),
    }  # fmt: skip
    return Sheet(columns, Heads(number="宽度"), to_millimetres(table.geometry))


def greens(table: Table, rng: np.random.Generator) -> Sheet:
    """The greens office: a GeoPackage in EPSG:4490, class by code, polygons of one and of several parts mixed."""
    columns = {
        **_texts(table, {"标识码": "code", "绿地名称": "name", "绿地类别": "class", "养护等级": "grade"}),
        "登记面积(㎡)": spelled_numbers(table.columns["declared_area_m2"], rng, 1),
        "绿化率(%)": table.columns["greening_rate"], "乔木数量(株)": table.columns["trees"], **_texts(table, TRIPLE),
        **_record(table, rng, CHINESE, other=DASHED),
    }  # fmt: skip
    return Sheet(columns, Heads(klass="绿地类别", number="登记面积(㎡)"), to_degrees(table.geometry))


def municipal(table: Table, rng: np.random.Generator) -> Sheet:
    """The municipal census: a shapefile in EPSG:4549, class by code. Headings fit ten bytes of GBK."""
    part = _of(table, MUNICIPAL)
    columns = {
        **_texts(part, {"标识码": "code", "部件名称": "name", "小类代码": "class", **TRIPLE}),
        **_record(part, rng, COMPACT, other=DASHED),
        **_texts(part, {"位置描述": "location", "设置位置": "setting", "是否占盲道": "on_tactile_paving",
                        "形状": "shape", "材质": "material"}),
        "规格": spelled_numbers(part.columns["size_mm"], rng),
        "安装年份": spelled_numbers(part.columns["installed_in"], rng, full_width=0.004),
    }  # fmt: skip
    return Sheet(columns, Heads(klass="小类代码", number="规格"), to_millimetres(part.geometry))


def sanitation(table: Table, rng: np.random.Generator) -> Sheet:
    """The sanitation ledger: class by name, places clicked on a GCJ-02 map."""
    part = _of(table, SANITATION)
    lon, lat = wgs84_to_gcj02(*_lon_lat(part).T)
    number = np.array([f"HW-{i:05d}" for i in range(1, len(part) + 1)], dtype=object)
    columns = {
        "设施编号": number, **_texts(part, {"标识码": "code", "名称": "name", "小类名称": "name"}),
        "经度": np.round(lon, 8).astype(object), "纬度": np.round(lat, 8).astype(object),
        **_texts(part, {"位置描述": "location", "材质": "material", **TRIPLE}), **_record(part, rng, SLASHED, other=CHINESE),
    }  # fmt: skip
    return Sheet(columns, Heads(klass="小类名称", x="经度", y="纬度", key="设施编号"))


def greening(table: Table, rng: np.random.Generator) -> Sheet:
    """The tree survey: text from a total station, X the northing, Y the easting with its zone number (EPSG:4528)."""
    part = _of(table, GREENING)
    east, north = shapely.get_coordinates(part.geometry).T
    number = np.array([f"YL{i:06d}" for i in range(1, len(part) + 1)], dtype=object)
    columns = {
        "编号": number, **_texts(part, {"标识码": "code", "名称": "name", "小类代码": "class"}),
        "X坐标": _fixed(north, 3), "Y坐标": _fixed(east + ZONE_40, 3),
        **_texts(part, {"位置描述": "location", "设置位置": "setting", "材质": "material"}),
        "规格(mm)": spelled_numbers(part.columns["size_mm"], rng), **_texts(part, TRIPLE),
        **_record(part, rng, DASHED, other=SLASHED),
    }  # fmt: skip
    return Sheet(columns, Heads(klass="小类代码", number="规格(mm)", x="Y坐标", y="X坐标", key="编号"))


def cameras(table: Table, rng: np.random.Generator) -> Sheet:
    """The export of a video platform, its own field name among the headings: text in degrees."""
    lon, lat = _lon_lat(table).T
    columns = {
        **_texts(table, {"标识码": "code", "点位名称": "name", "国标编码": "gb28181_id"}),
        "类别": _class_names("camera", table), **_texts(table, {"CameraType": "camera_type"}),
        "经度": _fixed(lon, 7), "纬度": _fixed(lat, 7), "朝向": spelled_numbers(table.columns["direction_deg"], rng),
        "安装高度": spelled_numbers(table.columns["height_m"], rng, 1, full_width=0.005),
        **_texts(table, {"接入网络": "network", **TRIPLE}), **_record(table, rng, COMPACT, other=SLASHED),
    }  # fmt: skip
    return Sheet(columns, Heads(number="朝向", x="经度", y="纬度", key="国标编码"))


def _of(table: Table, supplier: str) -> Table:
    return table.taken(np.flatnonzero(table.columns["supplier"] == supplier))


def _texts(table: Table, heads: dict[str, str]) -> dict[str, Column]:
    return {head: table.columns[name].astype(object) for head, name in heads.items()}


def _record(table: Table, rng: np.random.Generator, style: str, other: str = DASHED) -> dict[str, Column]:
    """State, dates and source, as every supplier gives them."""
    return {
        "状态": with_stray_blanks(table.columns["state"], rng),
        "初始日期": spelled_dates(table.columns["surveyed_on"], style, rng, other),
        "变更日期": spelled_dates(table.columns["changed_on"], style, rng, other),
        "数据来源": with_stray_blanks(table.columns["source"], rng),
    }


def _class_names(layer: str, table: Table) -> Column:
    """Names in place of codes, for suppliers who write names."""
    return class_names(layer, table.columns["class"])


def _fixed(values: Floats, decimals: int) -> Column:
    return np.array([f"{value:.{decimals}f}" for value in values], dtype=object)


def _lon_lat(table: Table) -> Floats:
    return degrees(shapely.get_coordinates(table.geometry))


def to_millimetres(geometry: Geometries) -> Geometries:
    """EPSG:4549 rounded to a millimetre."""
    return _reshaped(geometry, lambda xy: np.round(xy, 3))


def to_degrees(geometry: Geometries) -> Geometries:
    """EPSG:4549 as EPSG:4490, longitude first, rounded to 1e-9 degrees."""
    return _reshaped(geometry, degrees)


def _reshaped(geometry: Geometries, change: Callable[[Floats], Floats]) -> Geometries:
    # Copied, because Shapely would put the changed geometries into the array that it is given.
    changed: Geometries = shapely.set_coordinates(geometry.copy(), change(shapely.get_coordinates(geometry)))
    return changed
