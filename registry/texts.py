"""The words of the register's own errors and titles, a section a slice. Chinese; the catalogue has the English."""

from __future__ import annotations

from registry.i18n import N_
from registry.messages import AS_WRITTEN, Text

TEXTS: dict[str, Text] = {
    # On the floor itself:
    "setting.not_whole": Text(N_("设置 %(name)s 的值“%(value)s”不是整数。")),
    AS_WRITTEN: Text("%(message)s", "%(hint)s"),
    # In access:
    "user.name_unusable": Text(
        N_("用户名“%(name)s”不可用。"), N_("用 2 至 40 个小写字母、数字、点、横线或下划线，以字母或数字开头。")
    ),
    "user.name_taken": Text(N_("用户名“%(name)s”已被使用。")),
    "user.unknown": Text(N_("没有用户“%(name)s”。"), N_("registry person list 可列出所有用户。")),
    "district.unknown": Text(N_("没有行政区“%(district)s”。")),
    "role.unknown": Text(N_("没有角色“%(name)s”。")),
    "user.role_missing": Text(N_("用户“%(name)s”在 %(district)s 没有角色“%(role)s”。")),
    "layer.unknown": Text(N_("没有图层“%(layer)s”。")),
    "user.grant_missing": Text(N_("用户“%(name)s”没有图层“%(layer)s”的授权。")),
    "layer.not_writable": Text(N_("您没有修改图层“%(layer)s”的权限。")),
    "layer.none_writable": Text(N_("您没有提交数据的权限。")),
    "password.weak": Text(N_("密码不符合要求。"), "%(faults)s"),
    # In areas:
    "area.code_of_other_district": Text(
        N_("区域代码“%(code)s”不属于行政区 %(district)s。"), N_("代码应为 6、9、12 或 15 位，并以行政区代码开头。")
    ),
    "district.code_malformed": Text(N_("行政区代码“%(code)s”不是六位数字。"), "GB/T 2260"),
    "box.bad": Text(N_("范围“%(box)s”无法理解。"), N_("写成 西,南,东,北 的经纬度。")),
    "district.not_added": Text(N_("没有行政区“%(district)s”。"), N_("registry district add 可新建。")),
    # In assets:
    "page.key_bad": Text(N_("页码“%(key)s”无法理解。"), N_("从第一页重新开始。")),
    "asset.unknown": Text(N_("没有资产 %(id)s。")),
    "filter.value_bad": Text(N_("筛选条件 %(name)s 的值“%(value)s”无法理解。"), "%(remedy)s"),
    # In catalogue:
    "layer.not_listed": Text(N_("没有图层“%(layer)s”。"), N_("registry layer list 可列出所有图层。")),
    "layer.exists": Text(N_("图层或分类已存在：%(detail)s")),
    "layer.breaks_rule": Text(N_("图层定义不合规则：%(detail)s")),
    # In changes:
    "change_set.not_applied": Text(N_("没有已应用的变更集 %(id)s。")),
    "change_set.undone_already": Text(
        N_("变更集 %(id)s 已由变更集 %(undo)s 撤销，这次撤销仍然有效。"), N_("要恢复它的改动，请撤销变更集 %(undo)s。")
    ),
    "change_set.not_open": Text(N_("没有待处理的变更集 %(id)s。")),
    "change_set.codes_repeated": Text(N_("这批变更中有重复的编码：%(detail)s")),
    "change_set.not_proposed": Text(N_("没有待应用的变更集 %(id)s。")),
    "change_set.not_allowed": Text(N_("您没有应用变更集 %(id)s 的权限。")),
    "change_set.unknown": Text(N_("没有变更集 %(id)s。")),
    "edit.changes_nothing": Text(N_("没有任何改动。"), N_("至少改一项再保存。")),
    "edit.fields_fixed": Text(N_("不能修改字段“%(fields)s”。")),
    "edit.asset_changed": Text(N_("资产 %(code)s 已被别人改动。"), N_("重新打开后再改。")),
    "edit.class_unknown": Text(N_("图层“%(layer)s”没有分类 %(code)s。")),
    "edit.shape_bad": Text(N_("几何图形无效或类型不符：%(kind)s。")),
    "edit.attributes_bad": Text(N_("属性不合规则：%(broken)s")),
    "edit.value_unusable": Text(N_("%(field)s 的值“%(value)s”不可用。")),
    "change_set.stale": Text(
        N_("这批变更提出之后，有 %(n)s 行以上的资产已被别人改动：%(rows)s"), N_("重新比对后再应用。")
    ),
    "change_set.code_unusable": Text(
        N_("变更集 %(id)s 中有不可用的编码。"),
        N_("编码不能为空，首尾不能有空格，其中不能有换行等控制字符；请更正后重新提出。"),
    ),
    "title.undo": Text(N_("撤销变更集 %(id)s")),
    "title.edit": Text(N_("编辑 %(code)s")),
    "title.photo": Text(N_("指定照片“%(name)s”")),
    # In commands:
    "command.membership_bad": Text(N_("“%(value)s”无法理解。"), N_("写成 行政区:名称，如 330105:inspector。")),
    "command.zooms_bad": Text(N_("显示级别“%(value)s”无法理解。"), N_("写成 8-22。")),
    "command.class_bad": Text(N_("分类“%(value)s”无法理解。"), N_("写成 分类标准:代码:名称:四位编号。")),
    "command.schema_bad": Text(N_("%(file)s 不是有效的 JSON Schema：%(error)s")),
    "user.without_district": Text(N_("用户“%(name)s”没有行政区。"), N_("先用 registry district add 新建行政区。")),
    "command.district_ambiguous": Text(N_("有多个行政区：%(codes)s。"), N_("用 --district 指定其一。")),
    # In database:
    "database.no_answer": Text(
        N_("数据库没有应答：%(error)s"),
        N_("检查 DATABASE_URL，或运行 registry up；第一次使用先运行 registry migrate。"),
    ),
    "database.role_missing": Text(N_("数据库登录没有角色 %(role)s 的权限。"), "GRANT %(role)s TO …;"),
    "database.disk_full": Text(N_("数据库的磁盘已满。没有留下任何改动。"), N_("请管理员腾出空间，再点“继续”。")),
    "database.connection_lost": Text(
        N_("与数据库的连接中断。没有留下任何改动。"), N_("数据库恢复后，点“继续”从头再做这一步。")
    ),
    # In deliveries:
    "delivery.file_busy": Text(N_("文件“%(name)s”正在处理。"), N_("等它完成，或先取消。")),
    "delivery.file_unknown": Text(N_("交付 %(id)s 没有第 %(number)s 个文件。")),
    "delivery.file_name_bad": Text(N_("文件名“%(name)s”不可用。"), N_("改名后再上传。")),
    "delivery.unknown": Text(N_("没有交付 %(id)s。")),
    "delivery.option_bad": Text(N_("导入选项“%(name)s”不可用：%(value)s")),
    "delivery.step_unknown": Text(N_("没有步骤“%(step)s”。")),
    "delivery.step_unfit": Text(N_("文件“%(name)s”现在不能做这一步。"), N_("刷新页面，看看它现在的状态。")),
    "delivery.step_none": Text(N_("文件“%(name)s”没有进行中的步骤。")),
    "delivery.first_unchecked": Text(N_("交付 %(id)s 还没有检查过，不能补交。"), N_("先完成第一个文件的检查。")),
    "profile.unknown_name_or_file": Text(N_("没有导入方案“%(name)s”。"), N_("给出已保存的方案名，或一个 .toml 文件。")),
    "profile.unknown": Text(N_("没有导入方案“%(name)s”。"), N_("registry profile list 可列出已保存的方案。")),
    "delivery.run_over": Text(
        N_("文件“%(name)s”的这一步已经结束，或由别的处理进程接手。"), N_("刷新页面，看看它现在的状态。")
    ),
    "upload.unknown": Text(N_("没有这个上传，或它已过期。"), N_("请重新上传。")),
    "upload.too_much": Text(N_("收到的比声明的多。"), N_("请重新上传。")),
    "upload.disk_full": Text(N_("服务器磁盘空间不足，文件没有保存。"), N_("请告知管理员腾出空间，再重新上传。")),
    "upload.parts_count": Text(N_("一次可上传 1 至 %(most)s 个文件。"), N_("文件很多时先压缩成一个 zip。")),
    "upload.names_equal": Text(N_("有两个文件同名。"), N_("分开上传，或压缩成一个 zip。")),
    "upload.empty": Text(N_("文件“%(name)s”是空的。"), N_("请重新导出。")),
    "upload.too_large": Text(
        N_("文件“%(name)s”有 %(size)s MB，超过上限 %(most)s MB。"), N_("压缩成 zip 或拆分后再上传。")
    ),
    "upload.piece_damaged": Text(N_("这一段在传输中损坏。"), N_("重新发送这一段。")),
    "upload.unfinished": Text(N_("文件还没有传完。"), N_("从 %(offset)s 字节处继续。")),
    "upload.offset_wrong": Text(N_("上传的位置不符。"), N_("从 %(offset)s 字节处继续。")),
    "upload.busy": Text(N_("这个文件的另一段正在接收。"), N_("稍等再继续。")),
    "delivery.worker_died": Text(N_("处理进程意外终止。"), N_("文件仍在；点“继续”从头再做这一步，不会重复。")),
    "delivery.fault": Text(
        N_("处理时出错（%(kind)s）。没有留下任何改动。"), N_("点“继续”再试；仍不行请告知管理员，详情在服务器日志中。")
    ),
    # In operations:
    "cluster.root_needs_user": Text(
        N_("以 root 运行时需要一个非特权用户来启动 PostgreSQL。"), "adduser --system postgres"
    ),
    "cluster.program_missing": Text(
        N_("找不到 PostgreSQL 服务程序 (pg_ctl)。"),
        N_("安装软件包 postgresql 与 postgresql-15-postgis-3，或用 DATABASE_URL 指定现有的 PostGIS。"),
    ),
    "cluster.other_major": Text(
        N_("自带数据库的数据属于 PostgreSQL %(major)s，本机只有 %(found)s。"),
        N_("装回 postgresql-%(major)s 与它的 PostGIS 软件包；要换大版本，先用它们做备份，再恢复到新库。"),
    ),
    "cluster.not_made": Text(N_("无法建立数据库集簇：%(output)s")),
    "cluster.database_not_made": Text(N_("无法建立数据库：%(output)s")),
    "cluster.not_stopped": Text(N_("数据库没有停止：%(output)s")),
    "database.rights_missing": Text(
        N_("迁移需要的权限或扩展不足：%(error)s"),
        N_(
            "请数据库管理员先执行 CREATE EXTENSION postgis 和 sql/roles.sql，并把 chengji_owner、chengji_app 授予本登录。"
        ),
    ),
    "cluster.not_started": Text(N_("数据库没有启动：%(output)s"), "%(log)s"),
    "database.unfit": Text("%(what)s", "%(remedy)s"),
    # In photos:
    "photo.unknown": Text(N_("没有照片 %(id)s。")),
    "photo.or_asset_unknown": Text(N_("没有待指定的照片 %(id)s，或没有资产“%(code)s”。")),
    "photo.unreadable": Text(N_("照片“%(name)s”打不开：%(error)s")),
    "photo.too_many_pixels": Text(N_("照片“%(name)s”有 %(w)s × %(h)s 像素，太大。")),
    "photo.not_waiting": Text(N_("没有待指定的照片 %(id)s。")),
    "photo.code_missing": Text(N_("没有写明资产编码。"), N_("选一个附近的资产，或填写编码。")),
    # In review:
    "review.row_unknown": Text(N_("变更集 %(id)s 没有第 %(row)s 行。")),
    "review.row_not_doubtful": Text(N_("第 %(row)s 行没有疑问，不需要判断。")),
    "review.asset_impossible": Text(N_("第 %(row)s 行不可能是资产 %(id)s。"), N_("从列出的资产中选一项。")),
    "review.asset_taken": Text(N_("第 %(other)s 行已经是这项资产。"), N_("先拒绝那一行，或为这一行选另一项资产。")),
    "review.key_taken": Text(N_("供图单位编号“%(key)s”属于另一项资产。"), N_("先核对编号。")),
    "review.class_bad": Text(
        N_("筛选条件 %(name)s 的值“%(value)s”无法理解。"), N_("写成“分类标准:代码”，如 CJ/T 214-2007:0118。")
    ),
    "review.area_bad": Text(N_("范围“%(area)s”不是有效的多边形。"), N_("在地图上重新画一个范围。")),
    "review.closed": Text(N_("变更集 %(id)s 已不在待审核状态。"), N_("刷新页面，看看它现在的状态。")),
    "review.rows_bad": Text(N_("行号“%(rows)s”无法理解。")),
    "review.text_too_long": Text(N_("搜索词最多 100 个字。")),
    "review.value_unknown": Text(N_("筛选条件 %(name)s 的值“%(value)s”无法理解。"), N_("可用的值：%(values)s。")),
    # In tiles:
    "tile.unknown": Text(N_("没有瓦片 %(tile)s。")),
}
