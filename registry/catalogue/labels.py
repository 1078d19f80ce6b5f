"""The headings of columns, in the language of the context."""

from __future__ import annotations

from registry.i18n import in_language

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
    "geom": ("位置", "Place"),
    "length_m": ("长度", "Length"),
    "area_m2": ("面积", "Area"),
}


def field_label(field: str) -> str:
    """The heading of a column."""
    return in_language(*_FIELDS[field]) if field in _FIELDS else field
