"""The columns of an asset, declared once.

`tests/unit/assets/test_columns.py` holds every place that lists them to this: in SQL, in the models, in the importers, on
the pages. Who adds a column adds it here, and the test names each place that lacks it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from registry.i18n import Name, in_language


class Part(Enum):
    """Where a column's value comes from."""

    KEY = auto()
    FACT = auto()
    """Said of the asset by a delivery or a person: a change proposes it."""
    PLACED = auto()
    """Found for the delivered row, and proposed with it."""
    DERIVED = auto()
    """Made by apply."""
    HISTORY = auto()
    GENERATED = auto()
    """Computed by the database."""


@dataclass(frozen=True)
class Column:
    """A column of `registry.asset` with its heading. A fact is `cell` where a table of a supplier has a column for it."""

    name: str
    part: Part
    zh: str = ""
    en: str = ""
    cell: bool = True


# What identifies an asset stands first: the order of delivered rows, of exports and of what a person reads.
COLUMNS = (
    Column("district", Part.KEY, "行政区", "District"),
    Column("id", Part.KEY, "内部编号", "Internal number"),
    Column("code", Part.FACT, "标识码", "Code"),
    Column("external_key", Part.FACT, "供图单位编号", "Supplier's key"),
    Column("layer", Part.FACT, "图层", "Layer", cell=False),
    Column("scheme", Part.FACT, "分类标准", "Class scheme"),
    Column("class", Part.FACT, "小类", "Class"),
    Column("name", Part.FACT, "名称", "Name"),
    Column("state", Part.FACT, "状态", "State"),
    Column("manager", Part.FACT, "主管部门", "Managing department"),
    Column("owner", Part.FACT, "权属单位", "Owner"),
    Column("maintainer", Part.FACT, "养护单位", "Maintainer"),
    Column("surveyed_on", Part.FACT, "初始日期", "Surveyed on"),
    Column("changed_on", Part.FACT, "变更日期", "Changed on"),
    Column("source", Part.FACT, "数据来源", "Data source"),
    Column("accuracy", Part.FACT, "定位精度", "Positional accuracy"),
    Column("attributes", Part.FACT, "属性", "Attributes", cell=False),
    Column("geom", Part.FACT, "位置", "Position", cell=False),
    Column("areas", Part.PLACED, "所在区域", "Areas"),
    Column("length_m", Part.DERIVED, "长度", "Length"),
    Column("area_m2", Part.DERIVED, "面积", "Area"),
    Column("terms", Part.DERIVED),
    Column("version", Part.HISTORY, "版本", "Version"),
    Column("change_set", Part.HISTORY, "变更集", "Change set"),
    Column("valid_from", Part.HISTORY, "生效时间", "Valid from"),
    Column("geom_3857", Part.GENERATED),
    Column("gx", Part.GENERATED),
    Column("gy", Part.GENERATED),
    Column("fingerprint", Part.PLACED),
)

FACTS = tuple(column.name for column in COLUMNS if column.part is Part.FACT)
# Those that a supplier's table can have a column for, besides attributes and a place.
CELLS = tuple(column.name for column in COLUMNS if column.part is Part.FACT and column.cell)
# A delivered row as it is staged, parties by name.
DELIVERED = ("source_row", *(name for name in FACTS if name != "layer"), "areas", "fingerprint")
# What a person may change of one asset; `class` brings its scheme.
EDITABLE = frozenset(FACTS) - {"layer", "scheme"}

_HEADINGS = {column.name: (column.zh, column.en) for column in COLUMNS if column.zh}


def field_label(field: str) -> str:
    """The heading of a column, in the language of the context; an attribute's is said by its layer's schema."""
    return in_language(*_HEADINGS[field]) if field in _HEADINGS else field


def field_name(field: str) -> Name | str:
    """The heading of a column, for a message that is read later."""
    return Name(*_HEADINGS[field]) if field in _HEADINGS else field
