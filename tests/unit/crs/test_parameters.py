"""Parameters that may be secret: used, and shown nowhere."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from click.testing import CliRunner

from importers.commands.datum import datum
from importers.crs.detect import detect
from importers.crs.parameters import fitted, write
from importers.crs.systems import named, resolve, transformer
from importers.crs.transform import to_degrees
from importers.errors import RefusedCrs, UnknownCrs
from importers.records import DeclaredCrs, Encoding, SourceLayer
from registry.assets.reference_features import Reference, ReferenceFeatures
from registry.errors import Invalid
from registry.settings import settings

BOX = (120.0869, 30.2578, 120.219, 30.4023)
LOCAL = "测试2000"
# A made-up local system: turned by a quarter of a degree, a little larger, its origin in the town.
ANGLE, SCALE, ORIGIN = np.radians(0.25), 1.00003, (437_654.321, 3_271_234.567)
Supply = Callable[[str], Path]


@pytest.fixture
def supply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supply]:
    """Put text into a parameter file and let the settings name it."""

    def put(text: str, mode: int = 0o600) -> Path:
        file = tmp_path / "parameters.toml"
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)
        monkeypatch.setenv("REGISTRY_DATUM_PARAMETERS", str(file))
        settings.cache_clear()
        transformer.cache_clear()
        return file

    yield put
    monkeypatch.delenv("REGISTRY_DATUM_PARAMETERS", raising=False)
    settings.cache_clear()
    transformer.cache_clear()


def towns(count: int) -> np.ndarray:
    """Places in EPSG:4549."""
    rng = np.random.default_rng(11)
    return np.column_stack((rng.uniform(510_000, 519_000, count), rng.uniform(3_350_000, 3_362_000, count)))


def local(places: np.ndarray) -> np.ndarray:
    z = (places - ORIGIN) @ np.array([1, 1j]) * SCALE * np.exp(1j * ANGLE)
    return np.column_stack((z.real, z.imag))


def degrees(places: np.ndarray) -> np.ndarray:
    into = pyproj.Transformer.from_crs(4549, 4490, always_xy=True)
    return np.column_stack(into.transform(*places.T))


def control_points(file: Path, count: int = 6, noise: float = 0.0) -> Path:
    places = towns(count)
    source = local(places) + np.random.default_rng(3).normal(0, noise, (count, 2))
    rows = [
        f"K{n},{x:.4f},{y:.4f},{e:.4f},{m:.4f}" for n, ((x, y), (e, m)) in enumerate(zip(source, places, strict=True))
    ]
    file.write_text("\n".join(["name,x,y,east,north", *rows]), encoding="utf-8")
    return file


def source(declared: DeclaredCrs) -> SourceLayer:
    return SourceLayer("lamps", "Shapefile", 6, (), "point", Encoding("UTF-8", "", ""), declared)


def test_fitted_and_used_and_never_shown(tmp_path: Path, supply: Supply):
    out = tmp_path / "secret" / "parameters.toml"
    out.parent.mkdir()
    points = control_points(tmp_path / "points.csv", noise=0.02)
    shown = CliRunner().invoke(datum, ["fit", str(points), "--name", LOCAL, "--out", str(out)], catch_exceptions=False)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    text = out.read_text(encoding="utf-8")
    secrets = [word for word in text.split() if word.replace(".", "").replace("-", "").isdigit() and len(word) > 6]
    assert len(secrets) == 4
    assert "中误差 0.0" in shown.output
    assert shown.output.count(" m\n") == 6
    assert not [secret for secret in secrets if secret[:8] in shown.output]
    supply(text)
    crs = named(LOCAL, "option")
    assert (crs.name, crs.in_degrees) == (LOCAL, False)
    places = towns(200)
    lon, lat = to_degrees(*np.ascontiguousarray(local(places).T), crs)
    _east, _north, metres = pyproj.Geod(ellps="GRS80").inv(lon, lat, *degrees(places).T)
    assert np.max(metres) < 0.1
    for visible in (repr(crs), str(crs), repr(transformer(crs))):
        assert not [secret for secret in secrets if secret[:8] in visible]


def test_exact_control_points_are_met_to_the_millimetre():
    places = towns(8)
    plane, misses = fitted(local(places), places, "EPSG:4549")
    assert misses.max() < 1e-3
    assert np.hypot(plane.a, plane.b) == pytest.approx(1 / SCALE, abs=1e-9)
    with pytest.raises(Invalid, match="至少需要 3 个"):
        fitted(local(places[:2]), places[:2], "EPSG:4549")
    with pytest.raises(Invalid, match="同一处"):
        fitted(np.zeros((4, 2)), places[:4], "EPSG:4549")


def test_a_second_system_joins_the_first(tmp_path: Path, supply: Supply):
    out = tmp_path / "both.toml"
    plane, _misses = fitted(local(towns(5)), towns(5), "EPSG:4549")
    write(out, LOCAL, plane)
    write(out, "城建", plane)
    supply(out.read_text(encoding="utf-8"))
    assert [named(name, "option").name for name in ("测试 2000", "城建")] == [LOCAL, "城建"]


def test_the_detective_names_a_supplied_system(tmp_path: Path, supply: Supply):
    plane, _misses = fitted(local(towns(5)), towns(5), "EPSG:4549")
    write(tmp_path / "one.toml", LOCAL, plane)
    supply((tmp_path / "one.toml").read_text(encoding="utf-8"))
    places = towns(800)
    reference = Reference(BOX, None, ReferenceFeatures(), ReferenceFeatures(shapely.points(degrees(places))))
    verdict = detect(shapely.points(local(places)), DeclaredCrs(), reference)
    assert verdict.proposed is not None
    assert verdict.proposed.crs == LOCAL
    assert verdict.proposed.residual_m < 0.01


@pytest.mark.parametrize("key", ["EPSG:2437", "Beijing 1954"])
def test_beijing_54_is_refused_without_parameters_and_taken_with_them(supply: Supply, key: str):
    declared = source(DeclaredCrs(pyproj.CRS(2437).to_wkt("WKT1_ESRI"), "Beijing_1954_3_Degree_GK_CM_120E", "prj"))
    with pytest.raises(RefusedCrs, match="Beijing 1954"):
        resolve(declared)
    supply(f'["{key}"]\ntowgs84 = "11.5,-133.25,-83.75,0,0,0,0"\n')
    for crs in (resolve(declared), resolve(declared, "EPSG:2437")):
        assert (crs.name, crs.in_degrees, "133" in repr(crs)) == ("EPSG:2437", False, False)
        lon, lat = to_degrees(np.array([514_907.0]), np.array([3_355_597.0]), crs)
        _e, _n, metres = pyproj.Geod(ellps="GRS80").inv(lon[0], lat[0], 120.155, 30.32)
        assert 10 < metres < 300
    with pytest.raises(RefusedCrs, match="Xian 1980"):
        resolve(source(DeclaredCrs()), "EPSG:2385")


def test_a_pipeline_is_taken_as_it_is(supply: Supply):
    supply('["老城"]\npipeline = "+proj=pipeline +step +inv +proj=tmerc +lon_0=120 +x_0=500000 +ellps=GRS80'
           ' +step +proj=unitconvert +xy_in=rad +xy_out=deg"\n')  # fmt: skip
    lon, lat = to_degrees(np.array([514907.1679]), np.array([3355597.2235]), named("老城", "option"))
    assert (lon[0], lat[0]) == pytest.approx((120.155, 30.32), abs=1e-8)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('["坏"]\npipeline = "+proj=pipeline +step +proj=secret77"\n', "“坏”的参数 PROJ 不能使用"),
        ('["坏"]\nplane = {a = 1.77, to = "EPSG:4549"}\n', "“坏”的参数 PROJ 不能使用"),
        ('["坏"]\nfactor = 77\n', "“坏”应写明"),
        ('["坏"\nsecret = 77', "不是有效的 TOML"),
    ],
)
def test_damaged_parameters_are_refused_without_being_quoted(supply: Supply, text: str, found: str):
    supply(text)
    with pytest.raises(Invalid, match=found) as caught:
        transformer(named("坏", "option"))
    said = str(caught.value) + caught.value.hint
    assert "77" not in re.sub(r"“[^”]*parameters\.toml”", "", said), "the number of a temporary folder may be any"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_file_for_everybody_or_inside_the_program_is_refused(supply: Supply, monkeypatch: pytest.MonkeyPatch):
    supply("", mode=0o644)
    with pytest.raises(Invalid, match="人人可读"):
        named("EPSG:4549", "option")
    inside = Path(__file__).parents[3] / "var" / "parameters.toml"
    monkeypatch.setenv("REGISTRY_DATUM_PARAMETERS", str(inside))
    settings.cache_clear()
    with pytest.raises(Invalid, match="程序目录之内"):
        named("EPSG:4549", "option")
    plane, _misses = fitted(local(towns(5)), towns(5), "EPSG:4549")
    with pytest.raises(Invalid, match="程序目录之内"):
        write(inside, LOCAL, plane)
    assert not inside.exists()


def test_an_unknown_local_system_stays_unknown(supply: Supply):
    supply("")
    with pytest.raises(UnknownCrs, match="杭州2000"):
        named("杭州2000", "option")


def test_control_points_with_mistakes_are_named(tmp_path: Path):
    file = tmp_path / "points.csv"
    for text, found in (
        ("x,y,east\n1,2,3\n", "缺少列：north"),
        ("x,y,east,north\n1,2,3,4\n1,2,甲,4\n", "第 3 行，east"),
    ):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(Invalid, match=found):
            CliRunner().invoke(
                datum, ["fit", str(file), "--name", "x", "--out", str(tmp_path / "o")], catch_exceptions=False
            )
