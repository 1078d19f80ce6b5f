"""Why a row is a conflict (`change.reason`), or why it keeps its set from being applied (`Stale.reason`): names and words."""

from __future__ import annotations

from enum import StrEnum

from registry.i18n import in_language


class Reason(StrEnum):
    """Stable names, written by the SQL below `sql/imports` and `sql/functions`; scripts rely on them."""

    # found by the diff, or by an undo: a conflict, which is never applied
    TWO_ROWS_ONE_ASSET = "two_rows_one_asset"
    KEY_OF_OTHER_ASSET = "key_of_other_asset"
    OTHER_LAYER = "other_layer"
    EDITED_SINCE = "edited_since"
    # found by apply: the register went on since the proposal
    VERSION = "version"
    CODE = "code"
    EXTERNAL_KEY = "external_key"
    ADDED = "added"
    CLASS = "class"


_WORDS = {
    Reason.TWO_ROWS_ONE_ASSET: ("文件中另有一行是这项资产", "Another row of the file is this asset"),
    Reason.KEY_OF_OTHER_ASSET: ("供图单位编号属于另一项资产", "The supplier's key belongs to another asset"),
    Reason.OTHER_LAYER: ("编码属于另一图层的资产", "The code belongs to an asset of another layer"),
    Reason.EDITED_SINCE: ("之后又改动过，保留现状", "Changed again since: kept as it is"),
    Reason.VERSION: ("已被别人改动", "Changed meanwhile"),
    Reason.CODE: ("编码已被另一项资产使用", "The code is another asset's by now"),
    Reason.EXTERNAL_KEY: ("供图单位编号已被另一项资产使用", "The supplier's key is another asset's by now"),
    Reason.ADDED: ("同类同位置的资产已由别的变更新增", "The same class in the same place was added meanwhile"),
    Reason.CLASS: ("分类已不存在", "The class exists no longer"),
}


def reason_label(reason: str) -> str:
    """The reason in the language of this context; empty for a row that is no conflict."""
    return in_language(*_WORDS[Reason(reason)]) if reason else ""
