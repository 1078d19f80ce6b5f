"""The demo district: exact counts, a real partition, a city that hangs together, and files that the readers read back."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from demo import Delivery, Manifest, read_manifest
from demo.component_kinds import KINDS
from demo.deliveries import PLANS, deliver, deliver_areas
from demo.district import District, build_district
from demo.ground import hill, survey
from demo.lattice import draw_lattice
from demo.outline import degrees, metres, outline
from demo.streets import main_streets
from demo.suppliers import to_degrees
from importers.crs.gcj02 import gcj02_to_wgs84
from importers.inspection.suggest import suggest
from importers.normalise.normaliser import Normaliser
from importers.problems.problem import Code
from importers.read.reader import inspect, read
from importers.validate.validator import Validator
from registry.catalogue.layers import reference_layers

pytestmark = pytest.mark.slow  # the whole district is made

SEED = 330105
EVERY = 40
EXTENT = (120.0869, 30.2578, 120.2190, 30.4023)
LAYERS = {"road": "roads", "alley": "alleys", "river": "rivers", "green": "greens", "component": "components",
          "camera": "cameras"}  # fmt: skip
COUNTS = {"road": 360, "alley": 2_100, "river": 88, "green": 950, "component": 58_000, "camera": 70_000}


@pytest.fixture(scope="module")
def district() -> District:
    return build_district(SEED)


@pytest.fixture(scope="module")
def thin(district: District) -> District:
    """The same with every fortieth point only: what is tested on files does not depend on how many rows they have."""
    parts = {
        name: getattr(district, name).taken(np.arange(0, len(getattr(district, name)), EVERY))
        for name in ("components", "cameras")
    }
    return replace(district, **parts)


@pytest.fixture(scope="module")
def delivered(thin: District, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    folder = tmp_path_factory.mktemp("deliveries")
    manifest = Manifest(SEED, "330105", deliver_areas(thin.areas, folder), tuple(deliver(thin, folder, SEED)))
    manifest.write(folder)
    return folder, manifest


def table(district: District, layer: str):
    return getattr(district, LAYERS[layer])


@pytest.mark.parametrize("layer", LAYERS)
def test_counts_are_exact(district: District, layer: str) -> None:
    assert len(table(district, layer)) == COUNTS[layer]


def test_components_are_of_each_kind_as_many_as_planned_and_of_each_supplier(district: District) -> None:
    columns = district.components.columns
    assert Counter(columns["class"]) == {kind.code: kind.count for kind in KINDS}
    assert Counter(columns["supplier"]) == {"municipal": 40_000, "sanitation": 8_000, "greening": 10_000}


@pytest.mark.parametrize("layer", LAYERS)
def test_codes_are_unique_and_hold_district_and_class(district: District, layer: str) -> None:
    columns = table(district, layer).columns
    numbers = {c.code: c.number for c in reversed(reference_layers()[layer].classes)}
    assert len(set(columns["code"])) == COUNTS[layer]
    assert all(
        len(code) == 16 and code.isdigit() and code[:10] == "330105" + numbers[klass]
        for code, klass in zip(columns["code"], columns["class"], strict=True)
    )


@pytest.mark.parametrize("layer", LAYERS)
def test_attributes_keep_to_the_layers_schema(district: District, layer: str) -> None:
    columns = table(district, layer).columns
    for name, rule in reference_layers()[layer].schema["properties"].items():
        if name in columns and "enum" in rule:
            assert set(columns[name]) - {""} <= set(rule["enum"]), name
        if name in columns and "minimum" in rule:
            given = np.asarray(columns[name], float)
            assert np.nanmin(given) >= rule["minimum"], name
            assert np.nanmax(given) <= rule.get("maximum", np.inf), name


@pytest.mark.parametrize("layer", ["component", "camera"])
def test_two_or_three_in_a_hundred_are_not_intact(district: District, layer: str) -> None:
    state = table(district, layer).columns["state"]
    assert 0.02 <= np.mean(state != "完好") <= 0.03
    assert set(state) == {"完好", "破损", "丢失", "废弃"}


@pytest.mark.parametrize("layer", ["road", "alley", "river", "green"])
def test_names_are_unique(district: District, layer: str) -> None:
    assert len(set(table(district, layer).columns["name"])) == COUNTS[layer]


@pytest.mark.parametrize("layer", LAYERS)
def test_everybody_named_is_evidently_fictitious(district: District, layer: str) -> None:
    columns = table(district, layer).columns
    assert all(name.endswith("（虚构）") for role in ("manager", "owner", "maintainer") for name in set(columns[role]))


@pytest.mark.parametrize("layer", LAYERS)
def test_everything_lies_inside_the_outline(district: District, layer: str) -> None:
    bounds = outline().buffer(0.05)
    shapely.prepare(bounds)
    geometry = table(district, layer).geometry
    assert shapely.is_valid(geometry).all()
    assert shapely.contains(bounds, geometry).all()


def test_the_district_has_the_size_and_the_extent_of_gongshu(district: District) -> None:
    west, south, east, north = district.areas.district.geometry[0].bounds
    (lon, lat), (lon2, lat2) = degrees(np.array([[west, south], [east, north]]))
    assert 97e6 < district.areas.district.geometry[0].area < 100e6
    assert 120.086 < lon < lon2 < 120.220
    assert 30.257 < lat < lat2 < 30.403


def test_areas_partition_the_district_at_every_level(district: District) -> None:
    areas = district.areas
    assert [len(level.code) for _name, level in areas.levels()][:3] == [1, 18, 170]
    assert 9_000 < len(areas.grid.code) < 11_000
    for _name, level in areas.levels():
        shapes = to_degrees(level.geometry)
        assert shapely.is_valid(shapes).all()
        assert shapely.coverage_is_valid(shapes)
        assert shapely.area(level.geometry).sum() == pytest.approx(areas.district.geometry[0].area, abs=1.0)


def test_grids_are_about_a_hectare_and_lie_in_the_community_of_their_code(district: District) -> None:
    grid, community = district.areas.grid, district.areas.community
    area = shapely.area(grid.geometry)
    assert 9_000 < area.mean() < 11_000
    assert area.min() > 1_500
    assert area.max() < 30_000
    owner = community.geometry[np.searchsorted(community.code, grid.parent)]
    assert shapely.covers(owner, shapely.point_on_surface(grid.geometry)).all()


def test_area_codes_are_hierarchical_and_unique(district: District) -> None:
    for (_name, upper), (_below, lower), digits in zip(
        list(district.areas.levels())[:-1], list(district.areas.levels())[1:], (9, 12, 15), strict=True
    ):
        assert len(set(lower.code)) == len(lower.code)
        assert all(
            len(code) == digits and code.startswith(parent)
            for code, parent in zip(lower.code, lower.parent, strict=True)
        )
        assert set(lower.parent) == set(upper.code)


def test_grids_are_numbered_from_the_north_west(district: District) -> None:
    grid = district.areas.grid
    first = np.array([code.endswith("001") for code in grid.code])
    north = shapely.get_coordinates(shapely.centroid(grid.geometry))[:, 1]
    top = {parent: north[grid.parent == parent].max() for parent in set(grid.parent)}
    assert all(top[parent] - y < 200 for parent, y in zip(grid.parent[first], north[first], strict=True))


def test_every_street_hangs_on_the_network(district: District) -> None:
    lines = district.network.streets.lines
    one, other = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=0.5)
    reached, frontier = np.zeros(len(lines), bool), {0}
    beside: dict[int, list[int]] = {}
    for i, j in zip(one, other, strict=True):
        beside.setdefault(int(i), []).append(int(j))
    while frontier:
        reached[list(frontier)] = True
        frontier = {j for i in frontier for j in beside[i] if not reached[j]}
    assert reached.all()


def test_small_rivers_flow_into_others(district: District) -> None:
    lines = district.water.lines
    one, other = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=2.0)
    assert set(one[one != other]) == set(range(len(lines)))


def test_green_spaces_overlap_neither_each_other_nor_roads_nor_water(district: District) -> None:
    greens = district.greens.geometry
    tree = shapely.STRtree(greens)
    one, other = tree.query(greens, predicate="intersects")
    assert shapely.area(shapely.intersection(greens[one[one < other]], greens[other[one < other]])).sum() < 1.0
    streets = district.network.streets
    for taken in (shapely.buffer(streets.lines, streets.half_carriageway, cap_style="flat"), district.water.surface()):
        piece, green = tree.query(taken, predicate="intersects")
        assert shapely.area(shapely.intersection(taken[piece], greens[green])).sum() < 1.0


@pytest.mark.parametrize("layer", ["component", "camera"])
def test_nothing_stands_in_the_water(district: District, layer: str) -> None:
    assert len(shapely.STRtree(table(district, layer).geometry).query(district.water.surface(), "contains")[0]) == 0


def test_components_stand_at_a_street_in_a_park_or_on_a_bank(district: District) -> None:
    points = district.components.geometry
    streets = shapely.STRtree(district.network.streets.lines)
    greens, banks = shapely.STRtree(district.greens.geometry), shapely.STRtree(district.water.lines)
    near = np.zeros(len(points), bool)
    for tree, distance in ((streets, 26.0), (greens, 0.5), (banks, 45.0)):
        near[tree.query(points, predicate="dwithin", distance=distance)[0]] = True
    assert near.all()


def test_lamps_stand_about_thirty_metres_apart_on_the_kerb(district: District) -> None:
    lamps = district.components.geometry[district.components.columns["class"] == "0118"]
    _one, apart = shapely.STRtree(lamps).query_nearest(lamps, exclusive=True, return_distance=True, all_matches=False)
    assert 27 < np.median(apart) < 37
    streets = district.network.streets
    _lamp, street = shapely.STRtree(streets.lines).query_nearest(lamps, all_matches=False)
    beyond = shapely.distance(lamps, streets.lines[street]) - streets.half_carriageway[street]
    assert 0 < np.median(beyond) < 1.5


def test_poles_carry_several_cameras_that_look_different_ways(district: District) -> None:
    columns = district.cameras.columns
    names = Counter(name[:-4] for name in columns["name"])
    assert sum(n > 1 for n in names.values()) > 10_000
    assert np.unique(columns["direction_deg"]).size > 300


def test_the_same_seed_gives_the_same_streets_another_seed_others() -> None:
    def drawn(seed: int) -> str:
        rng = np.random.default_rng(seed)
        ground, mountain = survey(rng), hill(rng)
        lines = [line for _class, line in main_streets(ground, draw_lattice(ground, rng), mountain, rng)]
        return hashlib.sha256(b"".join(shapely.to_wkb(lines))).hexdigest()

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_the_same_district_gives_the_same_bytes(
    thin: District, delivered: tuple[Path, Manifest], tmp_path: Path
) -> None:
    folder, _manifest = delivered
    assert [again.file for again in deliver(thin, tmp_path, SEED)] == [plan.file for plan in PLANS]
    differing = [made.name for made in tmp_path.iterdir() if made.read_bytes() != (folder / made.name).read_bytes()]
    assert differing == []


def test_the_manifest_is_read_back(delivered: tuple[Path, Manifest]) -> None:
    folder, manifest = delivered
    assert read_manifest(folder) == manifest
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["areas"]["levels"]["community"] == 170
    assert {layer: manifest.good(layer) for layer in ("road", "green")} == {"road": 360, "green": 950}


def test_defects_bear_names_of_problems(delivered: tuple[Path, Manifest]) -> None:
    _folder, manifest = delivered
    for delivery in manifest.deliveries:
        assert 5 <= delivery.bad <= 12
        assert set(delivery.defects) <= {str(code) for code in Code}


PLANNED = [plan.file for plan in PLANS]


@pytest.fixture
def delivery(request: pytest.FixtureRequest, delivered: tuple[Path, Manifest]) -> tuple[Path, Delivery]:
    folder, manifest = delivered
    described = next(one for one in manifest.deliveries if one.file == request.param)
    return folder / described.file, described


@pytest.mark.parametrize("delivery", PLANNED, indirect=True)
def test_a_file_has_its_good_and_its_bad_rows_and_every_column_is_understood(delivery: tuple[Path, Delivery]) -> None:
    path, described = delivery
    (layer,) = inspect(path)
    profile = suggest(layer, reference_layers()[described.layer])
    assert layer.rows == described.good + described.bad
    assert profile.kept(layer) == []
    assert {"code", "class", "name", "state", "surveyed_on", "source"} <= set(profile.columns.values())
    assert bool(layer.crs.text) == (described.crs is None)


@pytest.mark.parametrize("delivery", PLANNED, indirect=True)
def test_the_importer_accepts_the_good_rows_and_finds_each_defect_at_its_row(delivery: tuple[Path, Delivery]) -> None:
    path, described = delivery
    (source,), layer = inspect(path), reference_layers()[described.layer]
    profile = replace(suggest(source, layer), crs=described.crs, scheme=described.scheme)
    normaliser, validator = Normaliser(profile, layer, source), Validator(layer, "330105", EXTENT)
    checked = [validator.check(normaliser.prepare(rows)) for rows in read(path)]
    problems = [problem for batch in checked for problem in batch.problems]
    found: dict[str, list[int]] = {}
    for problem in problems:
        found.setdefault(str(problem.code), []).append(problem.row or 0)
    assert sum(int(batch.accepted.sum()) for batch in checked) == described.good
    assert {row for rows in found.values() for row in rows} == {
        row for rows in described.defects.values() for row in rows
    }
    assert all(set(rows) <= set(found[kind]) for kind, rows in described.defects.items())


def test_a_survey_table_gives_northing_as_x_and_easting_with_zone_as_y(
    thin: District, delivered: tuple[Path, Manifest]
) -> None:
    folder, _manifest = delivered
    (rows,) = read(folder / "components_greening.csv")
    placed = _by_code(thin)
    for code, x, y in zip(*(rows.columns[head].to_pylist() for head in ("标识码", "X坐标", "Y坐标")), strict=True):
        if (point := placed.pop(code, None)) is not None and x is not None:
            assert float(x) == pytest.approx(point.y, abs=0.001)
            assert float(y) - 40_000_000 == pytest.approx(point.x, abs=0.001)


def test_a_ledger_gives_places_in_gcj02(thin: District, delivered: tuple[Path, Manifest]) -> None:
    folder, manifest = delivered
    described = next(one for one in manifest.deliveries if one.file == "components_sanitation.xlsx")
    (rows,) = read(folder / described.file)
    good = ~np.isin(rows.numbers, [row for found in described.defects.values() for row in found])
    codes, lon, lat = (np.array(rows.columns[head].to_pylist())[good] for head in ("标识码", "经度", "纬度"))
    placed = _by_code(thin)
    given = metres(np.column_stack(gcj02_to_wgs84(lon.astype(float), lat.astype(float))))
    wanted = shapely.get_coordinates([placed[code] for code in codes])
    assert described.crs == "GCJ-02"
    assert np.abs(given - wanted).max() < 0.01


def test_a_shapefile_is_in_gbk_without_saying_so(delivered: tuple[Path, Manifest]) -> None:
    folder, _manifest = delivered
    (layer,) = inspect(folder / "components_municipal.zip")
    assert (layer.encoding.name, layer.encoding.basis) == ("GB18030", "content")
    assert layer.crs.name == "CGCS2000_3_Degree_GK_CM_120E"


def _by_code(district: District) -> dict[str, shapely.Point]:
    return dict(zip(district.components.columns["code"], district.components.geometry, strict=True))
