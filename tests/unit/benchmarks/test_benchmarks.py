"""Benchmarks: what is compared with what. How long anything takes is nobody's test."""

from __future__ import annotations

import gzip
import json
import sys
from email.message import Message
from io import StringIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import mapbox_vector_tile
import numpy as np
import pyogrio
import pyogrio.raw
import pytest
import shapely
from click.testing import CliRunner
from rich.console import Console

from benchmarks import imports, measuring, surveys
from benchmarks.command import NAMES, bench
from benchmarks.delivery import CHANGED_EVERY, MOVED_M, write_components
from benchmarks.demo import fingerprint
from benchmarks.measuring import Absent, Cost, Fact, Series, Subject, compare
from benchmarks.programs import cost_of, environment, needed
from benchmarks.report import shown, written
from benchmarks.serving import Answer
from benchmarks.tiles import Tile, assets

COUNT = 1_200


def subject(name: str, costs: list[Cost], order: list[str], at_most: float | None = None) -> Subject:
    left = iter(costs)

    def run() -> Cost:
        order.append(name)
        return next(left)

    return Subject(name, name, run, at_most)


def test_subjects_take_turns_and_warm_turns_do_not_count():
    order: list[str] = []
    a = subject("a", [Cost(99.0), Cost(2.0), Cost(4.0), Cost(3.0)], order)
    b = subject("b", [Cost(98.0), Cost(6.0), Cost(5.0), Cost(9.0)], order)
    group = compare("g", "G", [a, b], runs=3, warm=1)
    assert order == ["a", "b"] * 4
    first, second = group.rows
    assert (first.series.least, first.series.median, first.ratio, first.median_ratio) == (2.0, 3.0, 1.0, 1.0)
    assert (second.ratio, second.median_ratio, second.cpu_ratio) == (2.5, 2.0, None)


def test_cpu_and_memory_of_a_series():
    ours = Series((Cost(1.0, cpu=3.0, peak_mb=100.0), Cost(1.0, cpu=2.0, peak_mb=130.0)))
    assert (ours.cpu, ours.peak_mb) == (2.0, 130.0)
    theirs = Series((Cost(1.0, cpu=0.5, peak_mb=10.0),))
    assert measuring.Row("r", "R", ours, theirs).cpu_ratio == 4.0
    assert Series((Cost(1.0),)).cpu is None


@pytest.fixture
def groups():
    a = subject("ogr", [Cost(1.0, 2.0, 52.0), Cost(1.2, 2.0, 50.0)], [])
    b = subject("ours", [Cost(2.0, 3.0, 250.0, {"read": 0.3}), Cost(3.0, 3.5, 251.0)], [], at_most=2.5)
    c = subject("slow", [Cost(3.0), Cost(3.0)], [], at_most=2.5)
    return [
        compare("import", "导入", [a, b, c], 2, facts=(Fact("peak", "内存", 251, "MB", 500), Fact("n", "请求", 20)))
    ]


def test_the_table_tells_ratios_and_targets(groups):
    out = StringIO()
    shown(groups, Console(file=out, width=120))
    lines = {line.split()[0]: line.split() for line in out.getvalue().splitlines() if line.strip()}
    assert lines["ogr"][1:] == ["1,000", "1,100", "2,000", "1.00", "1.00", "1.00"]
    assert lines["ours"][1:] == ["2,000", "2,500", "3,000", "2.00", "2.27", "1.50", "≤", "2.5×", "✓"]
    assert lines["slow"][-3:] == ["≤", "2.5×", "✗"]
    assert lines["内存"][1:] == ["251", "MB", "≤", "500", "MB", "✓"]
    assert lines["请求"][1:] == ["20"]


def test_the_file_keeps_every_run(groups, tmp_path):
    found = json.loads(written(groups, {"cores": 2}, tmp_path / "new").read_text())
    assert found["cores"] == 2
    (group,) = found["groups"]
    ours = group["rows"][1]
    assert (ours["name"], ours["ratio"], ours["at_most"]) == ("ours", 2.0, 2.5)
    assert [run["seconds"] for run in ours["runs"]] == [2.0, 3.0]
    assert ours["runs"][0]["detail"] == {"read": 0.3}
    assert group["facts"][0] == {"name": "peak", "value": 251, "unit": "MB", "at_most": 500}


def test_a_program_is_measured_and_its_failure_told():
    cost, printed = cost_of([sys.executable, "-c", "x = b'1' * 60_000_000; print(sum(range(10**6)))"], environment())
    assert printed.strip() == "499999500000"
    assert cost.peak_mb is not None and cost.peak_mb > 60
    assert cost.cpu is not None and cost.cpu > 0
    with pytest.raises(RuntimeError, match=r"3\n.*broken"):
        cost_of([sys.executable, "-c", "import sys; print('broken', file=sys.stderr); sys.exit(3)"], environment())


