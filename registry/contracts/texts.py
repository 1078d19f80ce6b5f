"""The words of the errors of contracts. Chinese; the catalogue has the English."""

from __future__ import annotations

from registry.i18n import N_
from registry.messages import Text

TEXTS: dict[str, Text] = {
    "record.unknown": Text(N_("没有记录 %(kind)s %(id)s。")),
    "records.stale": Text(N_("这批变更与现有记录冲突，有 %(n)s 行以上：%(rows)s"), N_("重新比对后再应用。")),
    "records.four_eyes": Text(
        N_("变更集 %(id)s 涉及合同或金额，提出人不能自己应用。"), N_("请另一位有审批权限的人应用。")
    ),
    "records.value_unusable": Text(N_("记录中的值不可用：%(detail)s")),
    "capitals.amount_out_of_range": Text(N_("金额 %(amount)s 不能写成大写。")),
    "capitals.unreadable": Text(N_("“%(text)s”不是大写金额。"), N_("写成如 壹万陆仟肆佰零玖元零贰分。")),
}
