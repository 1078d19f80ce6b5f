"""Rows into the register's terms: classes, values, attributes, and problems with the row in the user's file."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pyarrow as pa
import pytest
from normalised import LAMP, LAYERS, as_tuples, attributes, delivery, prepared

from importers.errors import NoGeometry, ProfileMismatch, UnknownCrs
from importers.normalise.normaliser import Normaliser
from importers.problems.problem import Code, at
from importers.profiles.profile import Profile
from importers.records import DeclaredCrs


def test_classes_by_code_by_name_and_by_both():
    words = ["0118", "路灯", "Street light", "118", "0118路灯", "路灯（0118）", "変圧器"]
    batch = prepared({"小类": words}, Profile("component", {"小类": "class"}))
    assert batch.class_code.to_pylist()[:2] == ["0118", "0118"]
    assert batch.class_code.to_pylist()[3:] == ["0118", "0118", "0118", None]
    assert ("class_unknown", 17, "小类", "変圧器") in as_tuples(batch.problems)


def test_one_code_means_two_things_in_two_schemes():
    profile = Profile("component", {"小类": "class"})
    ours = prepared({"小类": ["0118", "0405"]}, profile)
    theirs = prepared({"小类": ["0118", "0405"]}, replace(profile, scheme="GB/T 30428.2-2013"))
    names = LAYERS["component"].classes
    assert [names[n].name_zh for n in ours.class_index] == ["路灯", "绿地"]
    assert [names[n].name_zh for n in theirs.class_index] == ["化粪池井盖", "花钵花架"]
    assert set(theirs.scheme.to_pylist()) == {"GB/T 30428.2-2013"}


def test_a_scheme_column_decides_row_by_row():
    columns = {"小类": ["0118", "0118"], "标准": ["CJ/T 214-2007", "GB/T 30428.2-2013"]}
    batch = prepared(columns, Profile("component", {"小类": "class", "标准": "scheme"}))
    assert batch.scheme.to_pylist() == columns["标准"]


def test_a_name_of_another_scheme_of_the_layer_is_found_a_code_is_not():
    batch = prepared({"小类": ["街坊路", "6"]}, Profile("road", {"小类": "class"}))
    assert batch.class_code.to_pylist() == ["6", None]
    assert batch.scheme.to_pylist() == ["local", None]


def test_codes_of_two_meanings_are_told_unless_scheme_or_names_settle_it():
    profile = Profile("component", {"小类": "class", "名": "name", "标准": "scheme"})
    columns = {"小类": ["0118", "0101"], "名": [None, None], "标准": pa.nulls(2, pa.string())}
    (problem,) = prepared(columns, profile).problems
    assert as_tuples([problem]) == [("scheme_ambiguous", None, "小类", "0118")]
    assert "0118 = 路灯 (CJ/T 214-2007), 化粪池井盖 (GB/T 30428.2-2013)" in problem.message
    assert prepared({**columns, "小类": ["0101", "0118路灯"]}, profile).problems == [], "0101 is the same in both"
    assert prepared({**columns, "名": ["路灯", None]}, profile).problems == []
    assert prepared({**columns, "标准": ["CJ/T 214-2007", None]}, profile).problems == []
    assert prepared(columns, replace(profile, scheme="CJ/T 214-2007")).problems == []
    by_code = prepared({"码": ["3301050118000001"]}, Profile("component", {"码": "code"}))
    assert as_tuples(by_code.problems)[0][:3] == ("scheme_ambiguous", None, "码")


def test_a_code_of_another_scheme_and_a_lost_zero():
    profile = Profile("component", {"小类": "class"}, scheme="CJ/T 214-2007")
    batch = prepared({"小类": ["0139", "118", "0138"]}, profile)
    assert as_tuples(batch.problems) == [
        ("class_of_other_scheme", 11, "小类", "0139"),
        ("class_zero_lost", None, "小类", "118"),
    ]
    assert "GB/T 30428.2-2013" in batch.problems[0].message
    assert "景观灯" in batch.problems[0].message


def test_the_class_inside_the_code_serves_where_none_is_written():
    columns = {"码": ["3301050118000001", None, "9"], "类": [None, None, None]}
    batch = prepared(columns, Profile("component", {"码": "code", "类": "class"}))
    assert batch.class_code.to_pylist() == ["0118", None, None]
    assert [t[:2] for t in as_tuples(batch.problems) if t[1]] == [("class_missing", 12), ("class_missing", 13)]


def test_a_layer_with_one_class_needs_none_written():
    batch = prepared({"名称": ["甲巷"]}, Profile("alley", {"名称": "name"}))
    assert batch.class_code.to_pylist() == ["5"]


def test_a_class_of_another_layer_names_it():
    batch = prepared({"类": ["枪机", "路灯"]}, Profile("component", {"类": "class"}))
    assert as_tuples(batch.problems) == [("class_of_other_layer", 11, "类", "枪机")]
    assert "视频监控" in batch.problems[0].message


def test_words_for_states_and_grades():
    columns = {
        "状态": ["完好", "良好", "破损", "拆除", "damaged", "坏", None],
        "精度": ["A", "b级", "Ｃ", None, "1", "A", "A"],
    }
    batch = prepared(columns, replace(LAMP, columns={"状态": "state", "精度": "accuracy"}))
    assert batch.state.to_pylist() == ["intact", "intact", "damaged", "retired", "damaged", None, None]
    assert batch.accuracy.to_pylist() == ["A", "B", "C", None, None, "A", "A"]
    assert as_tuples(batch.problems) == [("state_unknown", 16, "状态", "坏"), ("accuracy_unknown", 15, "精度", "1")]


def test_value_maps_come_first_and_constants_fill_blanks():
    profile = Profile(
        "component", {"S": "state", "K": "class"}, values={"S": {"1": "完好", "2": "破损"}, "K": {"lamp": "0118"}},
        constants={"state": "missing", "source": "实测", "attributes.material": "铸铁"},
    )  # fmt: skip
    batch = prepared({"S": ["1", "2", None], "K": ["lamp", "lamp", "lamp"]}, profile)
    assert batch.state.to_pylist() == ["intact", "damaged", "missing"]
    assert batch.class_code.to_pylist() == ["0118"] * 3
    assert batch.source.unique().to_pylist() == ["实测"]
    assert attributes(batch) == [{"material": "铸铁"}] * 3


def test_a_source_off_the_list_is_kept_and_remarked():
    batch = prepared({"来源": ["实测", "估计", None]}, replace(LAMP, columns={"来源": "source"}))
    assert batch.source.to_pylist() == ["实测", "估计", None]
    assert as_tuples(batch.problems) == [("source_unknown", 12, "来源", "估计")]


def test_attributes_are_typed_by_the_schema():
    columns = {
        "宽": ["12.5", "无", None, "３５０厘米"], "车道": ["4", "4.5", "", "6"], "等级": ["Ⅱ", "I", None, "ⅲ"],
        "备注": ["a", None, "「b」", "c\"d"], "层": [1, 2, None, 4],
    }  # fmt: skip
    mapping = {"宽": "attributes.width_m", "车道": "attributes.lanes", "等级": "attributes.maintenance_grade"}
    columns["车道"] = [text or None for text in columns["车道"]]
    batch = prepared(columns, Profile("road", mapping, constants={"class": "2"}))
    assert attributes(batch) == [
        {"width_m": 12.5, "lanes": 4, "maintenance_grade": "II", "备注": "a", "层": 1},
        {"maintenance_grade": "I", "层": 2},
        {"备注": "「b」"},
        {"width_m": 3.5, "lanes": 6, "maintenance_grade": "III", "备注": 'c"d', "层": 4},
    ]
    assert as_tuples(batch.problems) == [("number_bad", 12, "宽", "无"), ("number_not_whole", 12, "车道", "4.5")]
    assert str(batch.problems[0]) == "第 12 行，宽：“无”不是数；填写数字；不详时留空"
    assert orjson.loads(batch.described[0].as_py()) == {"width_m": 12.5, "lanes": 4, "maintenance_grade": "II"}


def test_codes_and_dates_are_told_of_by_name():
    profile = replace(LAMP, columns={"码": "code", "初": "surveyed_on"})
    batch = prepared({"码": ["330105-0118-000001", "3301050118000002"], "初": ["3/4/2024", "2024-03"]}, profile)
    assert batch.code.to_pylist() == ["3301050118000001", "3301050118000002"]
    assert sorted(as_tuples(batch.problems)) == [
        ("code_tidied", 11, "码", "330105-0118-000001"),
        ("date_ambiguous", 11, "初", "3/4/2024"),
        ("date_incomplete", 12, "初", "2024-03"),
    ]


def test_a_comma_that_may_be_a_point_is_named():
    columns = {"长": ["1,200", "12,5"]}
    batch = prepared(columns, Profile("alley", {"长": "attributes.declared_length_m"}))
    assert as_tuples(batch.problems) == [("number_ambiguous", 12, "长", "12,5")]
    assert attributes(batch)[0] == {"declared_length_m": 1200}


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("锟斤拷", "锟铻"),
        ("烫烫烫烫", "烫烫"),
        ("名�称", "名?称"),
        ("文\ue5e5", "文々"),
        ("CafÃ©", "Café Ãna"),
        ("Ãû³Æ", "Gußstück"),
        ("鍚嶇О", "鍚鍛"),
        ("涓婂鏄矾", "上塘路"),
        ("閬撹矾缂栧彿", "濂溪路"),
    ],
)
def test_garbled_text_waits(text, near):
    profile = replace(LAMP, columns={"名": "name"})
    assert as_tuples(prepared({"名": ["好", text], "备注": [text, None]}, profile).problems) == [
        ("text_garbled", 12, "名", text),
        ("text_garbled", 11, "备注", text),
    ]
    assert prepared({"名": ["好", near]}, profile).problems == []


def test_what_the_reader_could_not_decode_is_told_once():
    source, rows = delivery({"名": ["名�"]})
    rows = replace(rows, problems=at(Code.TEXT_UNDECODABLE, [11], "名", ["名�"], encoding="UTF-8"))
    batch = Normaliser(replace(LAMP, columns={"名": "name"}), LAYERS["component"], source).prepare(rows)
    assert [str(p.code) for p in batch.problems] == ["text_undecodable"]


def test_control_characters_are_removed_and_told():
    batch = prepared({"名": ["湖\x07墅\u200b", "两\n行", "\x1f"]}, replace(LAMP, columns={"名": "name"}))
    assert batch.name.to_pylist() == ["湖墅", "两\n行", None]
    assert [t[:3] for t in as_tuples(batch.problems)] == [("text_control", 11, "名"), ("text_control", 13, "名")]


def test_cells_as_long_as_a_field_can_be():
    full, wide = "x" * 254, "路" * 84 + "ab"
    columns = {"a": [full, "x" * 251, None], "b": [wide, "路" * 83, "x"], "c": ["x" * 254, "x" * 256, "x"],
               "d": ["路" * 127, "路" * 126, "x"]}  # fmt: skip
    batch = prepared(columns, LAMP)
    assert [t[:3] for t in as_tuples(batch.problems)] == [
        ("text_cut", 11, "a"),
        ("text_cut", 11, "b"),
        ("text_cut", 11, "d"),
    ]
    assert [p.details for p in batch.problems] == [{"bytes": 254}] * 3


def test_formulas_are_text_and_told():
    words = ["=cmd|' /C calc'!A0", "@SUM(A1)", "+1+cmd|x", "-12.5", "+86 571", "—", "'=1+1", "路=街"]
    batch = prepared({"备注": words}, LAMP)
    assert [t[:2] for t in as_tuples(batch.problems)] == [
        ("text_formula", 11),
        ("text_formula", 12),
        ("text_formula", 13),
    ]
    assert attributes(batch)[0] == {"备注": words[0]}
    assert attributes(batch)[6] == {"备注": "=1+1"}, "the apostrophe by which an export marks text"


def test_personal_data_is_told_and_masked():
    columns = {"备注": ["张工 13812345678", "身份证11010519491231002X", "110105194912310021", "2138123456789", "12345678901"],
               "电话": [13812345678, 1, None, 23812345678, 5]}  # fmt: skip
    batch = prepared(columns, replace(LAMP, columns={}))
    assert as_tuples(batch.problems) == [
        ("personal_data", 11, "备注", "张工 138******78"),
        ("personal_data", 12, "备注", "身份证110*************2X"),
        ("personal_data", 11, "电话", "138******78"),
    ]
    as_key = prepared({"备注": ["13812345678"]}, replace(LAMP, columns={"备注": "external_key"}))
    assert as_key.problems == [], "a column with a meaning is not free"


def test_plain_text_passes_untouched():
    column = pa.array(["LD-7", None, "湖墅南路", "12,5", ""])
    batch = prepared({"备注": column}, LAMP)
    assert batch.problems == []


def test_units_of_columns_and_of_cells():
    columns = {"长": ["1.2", "800m", "3亩"]}
    profile = Profile("alley", {"长": "attributes.declared_length_m"}, units={"长": "km"})
    batch = prepared(columns, profile)
    assert [a.get("declared_length_m") for a in attributes(batch)] == [1200, 800, None]
    assert as_tuples(batch.problems) == [("unit_bad", 13, "长", "3亩")]


def test_yes_and_no_and_whole_numbers_from_floats():
    columns = {"盲道": ["是", "否", "?"], "年份": [2010.0, None, 2011.5]}
    mapping = {"盲道": "attributes.on_tactile_paving", "年份": "attributes.installed_in"}
    batch = prepared(columns, replace(LAMP, columns=mapping))
    assert attributes(batch) == [{"on_tactile_paving": True, "installed_in": 2010}, {"on_tactile_paving": False}, {}]
    assert [t[:3] for t in as_tuples(batch.problems)] == [("boolean_bad", 13, "盲道"), ("number_not_whole", 13, "年份")]


def test_columns_that_differ_only_in_case_stay_apart():
    batch = prepared({"condition": [None, "x"], "Condition": ["Good", "Fair"]}, LAMP)
    assert attributes(batch) == [{"Condition": "Good"}, {"condition": "x", "Condition": "Fair"}]


def test_an_ignored_column_leaves_nothing():
    assert attributes(prepared({"FID": [1, 2]}, replace(LAMP, columns={"FID": "ignore"}))) == [{}, {}]


def test_a_delivery_that_cannot_be_placed_stops_before_the_first_row():
    source, _rows = delivery({"a": ["x"]}, crs=DeclaredCrs())
    with pytest.raises(UnknownCrs):
        Normaliser(LAMP, LAYERS["component"], source)
    source, _rows = delivery({"a": ["x"]}, geometry=None)
    with pytest.raises(NoGeometry):
        Normaliser(replace(LAMP, crs="EPSG:4490"), LAYERS["component"], source)


def test_a_profile_for_another_layer_or_scheme_stops_before_the_first_row():
    source, _rows = delivery({"a": ["x"]})
    with pytest.raises(ProfileMismatch, match="component"):
        Normaliser(LAMP, LAYERS["road"], source)
    with pytest.raises(ProfileMismatch, match="CJ/T 999") as caught:
        Normaliser(replace(LAMP, scheme="CJ/T 999"), LAYERS["component"], source)
    assert "CJ/T 214-2007" in caught.value.hint


def test_the_reasons_of_a_quarantine_are_not_read_as_data():
    """They quote what was wrong, garbled text and telephone numbers too."""
    from importers.profiles.column_names import QUARANTINE

    columns = {"名": ["好"], **{name: ["“锟斤拷”是乱码 13812345678"] for name in QUARANTINE}}
    batch = prepared(columns, replace(LAMP, columns={"名": "name"}))
    assert (batch.problems, attributes(batch)) == ([], [{}])
