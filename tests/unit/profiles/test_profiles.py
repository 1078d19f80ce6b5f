"""Profiles: kept as TOML, checked against the file, suggested from headings and values."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from importers.errors import NoGeometry, ProfileMismatch
from importers.inspection.suggest import suggest
from importers.profiles.column_names import datum_of, plain, target_of, unit_in
from importers.profiles.profile import Identity, Profile
from importers.records import Column, DeclaredCrs, Encoding, SourceLayer
from registry.catalogue.layers import reference_layers

LAYERS = reference_layers()


def source(columns: dict[str, list[str]], geometry: str | None = "point") -> SourceLayer:
    described = tuple(
        Column(name, "text", tuple(values), len(set(values)) / max(1, len(values))) for name, values in columns.items()
    )
    return SourceLayer("t", "CSV", 3, described, geometry, Encoding("UTF-8", "", ""), DeclaredCrs())


def mapped(columns: dict[str, list[str]], layer: str = "component", geometry: str | None = "point") -> dict[str, str]:
    return dict(suggest(source(columns, geometry), LAYERS[layer]).columns)


FULL = Profile(
    layer="road",
    columns={"路名": "name", "宽": "attributes.width_m", "OBJECTID": "ignore", "ID": "external_key"},
    crs="EPSG:4549",
    encoding="GB18030",
    source_layer="道路",
    header_row=3,
    scheme="local",
    swap_axes=True,
    complete=True,
    accept_repairs=(12, 15),
    identity=Identity(("路名", "段号"), 2.5),
    values={"状态": {"好": "intact"}},
    units={"宽": "km"},
    constants={"source": "实测", "class": "2"},
)


def test_toml_there_and_back(tmp_path):
    assert Profile.from_toml(FULL.to_toml()) == FULL
    FULL.save(tmp_path / "p.toml")
    assert Profile.load(tmp_path / "p.toml") == FULL
    assert Profile("road").to_toml() == 'layer = "road"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('layer = "road"\nlayer = ', "TOML"),
        ("crs = 'EPSG:4549'", "图层"),
        ("layer = 'road'\ncolour = 'red'", "colour"),
        ("layer = 'road'\n[columns]\n'路名' = 'nome'", "nome"),
        ("layer = 'road'\n[columns]\n'路名' = 'attributes.'", "attributes"),
        ("layer = 'road'\n[columns]\n'路名' = 'name'\n'别名' = 'name'", "路名.*别名"),
        ("layer = 'road'\n[columns]\n'宽' = 3", "columns"),
        ("layer = 'road'\n[values]\n'状态' = 'x'", "values"),
        ("layer = 'road'\nheader_row = '3'", "header_row"),
        ("layer = 'road'\n[constants]\nnothing = 'x'", "nothing"),
        ("layer = 'road'\ncomplete = 'yes'", "complete"),
        ("layer = 'road'\naccept_repairs = ['12']", "accept_repairs"),
        ("layer = 'road'\naccept_repairs = 12", "accept_repairs"),
        ("layer = 'road'\nheader_row = true", "header_row"),
        ("layer = 'road'\n[identity]\ncolumns = '路名'", "identity"),
        ("layer = 'road'\n[identity]\ntolerance_m = 0", "identity"),
        ("layer = 'road'\n[identity]\ntolerance_m = 51", "identity"),
        ("layer = 'road'\n[identity]\nradius = 3", "identity"),
    ],
)
def test_mistakes_in_a_profile_are_named(text, said):
    with pytest.raises(ProfileMismatch, match=said):
        Profile.from_toml(text)


def test_a_profile_that_cannot_be_opened(tmp_path):
    with pytest.raises(ProfileMismatch, match="打不开"):
        Profile.load(tmp_path / "none.toml")
    (tmp_path / "gbk.toml").write_bytes('layer = "道路"'.encode("gbk"))
    with pytest.raises(ProfileMismatch, match="UTF-8"):
        Profile.load(tmp_path / "gbk.toml")


def test_columns_that_are_not_in_the_file_are_listed():
    with pytest.raises(ProfileMismatch, match="路名、宽") as caught:
        Profile("road", {"路名": "name", "长": "attributes.a"}, units={"宽": "km"}).check(
            source({"长": [], "名称": []})
        )
    assert "名称" in caught.value.hint


def test_rules_of_identity_say_what_they_compare():
    profile = Profile.from_toml(FULL.to_toml())
    assert profile.identity_targets == ("name", "attributes.段号")
    assert Profile.from_toml("layer = 'road'\n[identity]\ntolerance_m = 2").identity == Identity((), 2.0)
    assert Profile.from_toml("layer = 'road'\naccept_repairs = true").accept_repairs is True
    with pytest.raises(ProfileMismatch, match="段号"):
        Profile("road", {"路名": "name"}, identity=Identity(("段号",))).check(source({"路名": []}))


@pytest.mark.parametrize(
    ("columns", "placed"), [({"a": "x"}, False), ({"a": "x", "b": "y"}, True), ({"a": "wkt"}, True)]
)
def test_a_table_must_say_where_its_rows_lie(columns, placed):
    table = source({"a": [], "b": []}, geometry=None)
    if placed:
        Profile("component", columns).check(table)
    else:
        with pytest.raises(NoGeometry, match="坐标列"):
            Profile("component", columns).check(table)


def test_another_key_replaces_the_first():
    profile = FULL.with_columns({"路名": "external_key"})
    assert profile.key == "路名"
    assert "ID" not in profile.columns


@pytest.mark.parametrize(
    ("heading", "target"),
    [
        ("ObjID", "code"),
        ("标识码", "code"),
        ("标 识 码", "code"),
        ("DeptName1", "manager"),
        ("权属单位", "owner"),
        ("养护单位名", "maintainer"),  # cut after ten bytes of GBK
        ("主管部", "manager"),  # cut after ten bytes of UTF-8
        ("ORDATE", "surveyed_on"),
        ("变更日期", "changed_on"),
        ("经度", "x"),
        ("经度(GCJ02)", "x"),
        ("lat_wgs84", "y"),
        ("Ｘ坐标", "x"),
        ("Shape_Leng", "ignore"),
        ("位置", None),
        ("部件", None),
    ],
)
def test_headings(heading, target):
    assert target_of(heading) == target


def test_what_stands_around_a_heading():
    assert (unit_in("长度(km)"), unit_in("面积（亩）"), unit_in("长度")) == ("km", "亩", "")
    assert plain(" 长度（km） ") == "长度"
    assert (datum_of("经度_GCJ02"), datum_of("百度经度"), datum_of("经度")) == ("GCJ-02", "BD-09", None)


def test_a_national_delivery():
    columns = {
        "OBJECTID": ["1"], "ObjID": ["3301050118000001"], "ObjName": ["路灯"], "SmallClass": ["0118"],
        "DeptName1": ["甲"], "DeptName2": ["乙"], "DeptName3": ["丙"], "ObjState": ["完好"], "ORDate": ["20240315"],
        "CHDate": [], "DataSource": ["实测"], "Note": ["x"], "Material": ["铸铁"], "LocateDSC": ["路口"],
    }  # fmt: skip
    assert mapped(columns) == {
        "OBJECTID": "ignore", "ObjID": "code", "ObjName": "name", "SmallClass": "class", "DeptName1": "manager",
        "DeptName2": "owner", "DeptName3": "maintainer", "ObjState": "state", "ORDate": "surveyed_on",
        "CHDate": "changed_on", "DataSource": "source", "Material": "attributes.material",
        "LocateDSC": "attributes.location",
    }  # fmt: skip


def test_values_overrule_headings():
    assert mapped({"编码": ["LD-001", "LD-002"]}) == {"编码": "external_key"}
    assert mapped({"甲": ["3301050118000001", "3301050118000002"]}) == {"甲": "code"}
    assert mapped({"标识码": ["3.30105E+15"]}) == {"标识码": "code"}
    assert mapped({"类型": ["不锈钢", "铸铁"]}) == {}
    assert mapped({"类型": ["路灯", "不明"]}) == {"类型": "class"}
    assert mapped({"类型": ["枪机"]}, "camera") == {"类型": "class"}
    assert mapped({"shape": ["圆", "方"]}) == {"shape": "attributes.shape"}
    assert mapped({"shape": ["POINT (120.1 30.3)"]}, geometry=None) == {"shape": "wkt"}


def test_headings_that_the_values_do_not_bear_out_are_passed_over():
    assert mapped({"updated": ["Yes"], "state": ["ME", "NH"], "精度": ["0.5"]}) == {}
    assert mapped({"updated": ["2024-03-15"], "state": ["完好", "?"], "精度": ["A"]}) == {
        "updated": "changed_on", "state": "state", "精度": "accuracy",
    }  # fmt: skip
    assert mapped({"编号": ["a", "a", "b", "b"], "uuid": []}) == {}


def test_columns_of_position_matter_only_in_tables():
    assert mapped({"经度": ["120.1"], "纬度": ["30.3"]}, geometry=None) == {"经度": "x", "纬度": "y"}
    assert mapped({"经度": ["120.1"], "纬度": ["30.3"]}) == {}


@pytest.mark.parametrize(
    ("x", "y", "turned"),
    [
        ("120.155", "30.32", False),
        ("30.32", "120.155", True),
        ("514907.2", "3355597.2", False),
        ("3355597.2", "514907.2", True),
        ("3355597.2", "40514907.2", True),
        ("13375593.4", "3544749.5", False),
        ("-68.77", "44.8", False),
    ],
)
def test_survey_axes_are_told_apart(x, y, turned):
    expected = {"X": "y", "Y": "x"} if turned else {"X": "x", "Y": "y"}
    assert mapped({"X": [x], "Y": [y]}, geometry=None) == expected


def test_units_and_datum_in_headings():
    table = source({"经度(BD09)": ["120.1"], "纬度(BD09)": ["30.3"], "长度(km)": ["1.2"], "备注(内部)": ["x"]}, None)
    profile = suggest(table, LAYERS["alley"])
    assert profile.crs == "BD-09"
    assert profile.units == {"长度(km)": "km"}
    assert profile.columns["长度(km)"] == "attributes.declared_length_m"
    assert profile.kept(table) == ["备注(内部)"]


def test_two_columns_never_share_a_target():
    assert mapped({"名称": ["a"], "ObjName": ["b"]}) == {"名称": "name"}
    both = mapped({"标识码": ["3301050118000001"], "旧标识码": ["3301050118000009"]})
    assert both == {"标识码": "code", "旧标识码": "external_key"}


def test_an_id_serves_as_key_where_nothing_better_does():
    assert mapped({"MANHOLE_ID": ["EK002"], "OLD_ID": ["x"]}) == {"MANHOLE_ID": "external_key"}
    assert mapped({"Width": ["3"]}) == {}


def test_the_profile_in_the_reference_is_one():
    text = (Path(__file__).parents[3] / "docs" / "import-reference.md").read_text(encoding="utf-8")
    profile = Profile.from_toml(re.search(r"```toml\n(.*?)```", text, re.DOTALL)[1])
    assert profile.column_for("attributes.size_mm") == "口径"
