"""The words for codes and columns, in the language of the context."""

from __future__ import annotations

from registry.i18n import _, in_language

_STATES = {
    "intact": ("完好", "Intact"),
    "damaged": ("破损", "Damaged"),
    "missing": ("丢失", "Missing"),
    "abandoned": ("废弃", "Abandoned"),
    "retired": ("移除", "Retired"),
}
_AREAS = {
    "district": ("行政区", "District"),
    "subdistrict": ("街道", "Subdistrict"),
    "community": ("社区", "Community"),
    "grid": ("单元网格", "Unit grid"),
}
_FIELDS = {
    "code": ("标识码", "Code"),
    "external_key": ("供图单位编号", "Supplier's key"),
    "class": ("小类", "Class"),
    "name": ("名称", "Name"),
    "state": ("状态", "State"),
    "manager": ("主管部门", "Managing department"),
    "owner": ("权属单位", "Owner"),
    "maintainer": ("养护单位", "Maintainer"),
    "surveyed_on": ("初始日期", "Surveyed on"),
    "changed_on": ("变更日期", "Changed on"),
    "source": ("数据来源", "Data source"),
    "accuracy": ("定位精度", "Positional accuracy"),
    "attributes": ("属性", "Attributes"),
    "geom": ("位置", "Position"),
    "length_m": ("长度", "Length"),
    "area_m2": ("面积", "Area"),
}
_ACTIONS = {
    "add": ("新增", "Added"),
    "update": ("属性变更", "Changed"),
    "move": ("位置变更", "Moved"),
    "retire": ("移除", "Retired"),
    "conflict": ("冲突", "Conflict"),
}
_DOUBTFUL = ("存疑", "Uncertain")


def state_label(state: str) -> str:
    """GB/T 30428.2 names of the states."""
    return in_language(*_STATES[state])


def area_label(kind: str) -> str:
    """The kind of an area."""
    return in_language(*_AREAS[kind])


def field_label(field: str) -> str:
    """The heading of a column."""
    return in_language(*_FIELDS[field]) if field in _FIELDS else field


def action_label(action: str) -> str:
    """What a change does."""
    return in_language(*_ACTIONS[action])


def kind_label(kind: str) -> str:
    """The kind of a change in its review: what it does, or that it is doubtful."""
    return in_language(*_DOUBTFUL) if kind == "doubtful" else action_label(kind)


def accuracy_label(accuracy: str) -> str:
    """Positional accuracy class."""
    return {"A": _("A 级（≤ 0.5 米）"), "B": _("B 级（≤ 1 米）"), "C": _("C 级（≤ 10 米）")}[accuracy]
