"""What a supplier is told without a register is what the register says; and what only the register can say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import shapely

from benchmarks.delivery import write_components
from importers.pipeline import ImportRequest, Report, run
from importers.problems.problem import as_record
from importers.profiles.profile import Profile
from importers.reporting.acceptance import of_change_sets, of_check
from importers.supplier_check.check import Question, check
from importers.supplier_check.pack import Pack, load
from importers.validate.context import ValidationContext
from registry.access.operator import OPERATOR
from registry.access.scope import Scope, open_scope_by_name
from registry.areas.areas import AreaShape, load_areas
from registry.areas.districts import add_district
from registry.changes import change_sets
from registry.database.connections import connect
from registry.deliveries import profiles
from registry.errors import NotFound
from registry.i18n import Words, storable

GONGSHU, BOX = "330105", (120.0869, 30.2578, 120.219, 30.4023)
OUTLINE = shapely.Polygon([(120.09, 30.26), (120.21, 30.26), (120.2, 30.4), (120.1, 30.39)])
Connection = psycopg.Connection[Any]


@pytest.fixture
def register(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        connection.execute("SET LOCAL ROLE chengji_owner")
        add_district(connection, GONGSHU, "拱墅区", "", BOX)
        load_areas(connection, GONGSHU, [AreaShape(GONGSHU, "拱墅区", "", OUTLINE)])
        connection.execute("SET LOCAL ROLE chengji_app")
        yield connection
        connection.rollback()


@pytest.fixture
def scope(register: Connection) -> Scope:
    return open_scope_by_name(register, GONGSHU, OPERATOR)


POINTS = """标识码,小类,名称,状态,初始日期,变更日期,精度,经度,纬度,口径,备注
3301050118000001,0118,路灯,完好,2024-03-15,,A,120.1550123,30.3200456,350毫米,
330105-0118-000002,118,路灯,坏,3/4/2024,民国113年3月15日,D,120.1550124,30.3200457,无,13812345678
3301050118000002,0137,锟斤拷,完好,2024-03,1900-01-00,A,120.1560123,30.3200456,"12,5",=cmd|' /C calc'!A0
3.30105E+15,0139,路灯,破损,2030-01-01,2024-01-01,B,30.3200456,120.1550123,,
3301060118000004,路灯,鍚嶇О,移除,20240315,,C,121.9,31.2,80,
,,,,,,,120.2100321,30.2600123,,
3301050118000007,0118,,完好,45366,,A,120.1550124,30.3200457,1e9,
3301050118000001,0118,,完好,,,A,无,30.32,,
"""
SHAPES = [
    [(120.15, 30.31), (120.151, 30.311), (120.151, 30.31), (120.15, 30.311)],  # a bow tie
    [(120.15, 30.31), (120.151, 30.31), (120.151, 30.31), (120.151, 30.311)],
    [(120.15, 30.31), (120.150005, 30.31), (120.150005, 30.310005)],
    [(120.2, 30.42), (120.21, 30.42), (120.21, 30.43)],
    [(30.31, 120.15), (30.311, 120.15), (30.311, 120.151)],
    [(120.1512345, 30.3112345), (120.1522345, 30.3112345), (120.1522345, 30.3122345)],
]


def collection(kind: str, shapes: list[Any], **properties: list[Any]) -> str:
    rows = [
        {"type": "Feature", "properties": {name: values[n] for name, values in properties.items()},
         "geometry": shape and {"type": kind, "coordinates": shape}}
        for n, shape in enumerate(shapes)
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": rows}, ensure_ascii=False)


def dirty_points(folder: Path) -> tuple[Path, Profile]:
    (folder / "点.csv").write_text(POINTS, encoding="gb18030")
    columns = {
        "标识码": "code",
        "小类": "class",
        "名称": "name",
        "状态": "state",
        "初始日期": "surveyed_on",
        "变更日期": "changed_on",
        "精度": "accuracy",
        "经度": "x",
        "纬度": "y",
        "口径": "attributes.size_mm",
    }
    return folder / "点.csv", Profile("component", columns, crs="EPSG:4490")


def dirty_areas(folder: Path) -> tuple[Path, Profile]:
    rings = [[[*ring, ring[0]]] for ring in SHAPES]
    text = collection("Polygon", [*rings, None], 类=["G1"] * 6 + ["G99"], 面积=["1", "2", "3亩", "x", "5", "6", ""])
    (folder / "绿地.geojson").write_text(text, encoding="utf-8")
    profile = Profile(
        "green", {"类": "class", "面积": "attributes.declared_area_m2"}, crs="EPSG:4490", accept_repairs=(1,)
    )
    return folder / "绿地.geojson", profile


def dirty_lines(folder: Path) -> tuple[Path, Profile]:
    spike = [(120.15, 30.31), (120.16, 30.31), (120.155, 30.31001), (120.155, 30.32)]
    text = collection(
        "LineString", [*SHAPES, spike, spike], 级=["2", "二", "3", "3", "3", "3", "3", "3"], 路=["甲路"] * 8
    )
    (folder / "路.geojson").write_text(text, encoding="utf-8")
    return folder / "路.geojson", Profile("road", {"级": "class", "路": "name"}, crs="EPSG:4490")


def good_components(folder: Path) -> tuple[Path, Profile]:
    file = write_components(folder / "shp", 400)
    columns = {
        "ObjID": "code",
        "ObjName": "name",
        "ObjState": "state",
        "ORDate": "surveyed_on",
        "Material": "attributes.material",
    }
    return file, Profile("component", columns, crs="EPSG:4549", scheme="CJ/T 214-2007")


DELIVERIES = [dirty_points, dirty_areas, dirty_lines, good_components]
# These say that a thing is new; the file cannot know it.
OF_THE_REGISTER = {"near_existing"}


def imported(register: Connection, scope: Scope, file: Path, profile: Profile, folder: Path, **how: Any) -> Report:
    profile.save(folder / "profile.toml")
    return run(register, scope, ImportRequest(file, profile.layer, profile=str(folder / "profile.toml"), **how))


@pytest.mark.parametrize("make", DELIVERIES)
def test_the_verdict_is_the_same_with_and_without_the_register(register, scope, tmp_path, make) -> None:
    file, profile = make(tmp_path)
    report = imported(register, scope, file, profile, tmp_path)
    kept = change_sets.read(register, scope, report.summary.change_set)["problems"]
    for problem in kept:
        details = {name: Words.unpacked(value) for name, value in problem["details"].items()}
        problem["details"] = storable(details, spoken=True)
    (tmp_path / "pack.toml").write_text(
        Pack(profile, ValidationContext.of_district(register, GONGSHU)).to_toml(), encoding="utf-8"
    )
    verdict = check(Question(file), load(tmp_path / "pack.toml"))
    records = [{k: v for k, v in as_record(p).items() if k not in ("message", "remedy")} for p in verdict.problems]
    assert records == [p for p in kept if p["code"] not in OF_THE_REGISTER]
    assert (verdict.rows, verdict.rows_in_error, verdict.crs) == (report.rows, report.rows_in_error, report.crs)
    assert len(verdict.left_out) == 1
    assert (verdict.rows_in_error == 0) == (make is good_components)


@pytest.mark.parametrize("make", DELIVERIES)
def test_the_record_of_a_check_says_what_that_of_the_delivery_says(register, scope, tmp_path, make) -> None:
    file, profile = make(tmp_path)
    report = imported(register, scope, file, profile, tmp_path)
    (kept,) = of_change_sets(register, scope, [report.summary.change_set]).rounds
    pack = Pack(profile, ValidationContext.of_district(register, GONGSHU))
    (recorded,) = of_check(file, check(Question(file), pack), pack, "profile").rounds
    assert list(recorded.findings) == [found for found in kept.findings if found.code not in OF_THE_REGISTER]
    assert (recorded.rows, recorded.quarantined) == (kept.rows, kept.quarantined)
    of_file = ("name", "bytes", "sha256", "format", "layer", "encoding", "encoding_evidence", "crs_declared",
               "crs_used", "crs_basis", "profile", "version")  # fmt: skip
    assert [getattr(recorded.came, name) for name in of_file] == [getattr(kept.came, name) for name in of_file]


def test_the_dirty_files_are_dirty_enough(register, scope, tmp_path) -> None:
    codes: set[str] = set()
    for make in DELIVERIES:
        file, profile = make(tmp_path)
        codes |= {
            str(p.code)
            for p in check(Question(file), Pack(profile, ValidationContext.of_district(register, GONGSHU))).problems
        }
    assert len(codes) >= 30, sorted(codes)
    assert {
        "outside_outline",
        "geometry_repair_accepted",
        "text_garbled",
        "code_of_other_district",
        "axes_swapped",
    } <= codes


def test_a_pack_holds_its_context_exactly(register, scope) -> None:
    pack = Pack(
        Profile("road", {"路": "name"}, complete=True), ValidationContext.of_district(register, GONGSHU), "0.0.1"
    )
    again = Pack.from_toml(pack.to_toml())
    assert again.profile == pack.profile
    assert (again.version, again.is_of_other_version) == ("0.0.1", True)
    assert (again.context.district, again.context.box) == (pack.context.district, pack.context.box)
    assert shapely.to_wkb(again.context.outline) == shapely.to_wkb(pack.context.outline)
    for code, layer in pack.context.layers.items():
        assert again.context.layers[code].classes == layer.classes
        assert again.context.layers[code].schema == layer.schema


def lamps(folder: Path, name: str, *rows: tuple[str, float, str]) -> tuple[Path, Profile]:
    lines = [f"{key},0118,{120.155 + metres / 96_000:.9f},30.3200123,{grade}" for key, metres, grade in rows]
    (folder / name).write_text("\n".join(["编号,小类,经度,纬度,精度", *lines]), encoding="utf-8")
    columns = {"编号": "external_key", "小类": "class", "经度": "x", "纬度": "y", "精度": "accuracy"}
    return folder / name, Profile("component", columns, crs="EPSG:4490", scheme="CJ/T 214-2007")


def test_rows_to_be_added_beside_a_live_asset_are_told(register, scope, tmp_path) -> None:
    first = imported(register, scope, *lamps(tmp_path, "a.csv", ("a", 0, "A"), ("b", 50, "A")), tmp_path, apply=True)
    assert first.problems == []
    rows = (("a", 0.2, "A"), ("c", 0.3, "A"), ("d", 49.2, "A"), ("e", 49.2, "B"), ("f", 42, "C"), ("g", 75, "A"))
    again = imported(register, scope, *lamps(tmp_path, "b.csv", *rows), tmp_path)
    near = [p for p in again.problems if p.code == "near_existing"]
    assert [p.row for p in near] == [3, 5, 6], "c, e and f; a is known by its key, d is too far for its grade"
    assert [float(p.details["metres"]) for p in near if p.details] == [
        pytest.approx(m, abs=0.03) for m in (0.3, 0.8, 8)
    ]
    assert near[0].value == register.execute("SELECT code FROM registry.asset WHERE external_key = 'a'").fetchone()[0]
    kept = change_sets.read(register, scope, again.summary.change_set)["problems"]
    assert [p["row"] for p in kept if p["code"] == "near_existing"] == [3, 5, 6]
    assert again.summary.added == 5, "a warning keeps no row out"


def test_retired_assets_and_other_classes_are_no_twins(register, scope, tmp_path) -> None:
    imported(register, scope, *lamps(tmp_path, "a.csv", ("a", 0, "A"), ("b", 50, "A")), tmp_path, apply=True)
    register.execute("SET LOCAL ROLE chengji_owner")
    register.execute("UPDATE registry.asset SET state = 'retired' WHERE external_key = 'a'")
    register.execute("UPDATE registry.asset SET class = '0117' WHERE external_key = 'b'")
    register.execute("SET LOCAL ROLE chengji_app")
    again = imported(register, scope, *lamps(tmp_path, "b.csv", ("c", 0, "A"), ("d", 50, "A")), tmp_path)
    assert [p for p in again.problems if p.code == "near_existing"] == []


def test_lines_are_twins_when_they_run_alike(register, scope, tmp_path) -> None:
    def road(name: str, *lines: list[tuple[float, float]], keys: list[str]) -> tuple[Path, Profile]:
        text = collection(
            "LineString", [[(120.15 + x / 96_000, 30.3 + y / 111_320) for x, y in line] for line in lines], 编号=keys
        )
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name, Profile("road", {"编号": "external_key"}, crs="EPSG:4490", constants={"class": "2"})

    straight = [(0.0, 0.0), (100.0, 100.0)]
    imported(register, scope, *road("a.geojson", straight, keys=["a"]), tmp_path, apply=True)
    alike, round_about = [(0.2, 0.0), (50.0, 50.1), (100.2, 100.0)], [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0)]
    again = imported(register, scope, *road("b.geojson", alike, round_about, keys=["b", "c"]), tmp_path)
    assert [p.row for p in again.problems if p.code == "near_existing"] == [1]


def test_repairs_are_accepted_row_by_row_and_for_one_delivery(register, scope, tmp_path) -> None:
    file, profile = dirty_areas(tmp_path)
    quarantined = imported(register, scope, file, Profile(profile.layer, profile.columns, crs="EPSG:4490"), tmp_path)
    assert (1, "geometry_invalid") in {(p.row, str(p.code)) for p in quarantined.problems}
    taken = imported(register, scope, file, Profile(profile.layer, profile.columns, crs="EPSG:4490"), tmp_path,
                     accept_repairs=(1,), save_as="绿地")  # fmt: skip
    assert taken.rows_in_error == quarantined.rows_in_error - 1
    assert (1, "geometry_repair_accepted") in {(p.row, str(p.code)) for p in taken.problems}
    assert Profile.from_toml(profiles.named(register, scope, "绿地")).accept_repairs is False


def test_profiles_are_listed_and_removed(register, scope) -> None:
    for name in ("乙", "甲"):
        profiles.keep(register, scope, name, "road", "h", 'layer = "road"\n')
    assert {(kept.name, kept.layer) for kept in profiles.listed(register, scope)} == {("乙", "road"), ("甲", "road")}
    profiles.remove(register, scope, "乙")
    assert [kept.name for kept in profiles.listed(register, scope)] == ["甲"]
    with pytest.raises(NotFound, match="乙"):
        profiles.remove(register, scope, "乙")


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The program, as one who has no database starts it."""
    environment = {
        **os.environ,
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
        "REGISTRY_HOME": str(folder / "home"),
    }
    return subprocess.run(
        [sys.executable, "-c", "from registry.commands.main import main; main()", "check", *arguments],
        capture_output=True, text=True, env=environment, timeout=120, check=False,
    )  # fmt: skip


