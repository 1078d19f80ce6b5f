"""What suppliers call the fields: Chinese, English and pinyin headings, and what may be cut off or put around them."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

FIELDS = (
    "code", "external_key", "scheme", "class", "name", "state", "manager", "owner", "maintainer",
    "surveyed_on", "changed_on", "source", "accuracy",
)  # fmt: skip
POSITIONS = ("x", "y", "xy", "wkt")
IGNORE = "ignore"
ATTRIBUTE = "attributes."
# What a quarantine file has beside the supplier's own columns; in a DBF, where a name has ten bytes, in ASCII.
QUARANTINE_REASON, QUARANTINE_ROW = "错误原因", "原行号"
QUARANTINE_REASON_DBF, QUARANTINE_ROW_DBF = "CJ_REASON", "CJ_SRC_ROW"
QUARANTINE = frozenset({QUARANTINE_REASON, QUARANTINE_ROW, QUARANTINE_REASON_DBF, QUARANTINE_ROW_DBF})

SYNONYMS = {
    "code": "ObjID 标识码 标识编码 部件标识码 部件编码 部件代码 资产编码 统一编码 编码 code asset_code bsm bjbm zcbm",
    "external_key": "编号 自编号 设施编号 设备编号 管理编号 资产编号 部件编号 唯一编号 灯杆编号 点位编号 bh sbbh ssbh "
    "key ref no external_key uuid guid globalid feature_id asset_id 관리번호",
    "scheme": "编码标准 分类标准 标准 scheme",
    "class": "小类代码 小类编码 小类 小类名称 部件小类 部件类型 部件类别 类别代码 类型代码 类别编码 "
    "类别 类别名称 类型 分类代码 分类 道路等级 道路类别 道路类型 绿地类别 绿地类型 河道等级 设备类型 "
    "SmallClass class class_code type asset_type category lb xl xldm fl layer cadlayer 图层 blockname 块名",
    "name": "ObjName 名称 部件名称 设施名称 道路名称 路名 街巷名称 巷名 河道名称 河流名称 河名 绿地名称 公园名称 点位名称 "
    "设备名称 name road_name street_name site_name mc dlmc",
    "state": "ObjState 状态 部件状态 设施状态 使用状态 现状 state status zt",
    "manager": "DeptName1 主管部门 主管部门名称 主管单位 主管单位名称 管理部门 管理单位 manager zgbm",
    "owner": "DeptName2 权属单位 权属单位名称 产权单位 产权单位名称 权属 所属单位 owner owned_by qsdw",
    "maintainer": "DeptName3 养护单位 养护单位名称 维护单位 维护单位名称 管养单位 管护单位 maintainer yhdw whdw",
    "surveyed_on": "ORDate 初始日期 初始时间 普查日期 调查日期 测量日期 采集日期 采集时间 surveyed_on survey_date csrq pcrq",
    "changed_on": "CHDate 变更日期 变更时间 更新日期 更新时间 修改日期 changed_on update_date updated bgrq gxrq",
    "source": "DataSource 数据来源 资料来源 来源 source_type sjly",
    "accuracy": "定位精度 精度等级 精度 accuracy dwjd",
    "x": "x 经度 东经 x坐标 东坐标 横坐标 坐标x lon lng long longitude pointx point_x easting coord_x x_coord jd 경도",
    "y": "y 纬度 北纬 y坐标 北坐标 纵坐标 坐标y lat latitude pointy point_y northing coord_y y_coord wd 위도",
    "xy": "坐标 坐标值 坐标串 经纬度 位置坐标 点位坐标 地理坐标 平面坐标 点坐标 中心坐标 xy lonlat lnglat latlon latlng "
    "coordinates coordinate gps gps坐标",
    "wkt": "wkt geom geometry the_geom shape_wkt 图形 几何 空间数据 shape",
    IGNORE: "objectid fid ogc_fid gid shape_length shape_leng shape_len shape_area 序号 " + " ".join(QUARANTINE),
}
# Attributes under names that differ from the titles in the schema; used where the layer has such an attribute.
ATTRIBUTE_SYNONYMS = {
    "长度": "declared_length_m", "道路长度": "declared_length_m", "河道长度": "declared_length_m",
    "length": "declared_length_m",
    "面积": "declared_area_m2", "绿地面积": "declared_area_m2", "area": "declared_area_m2",
    "宽度": "width_m", "路宽": "width_m", "道路宽度": "width_m", "width": "width_m", "车道": "lanes", "lanes": "lanes",
    "起": "start", "from": "start", "止": "end", "讫点": "end", "to": "end", "材料": "material",
    "locatedsc": "location", "位置": "location", "地址": "location", "setloc": "setting",
    "atblindpth": "on_tactile_paving",
    "占盲道": "on_tactile_paving", "objshape": "shape", "规格": "size_mm", "口径": "size_mm", "水质": "water_quality",
    "绿化率": "greening_rate", "乔木": "trees", "高度": "height_m", "安装高度": "height_m", "方位角": "direction_deg",
    "铺装材料": "paving", "路面": "pavement", "整治年份": "renovated_in", "建成年份": "installed_in", "年份": "installed_in",
}  # fmt: skip
DATUM_WORDS = {
    "gcj02": "GCJ-02", "火星": "GCJ-02", "高德": "GCJ-02", "bd09": "BD-09", "百度": "BD-09",
    "wgs84": "EPSG:4326", "cgcs2000": "EPSG:4490", "国家2000": "EPSG:4490",
}  # fmt: skip
SHORTEST_CUT_HAN = 3
SHORTEST_CUT_LATIN = 8


def plain(heading: str) -> str:
    """A heading for comparison: half-width, lower case, without unit, spaces and punctuation."""
    text = unicodedata.normalize("NFKC", without_unit(heading)).lower()
    return re.sub(r"[\W_]+", "", text)


def without_unit(heading: str) -> str:
    """A heading without what stands in brackets at its end."""
    return re.sub(r"[(（\[【][^)）\]】]*[)）\]】]\s*$", "", heading.strip()) or heading


def unit_in(heading: str) -> str:
    """What stands in brackets at the end of a heading, such as `km` in `长度(km)`; empty without."""
    match = re.search(r"[(（\[【]([^)）\]】]*)[)）\]】]\s*$", heading.strip())
    return match[1].strip() if match else ""


def target_of(heading: str) -> str | None:
    """The field a heading stands for, whole or cut off as a DBF cuts it; None for none or several."""
    text = plain(heading)
    for word in DATUM_WORDS:
        if (rest := text.replace(word, "")) in _synonyms() and _synonyms()[rest] in ("x", "y"):
            text = rest
    if text in _synonyms():
        return _synonyms()[text]
    if "/" in heading:  # a parent over several columns, and this column's own name
        return target_of(heading.rpartition("/")[2])
    shortest = SHORTEST_CUT_LATIN if text.isascii() else SHORTEST_CUT_HAN
    meant = {target for synonym, target in _synonyms().items() if synonym.startswith(text)}
    return meant.pop() if len(text) >= shortest and len(meant) == 1 else None


def datum_of(heading: str) -> str | None:
    """The datum named inside a heading, such as `经度_GCJ02`."""
    text = plain(heading.translate(str.maketrans("()（）", "    ")))
    return next((datum for word, datum in DATUM_WORDS.items() if word in text), None)


@cache
def _synonyms() -> dict[str, str]:
    return {plain(word): target for target, words in SYNONYMS.items() for word in words.split()}
