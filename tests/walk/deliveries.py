"""The files that are delivered on the walk: small, with the mistakes that real ones have."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from PIL import ExifTags, Image

DATA = Path(__file__).resolve().parents[1] / "data"
LON, LAT = 120.15, 30.32
OWN, OTHER, ABSENT = "330105", "330106", "999999"
CODES = [f"33010501180{n:05d}" for n in range(1, 7)]

# One of each: class unknown, no position, far away, axes swapped, date impossible, state unknown, code of another
# district, code twice, attribute of the wrong kind, text too long.
MISTAKES = (
    "标识码,编号,名称,小类,状态,养护单位,初始日期,灯高,经度,纬度\n"
    ",E-1,好灯,路灯,完好,示例照明养护有限公司,2024-03-15,8.5,120.1601,30.3201\n"
    ",E-2,无类,太空椅,完好,,2024-03-15,8.5,120.1602,30.3202\n"
    ",E-3,又无类,太空椅,完好,,2024-03-15,8.5,120.1603,30.3203\n"
    ",E-4,无位,路灯,完好,,2024-03-15,8.5,,\n"
    ",E-5,远方,路灯,完好,,2024-03-15,8.5,116.3913,39.9075\n"
    ",E-6,颠倒,路灯,完好,,2024-03-15,8.5,30.3206,120.1606\n"
    ",E-7,错日,路灯,完好,,2024-02-31,8.5,120.1607,30.3207\n"
    ",E-8,怪状,路灯,发光,,2024-03-15,8.5,120.1608,30.3208\n"
    "110101011800001,E-9,他区,路灯,完好,,2024-03-15,8.5,120.1609,30.3209\n"
    "330105011800901,E-10,双号甲,路灯,完好,,2024-03-15,8.5,120.1611,30.3211\n"
    "330105011800901,E-11,双号乙,路灯,破损,,2024-03-15,8.5,120.1612,30.3212\n"
    ",E-12,高灯,路灯,完好,,2024-03-15,很高,120.1613,30.3213\n"
    f",E-13,{'长' * 300},路灯,完好,,2024-03-15,8.5,120.1614,30.3214\n"
    ",E-14,<b>粗</b>&灯,路灯,完好,\"甲,乙\",2099-01-01,8.5,120.1615,30.3215\n"
)  # fmt: skip
GREENS = (
    '名称,类型,面积,geom\n'
    '方园,综合公园,1000,"POLYGON((120.14 30.32,120.141 30.32,120.141 30.321,120.14 30.321,120.14 30.32))"\n'
    '长园,社区公园,1000,"POLYGON((120.142 30.32,120.144 30.32,120.144 30.321,120.142 30.321,120.142 30.32))"\n'
)  # fmt: skip
BUTTERFLIES = "名称,类型,geom\n" + "".join(
    f'蝴蝶{n}园,综合公园,"POLYGON((120.13{n} 30.33,120.1389 30.331,120.1389 30.33,120.13{n} 30.331,120.13{n} 30.33))"\n'
    for n in (1, 2, 3)
)
CONTROL = "name,x,y,east,north\n" + "".join(
    f"K{n},{1000 + x},{2000 + y},{500000 + x + 0.002 * n},{3350000 + y}\n"
    for n, (x, y) in enumerate([(0, 0), (4000, 10), (4100, 5000), (30, 5100), (2000, 2500)], 1)
)
SCHEMA = {
    "type": "object",
    "properties": {"seats": {"type": "integer", "title": "座位数", "title_en": "Seats", "minimum": 1}},
}


def write(folder: Path) -> None:
    """All files of the walk, and copies of `tests/data`, into one folder."""
    for file in sorted(DATA.glob("lamps*")):
        shutil.copyfile(file, folder / file.name)
    texts = {
        "mistakes.csv": MISTAKES, "greens.csv": GREENS, "butterflies.csv": BUTTERFLIES, "control.csv": CONTROL,
        "components.csv": _components(0, 60), "redelivered.csv": _redelivered(), "cameras.csv": _cameras(),
        "alone.csv": _components(80, 83), "again.csv": _components(0, 60, state="破损"), "schema.json": json.dumps(SCHEMA),
        "schema-wrong.json": '{"type": 12}', "empty.csv": "", "damaged.gpkg": "SQLite format 3\0 and no more",
        "unknown.bin": "what\0 is this", "control-wrong.csv": "name,x,y\nK1,1,2\n", "profile-wrong.toml": "layer = [",
        "benches.csv": "编号,名称,座位数,经度,纬度\nB-1,北凳,3,120.1521,30.3221\nB-2,南凳,0,120.1522,30.3222\n",
        "fresh.csv": _components(200, 203), "moths.csv": BUTTERFLIES.replace("30.33", "30.34").replace("蝴蝶", "飞蛾"),
        "neighbour.csv": _components(0, 5, east=0.2),
    }  # fmt: skip
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "ledger.csv").write_text(_components(90, 96), encoding="gb18030")
    features = {"areas": _areas(OWN, 0.0), "areas-other": _areas(OTHER, 0.2), "roads": _lines("试验大道", 0.002),
                "alleys": _lines("试验巷", 0.0071), "rivers": _lines("试验河", -0.0123)}  # fmt: skip
    for name, found in features.items():
        (folder / f"{name}.geojson").write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    _photos(folder)


def _components(first: int, last: int, state: str = "完好", east: float = 0.0) -> str:
    """Lamps and manholes in a line to the south, some 11 m apart; every seventh a pair, 2 m from one another."""
    lines = ["名称,小类,状态,主管部门,养护单位,初始日期,材质,经度,纬度"]
    for n in range(first, last):
        lon, lat = LON - 0.005 + east + (0.00002 if n % 7 == 1 else 0), LAT - 0.0001 * (n - (n % 7 == 1))
        class_, worn = ("路灯", "破损") if n % 10 == 0 else ("污水井盖" if n % 2 else "路灯", state)
        lines.append(
            f"部件{n},{class_},{worn},示例城管局,示例养护有限公司,2023-05-{n % 28 + 1:02d},铸铁,{lon:.7f},{lat:.7f}"
        )
    return "\n".join(lines) + "\n"


def _redelivered() -> str:
    """The components anew, by another surveyor, as all there is: without names, moved, some gone, some new."""
    lines = ["小类,状态,养护单位,初始日期,材质,经度,纬度"]
    for n in range(50):
        if n in (20, 21):
            continue
        off = 0.000004 * (n % 5) + (0.00003 if n % 9 == 4 else 0)
        lon, lat = LON - 0.005 + (0.00001 if n % 7 in (0, 1) else 0) + off, LAT - 0.0001 * (n - (n % 7 == 1)) - off
        class_ = "路灯" if n % 10 == 0 else "污水井盖" if n % 2 else "路灯"
        keeper = "示例养护有限公司" if n % 4 else "新养护有限公司"
        lines.append(
            f"{class_},完好,{keeper},2025-06-{n % 28 + 1:02d},{'铸铁' if n % 3 else '不锈钢'},{lon:.7f},{lat:.7f}"
        )
    lines += [f"路灯,完好,新养护有限公司,2025-06-01,铸铁,{LON + 0.01:.7f},{LAT + 0.001 * n:.7f}" for n in range(3)]
    return "\n".join(lines) + "\n"


def _cameras() -> str:
    rows = (f"CAM-{n},密探枪机{n},枪机,密探安防有限公司,{LON - 0.006:.7f},{LAT - 0.0001 * n:.7f}" for n in range(4))
    return "编号,名称,类型,养护单位,经度,纬度\n" + "\n".join(rows) + "\n"


def _collection(found: Iterable[tuple[dict[str, str], str, object]]) -> dict[str, object]:
    features = [
        {"type": "Feature", "properties": p, "geometry": {"type": kind, "coordinates": c}} for p, kind, c in found
    ]
    return {"type": "FeatureCollection", "features": features}


def _lines(name: str, dy: float) -> dict[str, object]:
    return _collection(
        ({"名称": f"{name}{n}", "养护单位": "示例养护有限公司"}, "LineString",
         [[LON - 0.03, LAT + dy + 0.001 * n], [LON - 0.001, LAT + dy + 0.001 * n]])
        for n in (1, 2)
    )  # fmt: skip


def _areas(code: str, east: float) -> dict[str, object]:
    """The district, two subdistricts side by side, a community and a unit grid in the western one."""

    def box(west: float, right: float) -> list[list[list[float]]]:
        x0, x1, y0, y1 = LON + east + west, LON + east + right, LAT - 0.04, LAT + 0.04
        return [[[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]]

    features = [
        (code, "测试区", box(-0.04, 0.04)), (f"{code}001", "西街道", box(-0.04, 0)), (f"{code}002", "东街道", box(0, 0.04)),
        (f"{code}001001", "柳岸社区", box(-0.04, 0)), (f"{code}00100101", "", box(-0.04, 0)),
    ]  # fmt: skip
    return _collection(({"code": area, "name": name}, "Polygon", shape) for area, name, shape in features)


def _photos(folder: Path) -> None:
    """A zip: by code, by place, with nothing near, without a place, and no photo at all; and one photo by itself."""
    photos = {
        f"{CODES[0]}_1.jpg": _jpeg("#aa7", None), "near.jpg": _jpeg("#7a9", (LON - 0.005, LAT - 0.0010)),
        "nowhere.jpg": _jpeg("#a79", None), "far.jpg": _jpeg("#79a", (120.118, 30.288)),
        "lonely.jpg": _jpeg("#97a", (120.1552, 30.3207)), "note.txt": b"no photo",
    }  # fmt: skip
    with zipfile.ZipFile(folder / "photos.zip", "w") as archive:
        for name, content in photos.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    (folder / "lone.jpg").write_bytes(_jpeg("#555", None))
    (folder / f"{CODES[1]}.jpg").write_bytes(_jpeg("#bbb", None))


def _jpeg(colour: str, place: tuple[float, float] | None) -> bytes:
    picture, exif, made = Image.new("RGB", (64, 48), colour), Image.Exif(), BytesIO()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2024:05:06 07:08:09"
    if place:
        tags = ExifTags.GPS
        lon, lat = ((float(int(v)), float(int(v % 1 * 60)), round(v % 1 * 60 % 1 * 60, 6)) for v in place)
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(
            {tags.GPSLongitude: lon, tags.GPSLongitudeRef: "E", tags.GPSLatitude: lat, tags.GPSLatitudeRef: "N"}
        )
    picture.save(made, "JPEG", exif=exif)
    return made.getvalue()