def test_nobodys_own_register_is_measured(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://production")
    monkeypatch.setenv("REGISTRY_DISTRICT", "330106")
    found = environment(REGISTRY_HOME="/there")
    assert {k: v for k, v in found.items() if k.startswith(("DATABASE", "REGISTRY"))} == {
        "REGISTRY_LANGUAGE": "zh",
        "REGISTRY_HOME": "/there",
    }
    assert found["PATH"]


def test_a_missing_peer_is_named():
    with pytest.raises(Absent, match="no-such-tool"):
        needed("no-such-tool")


@pytest.fixture(scope="module")
def deliveries(tmp_path_factory):
    folder = tmp_path_factory.mktemp("deliveries")
    return write_components(folder, COUNT), write_components(folder, COUNT, changed=True)


def test_the_delivery_is_as_old_programs_leave_it(deliveries):
    first, _changed = deliveries
    table = first.with_suffix(".dbf").read_bytes()
    assert table[29] == 0
    assert not first.with_suffix(".cpg").exists()
    assert "铸铁".encode("gbk") in table
    info = pyogrio.read_info(first, encoding="GB18030")
    assert (info["features"], info["crs"], info["geometry_type"]) == (COUNT, "EPSG:4549", "Point")
    codes = pyogrio.raw.read(first, encoding="GB18030", columns=["ObjID"])[3][0]
    assert len(set(codes)) == COUNT
    assert all(len(code) == 16 for code in codes)


def test_one_row_in_a_hundred_changes(deliveries):
    (old, old_points), (new, new_points) = (read(file) for file in deliveries)
    moved = np.abs(new_points - old_points).max(axis=1)
    other = old["ObjState"] != new["ObjState"]
    changed = np.flatnonzero((moved > 0) | other)
    assert changed.tolist() == list(range(0, COUNT, CHANGED_EVERY))
    assert len(changed) == COUNT // 100
    assert not ((moved > 0) & other).any()
    assert moved[moved > 0] == pytest.approx(MOVED_M, abs=2e-4)
    assert all((old[name] == new[name]).all() for name in old if name != "ObjState")


def read(file):
    meta, _fids, geometry, columns = pyogrio.raw.read(file, encoding="GB18030")
    points = np.array([np.frombuffer(g, "<f8", offset=5) for g in geometry])
    return dict(zip(meta["fields"], columns, strict=True)), points


def test_a_wrong_answer_is_no_measurement():
    with pytest.raises(RuntimeError, match="unchanged"):
        imports._require({"unchanged": 10}, {"unchanged": 9}, "file")


def test_both_tile_servers_are_asked_for_the_same():
    tile = Tile("base", 14, 13660, 6744, ("green", "road"))
    assert tile.path == "/330105/tiles/base/14/13660/6744.mvt"
    path, query = urlsplit(tile.peer_path).path, parse_qs(urlsplit(tile.peer_path).query)
    assert path == "/collections/registry.asset/tiles/WebMercatorQuad/14/13660/6744"
    assert query["filter"] == ["district = '330105' AND layer IN ('green', 'road')"]
    assert query["properties"] == ["id,class,state,name"]
    assert float(query["simplify"][0]) * 111_320 == pytest.approx(tile.pixel / 2, rel=1e-3)
    points = parse_qs(urlsplit(Tile("points", 16, 1, 1, ("component",)).peer_path).query)
    assert points["properties"] == ["id,class,state"]
    assert "simplify" not in points


def test_assets_of_a_tile_are_counted_once():
    def encoded(*features):
        layer = {"name": "t", "features": [{"geometry": g, "properties": p} for g, p in features]}
        return mapbox_vector_tile.encode([layer], default_options={"y_coord_down": True})

    assert assets(encoded(("POINT (10 10)", {}), ("POINT (-5 10)", {}), ("POINT (10 4096)", {}))) == 1
    assert assets(encoded(("POINT (10 10)", {"n": 40}), ("POINT (5000 10)", {"n": 7}))) == 40
    assert assets(encoded(("LINESTRING (-10 -10, 20 20)", {}))) == 1


def test_an_answer_is_unsqueezed():
    headers = Message()
    assert Answer(200, headers, b"as it is").plain == b"as it is"
    headers["content-encoding"] = "gzip"
    assert Answer(200, headers, gzip.compress(b"squeezed")).plain == b"squeezed"


def test_the_demo_is_made_anew_when_its_sources_change(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.sql").write_text("SELECT 1")
    before = fingerprint(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "b.pyc").write_text("")
    assert fingerprint(tmp_path) == before
    (tmp_path / "sub" / "a.sql").write_text("SELECT 2")
    assert fingerprint(tmp_path) != before


def test_the_command_knows_its_measurements():
    answer = CliRunner().invoke(bench, ["--help"])
    assert answer.exit_code == 0
    assert "|".join(NAMES) in answer.output
    assert CliRunner().invoke(bench, ["everything"]).exit_code == 2


def test_a_re_survey_knows_who_is_who(tmp_path: Path) -> None:
    """Every row within a metre of the component that it is, one in a hundred gone, one in a hundred new, some with a twin."""
    rng = np.random.default_rng(1)
    xy = rng.uniform(0, 5_000, (1_000, 2)) + np.array([518_000.0, 3_355_000.0])
    columns = {name: np.array([f"{name}{n}" for n in range(1_000)], dtype=object) for name in surveys.TEXTS}
    again, places, truth = surveys._measured_again(columns, xy, rng)
    known = truth >= 0
    assert (known.sum(), len(truth), len(set(truth[known]))) == (990, 1_000, 990)
    assert np.hypot(*(places[known] - xy[truth[known]]).T).max() <= surveys.JITTER_M
    assert again["name"][known].tolist() == columns["name"][truth[known]].tolist()
    surveys._write_twins(tmp_path, columns, xy, rng)
    first = pyogrio.raw.read(tmp_path / f"{surveys.TWINS_FIRST}.gpkg")
    pairs = shapely.get_coordinates(shapely.from_wkb(first[2]))
    names = first[3][list(first[0]["fields"]).index("name")]
    apart = [np.hypot(*(pairs[n] - pairs[list(names).index(names[n])])) for n in range(1_000, 1_000 + surveys.CROWDED)]
    assert np.allclose(apart, surveys.CROWDED_M, atol=2e-3)
    assert len(np.load(tmp_path / f"{surveys.TWINS}.npy")) == 1_000 + surveys.CROWDED
