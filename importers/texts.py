"""The words of what makes an import impossible, a section a step. Chinese; the catalogue has the English."""

from __future__ import annotations

from importers.problems.texts import TEXTS as PROBLEMS
from registry.i18n import N_
from registry.messages import Text

TEXTS: dict[str, Text] = {
    # On the floor itself:
    "area.without_shape": Text(N_("“%(name)s”没有图形。"), N_("区域须为面。")),
    "area.not_polygon": Text(N_("第 %(row)s 行不是面。"), N_("区域须为面。")),
    "export.format_unknown": Text(N_("不能导出为“%(suffix)s”。"), N_("可用：%(known)s。")),
    "photo.archive_unreadable": Text(N_("压缩包打不开：%(error)s")),
    "photo.archive_too_many": Text(N_("压缩包中有 %(n)s 个文件，超过 %(most)s 个")),
    "source.layers_several": Text(N_("文件中有多个图层：%(names)s"), N_("指明其中一个（命令行：--source-layer）。")),
    "source.layer_unknown": Text(N_("文件中没有图层“%(name)s”"), N_("其中有：%(names)s。")),
    "photo.out_of_memory": Text(N_("照片“%(name)s”需要的内存超过上限")),
    "photo.heic": Text(N_("“%(name)s”是 HEIC 格式"), N_("在手机上改为“兼容性最佳”，或另存为 JPEG。")),
    "photo.not_jpeg": Text(N_("“%(name)s”不是 JPEG 照片"), N_("另存为 JPEG。")),
    "photo.too_large": Text(N_("“%(name)s”有 %(mb)s MB，太大")),
    # In crs:
    "control_points.too_few": Text(N_("至少需要 %(n)s 个控制点，只有 %(found)s 个")),
    "control_points.one_place": Text(N_("控制点在同一处"), N_("选取分布在测区四周的控制点。")),
    "crs.datum_refused": Text(
        N_("“%(crs)s”使用 %(datum)s 基准，没有公开可用的参数转换到 CGCS2000"),
        N_("请供图单位转换到 CGCS2000（如 EPSG:4490）后重新提交，或由操作员提供参数文件；直接套用会偏差数十米。"),
    ),
    "crs.datum_unknown": Text(N_("不能确定“%(crs)s”的基准")),
    "crs.not_a_system": Text(N_("“%(text)s”不是坐标系"), N_("填写 EPSG 代码（如 EPSG:4549）、GCJ-02 或 BD-09。")),
    "parameters.unusable": Text(
        N_("“%(name)s”的参数 PROJ 不能使用"), N_("见 docs/operating.md 的“Parameters”一节；设置为 %(setting)s。")
    ),
    "parameters.readable_by_all": Text(N_("参数文件“%(path)s”人人可读"), N_("收回权限：chmod 600。")),
    "parameters.unreadable": Text(
        N_("打不开参数文件“%(path)s”：%(error)s"), N_("见 docs/operating.md 的“Parameters”一节；设置为 %(setting)s。")
    ),
    "parameters.not_toml": Text(
        N_("参数文件“%(path)s”不是有效的 TOML"), N_("见 docs/operating.md 的“Parameters”一节；设置为 %(setting)s。")
    ),
    "parameters.kind_missing": Text(
        N_("“%(name)s”应写明 %(kinds)s 之一"), N_("见 docs/operating.md 的“Parameters”一节；设置为 %(setting)s。")
    ),
    "parameters.inside_program": Text(
        N_("参数文件“%(path)s”在程序目录之内"), N_("放到程序与代码库之外，只让操作员读取。")
    ),
    "crs.unknown": Text(N_("图层“%(layer)s”：%(why)s"), "%(advice)s"),
    "crs.contradicted": Text(N_("图层“%(layer)s”：%(said)s，但数据更像 %(best)s"), "%(advice)s"),
    # In encoding:
    "text.undecodable": Text(
        N_("不能确定文字编码，%(what)s%(said)s：%(sample)s"),
        N_("指明文字编码，如 GB18030、cp1252、big5、cp949（命令行：--encoding）。"),
    ),
    "text.encoding_unknown": Text(N_("没有名为“%(name)s”的文字编码"), N_("常用的是 UTF-8 与 GB18030。")),
    "text.encodings_mixed": Text(
        N_("文件是 GB18030，但第 %(line)s 行是 UTF-8：%(sample)s"), N_("请供图单位把整个文件存为同一种文字编码。")
    ),
    "text.column_undecodable": Text(
        N_("列“%(column)s”：不能确定文字编码，%(what)s%(said)s：%(sample)s"),
        N_("指明文字编码，如 GB18030、cp1252、big5、cp949（命令行：--encoding）。"),
    ),
    # In jobs:
    "delivery.nothing_to_undo": Text(
        N_("这批的 %(n)s 行之后都被改动过，没有可撤销的。"), N_("在资产页上逐个查看其历史。")
    ),
    # In normalise:
    "profile.of_other_layer": Text(N_("方案属于图层“%(other)s”，不是“%(layer)s”"), N_("换用该图层的方案。")),
    "profile.scheme_unknown": Text(N_("图层“%(layer)s”没有分类标准“%(scheme)s”"), N_("可用的标准：%(names)s。")),
    # In profiles:
    "profile.identity_bad": Text(
        N_("方案中 %(name)s 的写法不对：%(value)s"),
        N_('写成 columns = ["列名"] 与 tolerance_m = 1.0（米，不超过 %(most)s）。'),
    ),
    "profile.value_bad": Text(N_("方案中 %(name)s 的写法不对：%(value)s"), N_("文字要加引号。")),
    "profile.columns_missing": Text(
        N_("方案中的列不在文件中：%(names)s"), N_("文件中的列：%(known)s。更正方案，或请供图单位补上这些列。")
    ),
    "profile.without_place": Text(
        N_("“%(name)s”没有图形，也没有坐标列"),
        N_("在方案的 [columns] 中把两列对应到 x 与 y，或把一列对应到 xy 或 wkt。"),
    ),
    "profile.keys_unknown": Text(N_("方案中有不认识的项：%(names)s"), N_("可用的项：%(known)s。")),
    "profile.without_layer": Text(N_("方案没有写明图层"), N_('加上一行，如 layer = "component"。')),
    "profile.target_unknown": Text(
        N_("方案中的目标“%(target)s”不存在"), N_("可用的目标：%(targets)s，或 attributes.名称。")
    ),
    "profile.target_twice": Text(
        N_("列“%(a)s”与“%(b)s”都对应 %(target)s"), N_("每个目标只对应一列；另一列可对应 ignore。")
    ),
    "profile.not_toml": Text(N_("方案不是有效的 TOML：%(error)s")),
    "profile.unreadable": Text(N_("打不开方案“%(path)s”：%(error)s")),
    "profile.not_utf8": Text(N_("方案“%(path)s”不是 UTF-8 文本"), N_("另存为 UTF-8。")),
    # In quarantine:
    "quarantine.empty": Text(N_("没有待修的行。")),
    "quarantine.other_file": Text(N_("“%(name)s”不是变更集 %(id)s 导入的文件。"), N_("要用当时的原文件。")),
    "quarantine.not_written": Text(N_("待修的行没有写成。"), N_("请稍后再试；仍不行请告知管理员。")),
    # In read:
    "shapefile.damaged": Text(N_("图形文件“%(name)s”已损坏"), N_("请供图单位重新导出。")),
    "archive.unsafe": Text(N_("压缩包“%(name)s”不安全：%(reason)s"), N_("请只压缩需要导入的文件。")),
    "archive.nothing_readable": Text(
        N_("压缩包“%(name)s”中没有可导入的文件：%(names)s"),
        N_("支持 Shapefile、GeoPackage、GeoJSON、KML、DXF、文件地理数据库、MapInfo、CSV、XLSX、GeoParquet。"),
    ),
    "archive.too_large": Text(N_("压缩包“%(name)s”展开后异常庞大（%(size)s MB）"), N_("请只压缩需要导入的文件。")),
    "archive.locked": Text(N_("压缩包“%(name)s”有密码"), N_("请去掉密码后上传。")),
    "archive.shp_missing": Text(N_("压缩包“%(name)s”中缺少 .shp 文件"), N_("请把 .shp、.shx、.dbf、.prj 一起压缩。")),
    "archive.damaged": Text(N_("压缩包“%(name)s”已损坏：%(error)s"), N_("请重新压缩后上传。")),
    "file.empty": Text(N_("文件“%(name)s”是空的"), N_("请重新导出。")),
    "file.unreadable": Text(N_("打不开文件“%(name)s”：%(error)s")),
    "file.is_folder": Text(
        N_("“%(name)s”是文件夹，其中有 %(count)s 个 .shp 文件"), N_("请指明其中一个文件，或压缩成 zip。")
    ),
    "dbf.damaged": Text(N_("属性表“%(name)s”已损坏：%(reason)s"), N_("请供图单位重新导出。")),
    "table.too_wide": Text(N_("“%(name)s”的一行有 %(count)s 列"), N_("检查换行与分隔符。")),
    "table.no_separator": Text(
        N_("“%(name)s”不是表格：找不到把各行分成相同列数的分隔符"), N_("请提供以逗号、分号或制表符分隔的文本。")
    ),
    "table.line_unreadable": Text(
        N_("“%(name)s”从第 %(line)s 行起读不下去：%(error)s"), N_("检查该行是否有没有成对的引号。")
    ),
    "drawing.empty": Text(N_("“%(name)s”中没有图形"), N_("请重新导出。")),
    "drawing.cut": Text(N_("“%(name)s”不完整：没有结尾的 EOF"), N_("请在制图软件中重新导出 DXF。")),
    "file.xml_entities": Text(N_("“%(name)s”含有 XML 实体声明"), N_("请去掉 DOCTYPE 与 ENTITY 后上传。")),
    "geojson.line_bad": Text(N_("“%(name)s”第 %(line)s 行不是要素：%(reason)s"), N_("请供图单位检查并重新导出。")),
    "geoparquet.damaged": Text(N_("GeoParquet 已损坏：%(reason)s"), N_("请供图单位重新导出。")),
    "mapinfo.refers_elsewhere": Text(N_("MapInfo 表“%(name)s”的类型“%(kind)s”引用其他文件"), N_("请另存为独立的表。")),
    "mapinfo.dat_missing": Text(N_("缺少“%(name)s.dat”"), N_("请把 .tab、.dat、.map、.id 一起提交。")),
    "shapefile.counts_differ": Text(
        N_("图形有 %(shapes)s 个，属性有 %(records)s 条"), N_("请供图单位重新导出，.shp 与 .dbf 要来自同一次导出。")
    ),
    "shapefile.shx_missing": Text(N_("缺少“%(name)s.shx”"), N_("请把 .shp、.shx、.dbf、.prj 一起提交。")),
    "workbook.row_missing": Text(N_("工作表“%(name)s”没有第 %(row)s 行")),
    "file.no_rows": Text(N_("“%(name)s”中没有数据"), N_("请重新导出。")),
    "workbook.merged_too_much": Text(N_("合并单元格多得异常"), N_("请取消合并后重新导出。")),
    "workbook.locked": Text(N_("“%(name)s”有密码"), N_("请去掉密码后上传。")),
    "workbook.unreadable": Text(N_("读不了“%(name)s”：%(error)s"), N_("请在 Excel 中另存为 XLSX。")),
    "file.kind_unsupported": Text(N_("文件“%(name)s”是 %(kind)s，不能导入")),
    "file.damaged": Text(N_("读不了文件“%(name)s”：%(reason)s"), N_("请供图单位检查并重新导出。")),
    "file.no_spatial_data": Text(N_("“%(name)s”不含可识别的空间数据"), N_("请提供要素（FeatureCollection）或图形。")),
    "reader.disk_full": Text(N_("服务器的临时磁盘空间不足，读不了文件。"), N_("请管理员腾出空间，再继续。")),
    "reader.memory": Text(
        N_("读取文件“%(name)s”所需的内存超过上限"), N_("请分批提交；或请管理员调高 REGISTRY_READER_MB。")
    ),
    "reader.stalled": Text(
        N_("读取文件“%(name)s”超过 %(seconds)s 秒没有进展，已停止"),
        N_("请供图单位检查并重新导出；文件确实很大时，请分批提交。"),
    ),
    "reader.crashed": Text(
        N_("读取文件“%(name)s”时，读取程序崩溃（%(number)s）"),
        N_("文件可能已损坏：请供图单位检查并重新导出。登记册没有受影响。"),
    ),
    "reader.stopped": Text(N_("读取被中止。")),
    "workbook.too_large": Text(N_("“%(name)s”大得无法作为工作簿打开"), N_("请删去空白的行列，或拆开后另存为 CSV。")),
    "file.kind_foreign": Text(
        N_("文件“%(name)s”是 %(kind)s，不能导入"),
        N_("支持 Shapefile、GeoPackage、GeoJSON、KML、DXF、文件地理数据库、MapInfo、CSV、XLSX、GeoParquet。"),
    ),
    "file.kind_to_convert": Text(
        N_("文件“%(name)s”是 %(kind)s，不能导入"),
        N_("%(remedy)s支持 Shapefile、GeoPackage、GeoJSON、KML、DXF、文件地理数据库、MapInfo、CSV、XLSX、GeoParquet。"),
    ),
    # In reporting:
    "delivery.not_checked": Text(N_("交付 %(id)s 还没有检查过。"), N_("先完成检查。")),
    "record.suffix_unknown": Text(N_("“%(file)s”既不是网页也不是 PDF 的文件名。"), N_("写成 .html 或 .pdf。")),
    # In supplier_check:
    "pack.damaged": Text(N_("检查包已损坏：%(error)s"), N_("请管理员用 registry profile export 重新导出。")),
    # In validate:
    "profile.layer_unknown": Text(N_("没有图层“%(layer)s”。"), N_("可用的图层：%(names)s。")),
    **{str(code): Text(text.message, text.remedy) for code, text in PROBLEMS.items()},
}
