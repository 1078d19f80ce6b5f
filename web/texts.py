"""The words of what only the web can meet with, a section a slice. Chinese; the catalogue has the English."""

from __future__ import annotations

from registry.i18n import N_
from registry.messages import Text

TEXTS: dict[str, Text] = {
    # On the floor itself:
    "server.port_taken": Text(N_("端口 %(port)s 不能使用：%(error)s"), N_("用 --port 或 REGISTRY_PORT 换一个端口。")),
    # In deliveries:
    "delivery.file_unchecked": Text(N_("文件“%(name)s”还没有检查过。")),
    "form.crs_missing": Text(N_("没有选定坐标系。"), N_("选一个，或填写 EPSG 代码（如 EPSG:4549）、GCJ-02、BD-09。")),
    "form.without_place": Text(
        N_("“%(name)s”没有图形，也没有坐标列"), N_("把两列对应到 X 与 Y，或把坐标所在的一列对应到 XY 或 WKT。")
    ),
    "form.unit_bad": Text(N_("列“%(column)s”的单位“%(unit)s”无法理解。"), N_("填写如 m、km、mm、亩、公顷、㎡。")),
    "form.no_layer": Text(N_("没有图层可以查看。")),
    "form.no_problems": Text(N_("没有这一类问题。")),
    "form.header_row_bad": Text(N_("表头行“%(row)s”不是行号。")),
    "upload.note_bad": Text(N_("上传的说明无法理解。"), N_("刷新页面再试。")),
    "upload.piece_empty": Text(N_("这一段是空的。"), N_("刷新页面再试。")),
    # In http:
    "web.assets_not_built": Text(N_("浏览器资源尚未构建。"), N_("请先运行 npm ci && npm run build。")),
    "web.too_busy": Text(N_("现在太忙了。"), N_("请稍后再试。")),
    "web.form_stale": Text(N_("这个表单的安全标记无效或已过期。"), N_("请重新打开页面再提交。")),
    "web.too_slow": Text(N_("查询用时过长，已停止。"), N_("请缩小筛选范围后再试。")),
    "web.no_database": Text(N_("数据库没有应答。"), N_("请稍后再试。")),
    "web.fault": Text(N_("服务器出错了。"), N_("错误已经记录，编号 %(number)s；请稍后再试或告知管理员。")),
    "web.signed_out": Text(N_("登录已过期。"), N_("请重新登录。")),
    # In map:
    "form.number_bad": Text(N_("%(name)s 的值“%(value)s”无法理解。"), "%(low)s … %(high)s"),
    # In register:
    "form.value_bad": Text(N_("%(field)s 的值“%(value)s”无法理解。")),
    "form.version_missing": Text(N_("缺少版本号，无法判断是否与他人的改动冲突。"), N_("重新打开后再改。")),
    "photo.not_assignable": Text(N_("您没有指定照片的权限。")),
    # In review:
    "review.file_not_kept": Text(
        N_("变更集 %(id)s 的文件没有保存，不能在这里重新比对。"), N_("请重新导入或重新编辑。")
    ),
    # In sign_in:
    "sign_in.next_foreign": Text(N_("登录后的去向“%(next)s”不是本站地址。")),
    "sign_in.name_bad": Text(N_("“%(name)s”中有不可用的字符。")),
}
