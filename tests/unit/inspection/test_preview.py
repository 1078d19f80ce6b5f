"""What the first rows become: the same as in the check, each problem in its cell; where places are unknown, no word of them."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from importers.errors import NoGeometry
from importers.inspection.preview import Preview, heading, preview
from importers.inspection.suggest import suggest
from importers.profiles.profile import Profile
from importers.read.ipc import MOST_SAMPLE, sample, sampled, source_layer
from importers.read.reader import inspect, read
from importers.records import Rows
from importers.validate.context import ValidationContext

ROWS = """编号,名称,类别,经度,纬度,初始日期,状态,规格,备注
A-1,东灯,路灯,120.15011234,30.32011234,2024-05-06,完好,650,好
A-2,西灯,路灯,120.15021234,30.32021234,2024-13-45,崭新,大,
A-3,南灯,长椅,,,2024年5月,完好,65 cm,
"""


def told_of(path: Path, count: int = 10) -> dict[str, Any]:
    """What a look keeps of a file's only layer."""
    source = inspect(path)[0]
    return {**asdict(source), "sample": sample(next(read(path)), count)}


@pytest.fixture
def table(tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "路灯.csv"
    path.write_text(ROWS, encoding="utf-8")
    return told_of(path)


def by_suggestion(inspected: dict[str, Any], **changes: Any) -> tuple[Preview, Profile]:
    context = ValidationContext.without_register()
    profile = replace(suggest(source_layer(inspected), context.layers["component"]), **changes)
    found = preview(context, inspected, profile)
    assert found is not None
    return found, profile


def cell(found: Preview, row: int, name: str) -> tuple[str, list[str], bool]:
    line = next(line for line in found.lines if line.number == row)
    found_cell = line.cells[found.columns.index(name)]
    return found_cell.text, [str(p.code) for p in found_cell.problems], found_cell.is_refused


def test_values_as_they_become_and_problems_in_their_cells(table: dict[str, Any]) -> None:
    found, _profile = by_suggestion(table, crs="EPSG:4490")
    assert [(line.number, line.goes_in) for line in found.lines] == [(2, True), (3, False), (4, False)]
    assert cell(found, 2, "class") == ("路灯 0118", [], False)
    assert cell(found, 2, "surveyed_on")[0] == "2024-05-06" and cell(found, 2, "state")[0] == "完好"
    assert cell(found, 2, "attributes.size_mm")[0] == "650" and cell(found, 2, "geom")[0] == "120.1501123, 30.32011234"
    assert cell(found, 3, "surveyed_on") == ("2024-13-45", ["date_bad"], True)
    assert cell(found, 3, "state") == ("崭新", ["state_unknown"], True)
    assert cell(found, 3, "attributes.size_mm") == ("大", ["number_bad"], True)
    assert cell(found, 4, "attributes.size_mm")[0] == "650"
    assert cell(found, 4, "class") == ("长椅", ["class_unknown"], True)
    assert cell(found, 4, "geom")[1:] == (["position_missing"], True)
    assert found.kept == ["备注"] and "owner" not in found.columns and found.crs == "EPSG:4490"


def test_a_corrected_mapping_is_followed(table: dict[str, Any]) -> None:
    found, profile = by_suggestion(table, crs="EPSG:4490", values={"类别": {"长椅": "0305"}})
    assert cell(found, 4, "class") == ("垃圾箱 0305", [], False)
    columns = {**profile.columns, "备注": "owner", "状态": "ignore"}
    found, _profile = by_suggestion(table, crs="EPSG:4490", columns=columns)
    assert cell(found, 2, "owner")[0] == "好" and "state" not in found.columns and not found.kept


def test_while_the_system_is_a_question_places_are_not_shown_and_not_judged(table: dict[str, Any]) -> None:
    found, _profile = by_suggestion(table)
    assert found.crs == "" and "geom" not in found.columns
    assert [line.goes_in for line in found.lines] == [True, False, False]
    assert cell(found, 4, "class")[1] == ["class_unknown"]
    proposed = {"crs": "EPSG:4490", "axes": "xy"}
    found, _profile = by_suggestion({**table, "crs_verdict": {"proposed": proposed}})
    assert found.crs == "EPSG:4490" and cell(found, 2, "geom")[0] == "120.1501123, 30.32011234"


def test_what_no_row_could_do_is_raised(table: dict[str, Any]) -> None:
    profile = suggest(source_layer(table), ValidationContext.without_register().layers["component"])
    without = {name: target for name, target in profile.columns.items() if target not in ("x", "y")}
    with pytest.raises(NoGeometry):
        preview(ValidationContext.without_register(), table, replace(profile, columns=without))


def test_the_sample_is_the_first_rows_and_never_large(table: dict[str, Any]) -> None:
    rows = sampled(table["sample"])
    assert rows.numbers.tolist() == [2, 3, 4] and rows.columns["名称"].to_pylist() == ["东灯", "西灯", "南灯"]
    ring = shapely.Polygon(np.random.default_rng(1).uniform(120, 121, (9_000, 2)))
    large = Rows(np.arange(1, 11), {}, np.array([ring] * 10, dtype=object))
    assert len(sampled(sample(large, 10))) == 1 and len(sample(large, 10)) < 1.4 * MOST_SAMPLE
    huge = Rows(np.array([1]), {}, np.array([shapely.segmentize(shapely.box(120, 30, 121, 31), 1e-4)], dtype=object))
    assert sample(huge, 10) == ""
    context = ValidationContext.without_register()
    assert preview(context, {**table, "sample": ""}, Profile("component")) is None


def test_headings_are_those_of_the_layer() -> None:
    layer = ValidationContext.without_register().layers["component"]
    assert heading(layer, "class") == "小类" and heading(layer, "attributes.size_mm") == "规格"
