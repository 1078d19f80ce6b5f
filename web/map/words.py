"""Every word that the map's JavaScript shows, in the language of the request. `{name}` is filled in the browser."""

from __future__ import annotations

from registry.assets import filters
from registry.i18n import _


def map_words() -> dict[str, str]:
    """Key to text. The keys are those of `t("…")` in web/browser; a unit test holds the two lists against each other."""
    return {**_page(), **_filter(), **_search(), **_drawing(), **_troubles()}


def _page() -> dict[str, str]:
    return {
        "close": _("关闭"),
        "cancel": _("取消"),
        "loading": _("加载中…"),
        "classes_of": _("{layer}的分类"),
        "no_classes": _("没有符合条件的分类"),
        "restricted": _("受限图层，查看会被记录"),
        "visible_from": _("放大到 {zoom} 级后显示"),
        "visible_to": _("缩小到 {zoom} 级以内显示"),
        "clustered": _("按区域汇总；{zoom} 级起显示单个"),
        "cluster": _("{layer} {count} 项"),
        "cluster_with_bad": _("{layer} {count} 项，其中非完好 {bad} 项"),
        "card_not_found": _("没有这个资产，或不在您的权限范围内。"),
        "card_failed": _("资产卡片没有取到，请稍后再试。"),
    }


def _filter() -> dict[str, str]:
    return {
        "nothing_found": _("没有符合条件的资产，请放宽条件。"),
        "assets_unit": _("项资产"),
        "drawn_area": _("地图上的矩形"),
        "remove_condition": _("去掉这个条件"),
        "remove_named": _("去掉条件 {label}：{value}"),
        **{f"filter_{key}": heading for key, heading in filters.headings().items()},
    }


def _search() -> dict[str, str]:
    return {
        "suggest_assets": _("资产"),
        "suggest_areas": _("辖区"),
        "suggest_classes": _("分类"),
        "suggest_text": _("筛选"),
        "suggest_nothing": _("没有匹配的资产、辖区或分类"),
        "filter_by_text": _("只看名称或编码含“{text}”的资产"),
    }


def _drawing() -> dict[str, str]:
    return {
        "draw_line": _("量距离"),
        "draw_polygon": _("量面积"),
        "draw_rectangle": _("按矩形范围筛选"),
        "draw_finish": _("完成"),
        "draw_undo": _("撤销一点"),
        "draw_start": _("点击开始"),
        "draw_continue": _("点击继续"),
        "draw_end": _("再次点击最后一点结束"),
        "draw_close": _("点击第一个点闭合"),
        "draw_crossing": _("边线不能交叉"),
        "draw_drag": _("按住拖出矩形"),
        "draw_release": _("松开完成"),
        "measured_length": _("{length}（椭球面）"),
        "measured_area": _("{area}，周长 {length}（椭球面）"),
    }


def _troubles() -> dict[str, str]:
    return {
        "trouble_signed_out": _("登录已过期，屏幕上的内容会保留。"),
        "sign_in_again": _("重新登录"),
        "trouble_too_slow": _("查询超时，请缩小筛选范围。"),
        "trouble_refused": _("服务器不接受这个请求。"),
        "trouble_not_found": _("没有找到，或不在您的权限范围内。"),
        "trouble_offline": _("连接不上服务器，请检查网络。"),
        "trouble_failed": _("服务器出错了，请稍后再试。"),
    }
