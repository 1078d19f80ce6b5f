"""The words of what only the command line can meet with. Chinese; the catalogue has the English."""

from __future__ import annotations

from registry.i18n import N_
from registry.messages import Text

TEXTS: dict[str, Text] = {
    "record.nothing_asked": Text(N_("没有说明要做什么。"), N_("用 --html、--pdf 写出记录，或用 --verify 核对。")),
    "record.one_at_a_time": Text(N_("一次核对一个变更集。")),
    "record.checksum_differs": Text(N_("变更集 %(id)s 的校验值是 %(found)s，与给出的不符。")),
    "control_points.columns_missing": Text(N_("控制点文件缺少列：%(names)s"), "x,y,east,north"),
    "control_points.not_number": Text(N_("第 %(row)s 行，%(column)s 不是数")),
    "command.option_bad": Text(N_("“%(value)s”无法理解。"), N_("写成 名称=值。")),
    "command.file_exists": Text(N_("文件“%(file)s”已存在。"), "--force"),
}
