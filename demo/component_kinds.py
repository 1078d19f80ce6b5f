"""What components there are, how many of each, and where each kind stands: the one table behind 58,000 points.

Codes are those of CJ/T 214-2007, points only. Counts follow the proportions of a component census: manhole covers,
lamps and grates make up most of it. Spacings are those of practice: a lamp every 30 m, a tree every 7 m.
"""

from __future__ import annotations

from dataclasses import dataclass

MUNICIPAL, SANITATION, GREENING = "municipal", "sanitation", "greening"
MAIN, BRANCH, ALLEY = "123", "4", "5"
ROADS = "1234"
GROUND = "234"
ALL = "2345"


@dataclass(frozen=True)
class Kind:
    """One class of components.

    `place` is where it stands: `gutter`, `kerb`, `tree`, `pavement`, `lane`, `axis`, `wall` (strung along streets of
    the classes in `streets` every `spacing` metres, on `sides`), `crossing` (at arms of crossings of these streets),
    `park` (on paths in green spaces) or `bank` (along rivers).
    """

    code: str
    count: int
    supplier: str
    place: str
    streets: str
    spacing: float
    sides: str = "alternate"
    materials: tuple[str, ...] = ("钢",)
    shape: str = ""
    sizes: tuple[int, ...] = ()


_IRON = ("球墨铸铁", "球墨铸铁", "复合材料")
_ROUND = (700, 700, 600, 800)
_SQUARE = (600, 900, 1200)

