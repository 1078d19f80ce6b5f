"""The words of every problem: what was found, and what to do about it. Chinese; the catalogue has the English."""

from __future__ import annotations

from dataclasses import dataclass

from importers.problems.codes import Code, Severity
from registry.i18n import N_


@dataclass(frozen=True, slots=True)
class Text:
    """The words of a problem code; `%(value)s` is the quoted value, other names are details of the problem."""

    severity: Severity
    message: str
    remedy: str


def _error(message: str, remedy: str) -> Text:
    return Text(Severity.ERROR, message, remedy)


def _warning(message: str, remedy: str) -> Text:
    return Text(Severity.WARNING, message, remedy)


TEXTS: dict[Code, Text] = {
    Code.ROW_RAGGED: _error(
        N_("本行有 %(found)s 个单元格，表头只有 %(expected)s 个"),
        N_("检查本行是否有未加引号的分隔符或换行"),
    ),
    Code.TEXT_UNDECODABLE: _error(
        N_("“%(value)s”含有无法用 %(encoding)s 解码的字符"),
        N_("用正确的文字编码重新导出，或指明文字编码（命令行：--encoding）"),
    ),
    Code.ELEVATION_DROPPED: _warning(
        N_("图层带高程，登记册只存平面位置"),
        N_("如需保留高程，请作为属性列提供"),
    ),
    Code.MEASURE_DROPPED: _warning(
        N_("图层带里程值（M），登记册不保存"),
        N_("如需保留里程，请作为属性列提供"),
    ),
    Code.CURVES_LINEARISED: _warning(
        N_("图层含曲线，已化为折线"),
        N_("如需保留圆弧，请另附原始数据"),
    ),
    Code.RETIRES_MANY: _warning(
        N_("方案写明交付是完整的，文件中却缺少 %(value)s 项现有资产"),
        N_("核对文件是否齐全；确已移除的，逐批确认后再应用"),
    ),
    Code.CRS_OVERRIDDEN: _warning(
        N_("文件声明的坐标系为“%(value)s”，已按指定的 %(crs)s 处理"),
        N_("确认指定无误；否则去掉指定，以文件声明为准"),
    ),
    Code.CRS_DETECTED: _warning(
        N_("文件没有说明可用的坐标系，按数据所在判定为 %(crs)s（得分 %(score)s：%(why)s）"),
        N_("在地图上核对位置；不对时选定坐标系（命令行：--crs）"),
    ),
    Code.ZONE_PREFIX_REMOVED: _warning(
        N_("横坐标带有 %(zone)s 带的带号，已按 %(crs)s 的中央经线去掉带号"),
        N_("下次请指明带带号的坐标系"),
    ),
    Code.ZONE_CONTRADICTS: _error(
        N_("横坐标“%(value)s”的带号与 %(crs)s 的中央经线不符"),
        N_("核对坐标系与带号"),
    ),
    Code.CRS_OUT_OF_REACH: _error(
        N_("坐标 %(value)s 超出 %(crs)s 的适用范围"),
        N_("核对坐标系与坐标轴次序"),
    ),
    Code.POSITION_MISSING: _error(
        N_("没有坐标"),
        N_("补上坐标后重新提交本行"),
    ),
    Code.POSITION_NOT_NUMBER: _error(
        N_("“%(value)s”不是坐标"),
        N_("填写十进制数，或度分秒如 120°09′18″"),
    ),
    Code.POSITION_PACKED: _warning(
        N_("坐标按“度.分秒”读入：“%(value)s”即 %(degrees)s 度"),
        N_("如为十进制度，请在方案的 [units] 中去掉该列的 D.MMSS"),
    ),
    Code.POSITION_TURNED: _warning(
        N_("坐标如“%(value)s”北向在前，已按先东后北读入"),
        N_("在地图上核对位置"),
    ),
    Code.WKT_BAD: _error(
        N_("“%(value)s”不是 WKT 几何"),
        N_("填写如 POINT (120.155 30.32) 的文本"),
    ),
    Code.GEOMETRY_MISSING: _error(
        N_("没有图形"),
        N_("补绘图形后重新提交本行"),
    ),
    Code.GEOMETRY_EMPTY: _error(
        N_("图形为空"),
        N_("补绘图形后重新提交本行"),
    ),
    Code.GEOMETRY_NOT_FINITE: _error(
        N_("图形中有不是数的坐标"),
        N_("重新导出图形"),
    ),
    Code.GEOMETRY_TYPE: _error(
        N_("图形类型为 %(value)s，该图层要求%(expected)s"),
        N_("选择相符的图层，或转换图形类型"),
    ),
    Code.GEOMETRY_MANY_POINTS: _error(
        N_("一行有 %(value)s 个点"),
        N_("每个点单独成行"),
    ),
    Code.GEOMETRY_WITHOUT_EXTENT: _error(
        N_("图形没有长度或面积"),
        N_("重新绘制图形"),
    ),
    Code.GEOMETRY_REPAIRED: _warning(
        N_("面不合规（%(reason)s，%(value)s），已自动修复，面积变化 %(change)s %%"),
        N_("在地图上核对修复结果"),
    ),
    Code.GEOMETRY_INVALID: _error(
        N_("面不合规（%(reason)s，%(value)s），修复将使面积变化 %(change)s %%"),
        N_("在制图软件中修正；认可修复结果时在检查页上同意（命令行：--accept-repairs，方案：accept_repairs）"),
    ),
    Code.GEOMETRY_REPAIR_ACCEPTED: _warning(
        N_("面不合规（%(reason)s，%(value)s），已按认可的修复收下，面积变化 %(change)s %%"),
        N_("在地图上核对修复结果"),
    ),
    Code.LINE_PARTS_DROPPED: _warning(
        N_("%(value)s 段长度为零的线已去掉"),
        N_("下次请先删去这些线段"),
    ),
    Code.LINE_OVERLAPS_ITSELF: _warning(
        N_("线与自身重叠 %(value)s 米"),
        N_("删去重复描画的线段"),
    ),
    Code.VERTICES_REPEATED: _warning(
        N_("%(value)s 个重复的节点已去掉"),
        N_("下次请先清理重复节点"),
    ),
    Code.GEOMETRY_SPIKE: _warning(
        N_("图形在 %(value)s 处有尖刺"),
        N_("核对该节点，多为误点"),
    ),
    Code.RING_TINY: _warning(
        N_("有不足 1 平方米的碎部或孔洞（%(value)s 平方米）"),
        N_("核对并删去碎部或孔洞"),
    ),
    Code.AREA_TINY: _warning(
        N_("面积只有 %(value)s 平方米"),
        N_("核对坐标单位与图形"),
    ),
    Code.AXES_SWAPPED: _error(
        N_("坐标 %(value)s 两轴颠倒，对调后落在本区"),
        N_("在方案中写 swap_axes = true，或对调 x 与 y 列"),
    ),
    Code.OUTSIDE_DISTRICT: _error(
        N_("坐标 %(value)s 在本区外接矩形 5 公里以外"),
        N_("核对坐标与坐标系；确属外区的资产请交所在区登记"),
    ),
    Code.OUTSIDE_OUTLINE: _warning(
        N_("坐标 %(value)s 在本区界外 %(metres)s 米"),
        N_("核对坐标；确属外区的资产请交所在区登记"),
    ),
    Code.CROSSES_OUTLINE: _warning(
        N_("图形有一部分伸出本区界外 %(metres)s 米"),
        N_("核对图形；跨区资产在区界处分段"),
    ),
    Code.COORDINATES_COARSE: _warning(
        N_("坐标 %(value)s 不足 5 位小数（1 米）"),
        N_("按测量精度提供坐标"),
    ),
    Code.COORDINATES_WHOLE_METRES: _warning(
        N_("坐标 %(value)s 已取整到米"),
        N_("按测量精度提供坐标"),
    ),
    Code.COORDINATES_TOO_COARSE: _error(
        N_("坐标 %(value)s 不足 3 位小数（约 1 公里），不能定位"),
        N_("按测量精度提供坐标"),
    ),
    Code.PLACE_REPEATED: _warning(
        N_("与第 %(first)s 行同类同名，相距 %(metres)s 米"),
        N_("核对是否同一资产重复采集"),
    ),
    Code.ROW_REPEATED: _warning(
        N_("与第 %(first)s 行完全相同"),
        N_("删去重复的行；确为两个资产时补上各自的编号"),
    ),
    Code.NEAR_EXISTING: _warning(
        N_("与登记册中的 %(value)s 同类，相距 %(metres)s 米，却将作为新资产加入"),
        N_("核对是否同一资产；是则在本行填写它的编码"),
    ),
    Code.CODE_MALFORMED: _error(
        N_("“%(value)s”不是 16 位数字标识码"),
        N_("更正编码；没有编码时留空，由登记册编号"),
    ),
    Code.CODE_DAMAGED: _error(
        N_("标识码“%(value)s”已被电子表格改为近似数，末位丢失"),
        N_("把该列设为文本格式，重新填写编码"),
    ),
    Code.CODE_TIDIED: _warning(
        N_("标识码“%(value)s”中多余的符号已去掉"),
        N_("下次请只填 16 位数字"),
    ),
    Code.CODE_OF_OTHER_DISTRICT: _error(
        N_("标识码“%(value)s”不以本区代码 %(district)s 开头"),
        N_("核对编码；确属外区的资产请交所在区登记"),
    ),
    Code.CODE_CLASS_DIFFERS: _warning(
        N_("标识码“%(value)s”中的类别码与本行类别“%(class_name)s”不符"),
        N_("核对编码与类别"),
    ),
    Code.CODE_REPEATED: _error(
        N_("标识码“%(value)s”与第 %(first)s 行重复"),
        N_("每个资产一个编码：更正或删去重复的行"),
    ),
    Code.KEY_MISSING: _warning(
        N_("编号列为空，下次只能按位置认出这个资产"),
        N_("补上供图单位自己的编号"),
    ),
    Code.KEY_REPEATED: _error(
        N_("编号“%(value)s”与第 %(first)s 行重复"),
        N_("每个资产一个编号：更正或删去重复的行"),
    ),
    Code.CLASS_MISSING: _error(
        N_("没有类别"),
        N_("填写类别代码或名称，或在方案的 [constants] 中写明 class"),
    ),
    Code.CLASS_UNKNOWN: _error(
        N_("类别“%(value)s”不在 %(scheme)s 中"),
        N_("更正类别，或在方案的 [values] 中写明对应关系"),
    ),
    Code.CLASS_OF_OTHER_LAYER: _error(
        N_("类别“%(value)s”属于图层“%(layer)s”"),
        N_("把这些行导入该图层"),
    ),
    Code.CLASS_OF_OTHER_SCHEME: _error(
        N_("类别“%(value)s”不在 %(scheme)s 中，在 %(other)s 中是“%(name)s”"),
        N_("在方案中写明 scheme，或更正类别"),
    ),
    Code.CLASS_ZERO_LOST: _warning(
        N_("类别代码丢了前导零，如“%(value)s”，已补足四位"),
        N_("把该列设为文本格式"),
    ),
    Code.SCHEME_AMBIGUOUS: _warning(
        N_("没有说明分类标准，而同一代码含义不同：%(meanings)s；已按 %(scheme)s 处理"),
        N_("写明分类标准（方案：scheme，命令行：--scheme）"),
    ),
    Code.STATE_UNKNOWN: _error(
        N_("状态“%(value)s”不在 完好、破损、丢失、废弃、移除 之列"),
        N_("更正状态，或在方案的 [values] 中写明对应关系"),
    ),
    Code.SOURCE_UNKNOWN: _warning(
        N_("数据来源“%(value)s”不在 实测、地形图、普查、上报 之列"),
        N_("核对数据来源"),
    ),
    Code.ACCURACY_UNKNOWN: _error(
        N_("精度等级“%(value)s”不在 A、B、C 之列"),
        N_("更正精度等级；不详时留空"),
    ),
    Code.DATE_BAD: _error(
        N_("“%(value)s”不是日期"),
        N_("填写如 2024-03-15 的日期；不详时留空"),
    ),
    Code.DATE_AMBIGUOUS: _error(
        N_("“%(value)s”可读作两个日期"),
        N_("写成 2024-03-15 的形式"),
    ),
    Code.DATE_OTHER_CALENDAR: _error(
        N_("“%(value)s”不是公历日期"),
        N_("换算成公历，如 2024-03-15"),
    ),
    Code.DATE_INCOMPLETE: _warning(
        N_("“%(value)s”没有写到日，已取其第一天"),
        N_("如知道日期，请补全"),
    ),
    Code.DATE_PLACEHOLDER: _warning(
        N_("“%(value)s”是空日期的写法，已作空值处理"),
        N_("不详时留空"),
    ),
    Code.DATE_IN_FUTURE: _warning(
        N_("日期“%(value)s”在今天之后"),
        N_("核对日期"),
    ),
    Code.DATES_REVERSED: _warning(
        N_("变更日期“%(value)s”早于初始日期 %(first)s"),
        N_("核对两个日期"),
    ),
    Code.NAME_TOO_LONG: _error(
        N_("“%(value)s”超过 %(limit)s 个字"),
        N_("缩短名称，其余写入备注"),
    ),
    Code.TEXT_GARBLED: _error(
        N_("“%(value)s”是乱码"),
        N_("用正确的文字编码重新导出，或指明文字编码（命令行：--encoding）"),
    ),
    Code.TEXT_CONTROL: _warning(
        N_("“%(value)s”中的控制字符已去掉"),
        N_("下次请先清理"),
    ),
    Code.TEXT_CUT: _warning(
        N_("“%(value)s”恰好 %(bytes)s 字节，可能被截断"),
        N_("核对原文；换用不限长度的格式，如 GeoPackage"),
    ),
    Code.TEXT_FORMULA: _warning(
        N_("“%(value)s”像是表格公式，已按文字保存"),
        N_("确认不是误填"),
    ),
    Code.PERSONAL_DATA: _warning(
        N_("“%(value)s”像是手机号或身份证号"),
        N_("登记册不存个人信息：删去，或将该列对应到 ignore"),
    ),
    Code.NUMBER_BAD: _error(
        N_("“%(value)s”不是数"),
        N_("填写数字；不详时留空"),
    ),
    Code.NUMBER_AMBIGUOUS: _error(
        N_("“%(value)s”中的逗号既可作千位分隔，也可作小数点"),
        N_("去掉千位分隔，小数点用“.”"),
    ),
    Code.NUMBER_NOT_WHOLE: _error(
        N_("“%(value)s”不是整数"),
        N_("填写整数；不详时留空"),
    ),
    Code.UNIT_BAD: _error(
        N_("“%(value)s”的单位不能换算为 %(unit)s"),
        N_("改用 %(unit)s，或在方案的 [units] 中写明该列的单位"),
    ),
    Code.BOOLEAN_BAD: _error(
        N_("“%(value)s”不是“是”或“否”"),
        N_("填写是或否；不详时留空"),
    ),
    Code.ATTRIBUTE_REQUIRED: _error(
        N_("必填，但没有值"),
        N_("补上该值"),
    ),
    Code.VALUE_NOT_LISTED: _error(
        N_("“%(value)s”不在 %(expected)s 之列"),
        N_("更正该值，或在方案的 [values] 中写明对应关系"),
    ),
    Code.VALUE_OUT_OF_RANGE: _error(
        N_("“%(value)s”超出范围（%(expected)s）"),
        N_("核对该值与单位；不详时留空"),
    ),
    Code.VALUE_TOO_LONG: _error(
        N_("“%(value)s”超过 %(expected)s 个字"),
        N_("缩短该值"),
    ),
    Code.VALUE_PATTERN: _error(
        N_("“%(value)s”不合格式 %(expected)s"),
        N_("更正该值；不详时留空"),
    ),
    Code.VALUE_TYPE: _error(
        N_("“%(value)s”的类型不是 %(expected)s"),
        N_("更正该值；不详时留空"),
    ),
    Code.ATTRIBUTE_INVALID: _error(
        N_("“%(value)s”不合属性规则：%(expected)s"),
        N_("更正该值"),
    ),
}
