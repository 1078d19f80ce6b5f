"""Who is responsible: departments, owners, maintainers and people, each marked as fictitious in its own name."""

from __future__ import annotations

MARK = "（虚构）"


def _fictitious(*names: str) -> tuple[str, ...]:
    return tuple(name + MARK for name in names)


CITY_MANAGEMENT, HOUSING, GARDENS, TRAFFIC, WATERWAYS, POLICE = _fictitious(
    "示例区城市管理局",
    "示例区住房和城乡建设局",
    "示例区园林绿化管理中心",
    "示例区公安交警大队",
    "示例区河道管理中心",
    "示例区公安分局",
)
WATER_SUPPLY, DRAINAGE, POWER, GAS, TELECOM, CABLE, LIGHTING, BUSES, ADVERTISING, ESTATES, DATA_OFFICE = _fictitious(
    "示例市自来水公司",
    "示例市排水公司",
    "示例供电公司",
    "示例燃气公司",
    "示例通信公司",
    "示例广电网络公司",
    "示例市路灯管理所",
    "示例公交公司",
    "示例广告传媒公司",
    "示例物业服务公司",
    "示例区数据资源管理局",
)
ROAD_WORKS = _fictitious(
    "示例一市政养护有限公司", "示例二市政养护有限公司", "示例三市政养护有限公司", "演示路桥养护有限公司"
)
CLEANERS = _fictitious("示例一环境卫生服务有限公司", "示例二环境卫生服务有限公司", "演示城市保洁有限公司")
GARDENERS = _fictitious(
    "演示园林绿化有限公司", "示例一园林养护有限公司", "示例二园林养护有限公司", "演示绿地养护合作社"
)
RIVER_KEEPERS = _fictitious("示例河道养护有限公司", "演示水环境服务有限公司")
ELECTRICIANS = _fictitious("示例照明工程有限公司", "演示智能交通设施有限公司")
SECURITY = _fictitious("示例安防技术有限公司", "演示视频科技有限公司", "样板智慧城市运营有限公司")

SURNAMES = "张王李赵钱孙周吴郑冯陈褚卫蒋沈韩杨朱"
GIVEN_NAMES = ("示例", "演示", "样板", "虚构")


def person(number: int) -> str:
    """A person who evidently does not exist, such as 张示例; the same number gives the same person."""
    return SURNAMES[number % len(SURNAMES)] + GIVEN_NAMES[number // len(SURNAMES) % len(GIVEN_NAMES)]