KINDS = (
    Kind("0118", 10_240, MUNICIPAL, "kerb", "12345", 30, "alternate", ("钢", "钢", "铝合金")),
    Kind("0104", 7_900, MUNICIPAL, "gutter", GROUND, 30, "both", ("球墨铸铁", "复合材料"), "方", (450, 500, 750)),
    Kind("0102", 3_900, MUNICIPAL, "axis", ALL, 38, "one", _IRON, "圆", _ROUND),
    Kind("0103", 3_800, MUNICIPAL, "lane", ALL, 42, "one", _IRON, "圆", _ROUND),
    Kind("0101", 1_870, MUNICIPAL, "pavement", ALL, 62, "one", _IRON, "圆", _ROUND),
    Kind("0107", 1_600, MUNICIPAL, "pavement", GROUND, 46, "one", _IRON, "方", _SQUARE),
    Kind("0105", 1_270, MUNICIPAL, "pavement", GROUND, 54, "one", _IRON, "方", _SQUARE),
    Kind("0111", 980, MUNICIPAL, "lane", ALL, 70, "one", _IRON, "圆", (500, 600)),
    Kind("0106", 640, MUNICIPAL, "kerb", GROUND, 60, "one", _IRON, "方", (400, 500)),
    Kind("0112", 380, MUNICIPAL, "pavement", GROUND, 85, "one", _IRON, "方", (500, 600)),
    Kind("0109", 300, MUNICIPAL, "pavement", GROUND, 75, "one", _IRON, "方", (500, 600)),
    Kind("0108", 260, MUNICIPAL, "pavement", GROUND, 75, "one", _IRON, "方", (500, 600)),
    Kind("0114", 46, MUNICIPAL, "pavement", ALL, 240, "one", _IRON, "圆", _ROUND),
    Kind("0110", 24, MUNICIPAL, "lane", "2", 60, "one", _IRON, "圆", _ROUND),
    Kind("0130", 18, MUNICIPAL, "pavement", "23", 300, "one", _IRON, "方", _SQUARE),
    Kind("0113", 980, MUNICIPAL, "kerb", GROUND, 118, "alternate", ("铸铁",)),
    Kind("0115", 520, MUNICIPAL, "wall", "2345", 190, "one", ("不锈钢", "SMC复合材料"), "方"),
    Kind("0134", 360, MUNICIPAL, "wall", "345", 240, "one", ("钢",), "方"),
    Kind("0116", 160, MUNICIPAL, "wall", "234", 400, "one", ("钢",), "方"),
    Kind("0135", 90, MUNICIPAL, "wall", "345", 420, "one", ("钢",), "方"),
    Kind("0117", 560, MUNICIPAL, "kerb", "345", 50, "one", ("水泥", "钢")),
    Kind("0138", 44, MUNICIPAL, "wall", "23", 900, "one", ("钢", "铝合金"), "方"),
    Kind("0202", 60, MUNICIPAL, "kerb", "34", 30, "one", ("钢",)),
    Kind("0203", 430, MUNICIPAL, "kerb", "23", 460, "both", ("不锈钢", "铝合金"), "方"),
    Kind("0204", 30, MUNICIPAL, "kerb", "23", 1_200, "one", ("铝合金",)),
    Kind("0209", 1_260, MUNICIPAL, "kerb", "1234", 150, "alternate", ("铝合金",)),
    Kind("0210", 760, MUNICIPAL, "crossing", "23", 0, "one", ("铝合金",)),
    Kind("0212", 300, MUNICIPAL, "pavement", "234", 130, "alternate", ("不锈钢",)),
    Kind("0213", 820, MUNICIPAL, "crossing", "1234", 0, "one", ("铝合金",)),
    Kind("0214", 140, MUNICIPAL, "crossing", "23", 0, "one", ("钢",), "方"),
    Kind("0215", 40, MUNICIPAL, "kerb", "12", 1_400, "one", ("钢",), "方"),
    Kind("0217", 20, MUNICIPAL, "crossing", "2", 0, "one", ("铝合金",), "方"),
    Kind("0603", 160, MUNICIPAL, "bank", "", 260, "alternate", ("混凝土", "钢")),
    Kind("0310", 14, MUNICIPAL, "bank", "", 1_500, "alternate", ("不锈钢",), "方"),
    Kind("0308", 10, MUNICIPAL, "wall", "23", 3_000, "one", ("不锈钢",), "方"),
    Kind("0309", 6, MUNICIPAL, "park", "", 2_000, "one", ("不锈钢",)),
    Kind("0311", 8, MUNICIPAL, "kerb", "12", 3_000, "one", ("钢",), "方"),
    Kind("0305", 4_300, SANITATION, "kerb", "2345", 58, "alternate", ("不锈钢", "玻璃钢", "塑料"), "方"),
    Kind("0307", 1_500, SANITATION, "wall", "234", 36, "both", ("铝塑板", "亚克力", "喷绘布"), "方"),
    Kind("0302", 900, SANITATION, "axis", "5", 60, "one", ("钢筋混凝土",), "方"),
    Kind("0501", 420, SANITATION, "wall", "345", 130, "one", ("不锈钢", "铝合金"), "方"),
    Kind("0306", 400, SANITATION, "wall", "23", 55, "one", ("亚克力", "LED"), "方"),
    Kind("0303", 260, SANITATION, "kerb", "345", 300, "one", ("铝合金",)),
    Kind("0125", 80, SANITATION, "wall", "34", 350, "one", ("钢",), "方"),
    Kind("0123", 70, SANITATION, "kerb", "23", 700, "one", ("铸铁",), "方"),
    Kind("0137", 40, SANITATION, "wall", "34", 600, "one", ("钢",), "方"),
    Kind("0121", 30, SANITATION, "wall", "23", 900, "one", ("不锈钢",), "方"),
    Kind("0402", 7_150, GREENING, "tree", "234", 7, "both", ("",)),
    Kind("0407", 850, GREENING, "park", "", 27, "one", ("防腐木", "石材")),
    Kind("0403", 600, GREENING, "tree", "23", 7, "both", ("铸铁", "复合材料", "不锈钢"), "方", (1000, 1200)),
    Kind("0404", 450, GREENING, "pavement", "23", 16, "alternate", ("混凝土", "防腐木", "玻璃钢"), "圆", (600, 800)),
    Kind("0119", 250, GREENING, "park", "", 14, "one", ("铝合金",)),
    Kind("0120", 240, GREENING, "park", "", 32, "one", ("铝合金", "不锈钢")),
    Kind("0409", 170, GREENING, "park", "", 110, "one", ("钢", "塑料")),
    Kind("0126", 150, GREENING, "park", "", 60, "one", ("钢",)),
    Kind("0406", 62, GREENING, "park", "", 180, "one", ("铜", "石材", "不锈钢")),
    Kind("0401", 54, GREENING, "park", "", 220, "one", ("",)),
    Kind("0410", 24, GREENING, "park", "", 260, "one", ("混凝土", "不锈钢")),
)