def test_the_command_needs_no_database(register, scope, tmp_path) -> None:
    file, profile = dirty_points(tmp_path)
    (tmp_path / "pack.toml").write_text(
        Pack(profile, ValidationContext.of_district(register, GONGSHU)).to_toml(), encoding="utf-8"
    )
    page = tmp_path / "report.html"
    done = command(tmp_path, str(file), "--profile", str(tmp_path / "pack.toml"), "--json", "--report", str(page))
    assert done.returncode == 8, done.stderr
    verdict = json.loads(done.stdout)
    assert verdict["rows"] == 8
    assert verdict["rows_in_error"] == len({p["row"] for p in verdict["problems"] if p["severity"] == "error"})
    text = page.read_text(encoding="utf-8")
    assert "资产数据检查记录" in text
    assert "检查未通过" in text
    assert "code_damaged" in text
    assert "=cmd|&#39;" in text, "what stands in the file is text on the page"
    assert "13812345678" not in text


def test_a_good_file_and_a_plain_profile(tmp_path) -> None:
    file, profile = good_components(tmp_path)
    profile.save(tmp_path / "plain.toml")
    done = command(tmp_path, str(file), "--profile", str(tmp_path / "plain.toml"))
    assert done.returncode == 0, done.stderr
    assert "400 行可以导入" in done.stdout
    assert done.stdout.count("未检查") == 4


def test_what_is_no_pack_is_named(tmp_path) -> None:
    file, _profile = good_components(tmp_path)
    (tmp_path / "bad.toml").write_text("[profile]\nlayer = 'road'\n", encoding="utf-8")
    done = command(tmp_path, str(file), "--profile", str(tmp_path / "bad.toml"))
    assert done.returncode == 3
    assert "检查包已损坏" in done.stderr
    assert "Traceback" not in done.stderr
