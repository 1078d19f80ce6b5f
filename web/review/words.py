"""Every word that the review page's JavaScript shows, besides those of the map. `{name}` is filled in the browser."""

from __future__ import annotations

from registry.i18n import _


def review_words() -> dict[str, str]:
    """Key to text. The keys are those of `t("…")` in web/browser/review; a unit test holds the two lists against each other."""
    return {
        "draw_polygon": _("画多边形，选其中的行"),
        "draw_rectangle": _("画矩形，选其中的行"),
        "change_cluster": _("{kind} {count} 行"),
        "change_cluster_rejected": _("{kind} {count} 行，其中 {rejected} 行不应用"),
        "review_found": _("符合条件 {n} 行"),
        "review_accept_found": _("接受这 {n} 行"),
        "review_reject_found": _("拒绝这 {n} 行"),
        "review_accepted": _("已接受 {n} 行。"),
        "review_rejected": _("已拒绝 {n} 行。"),
        "review_nothing_to_do": _("没有行需要改动：冲突不会应用，存疑的行要逐行判断。"),
        "review_take_back": _("撤销"),
        "review_in_area": _("对画出的范围内符合条件的行："),
        "review_accept": _("接受"),
        "review_reject": _("拒绝"),
        "review_decided": _("已判断第 {row} 行。"),
        "review_doubtful_first": _("这一行存疑：先在卡片中说明它是哪项资产。"),
        "review_stale": _("有 {n} 行在提出之后被别人改动过，应用时会被拒绝："),
        "review_stale_row": _("第 {row} 行 {code}"),
        "review_card_failed": _("没有打开这一行，请再点一次。"),
        "review_conflict": _("冲突的行不会应用，不能接受或拒绝。"),
    }
