"""Text tables and workbooks: delimiters, headings, line numbers, merged cells."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from importers.errors import ChooseLayer, DamagedFile, UnknownFormat
from importers.read.reader import inspect, read
from importers.read.table import find_header, unique_names


def written(folder: Path, text: str | bytes, name: str = "t.csv") -> Path:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def cells(file: Path, **how) -> dict[str, list]:
    (rows,) = read(file, **how)
    return {name: column.to_pylist() for name, column in rows.columns.items()}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(tmp_path, delimiter):
    text = "\n".join(delimiter.join(row) for row in (["编号", "名称", "备注"], ["1", "甲", ""], ["2", "乙", "x"]))
    assert cells(written(tmp_path, text)) == {"编号": ["1", "2"], "名称": ["甲", "乙"], "备注": [None, "x"]}


def test_a_delimiter_inside_quoted_cells_does_not_count(tmp_path):
    text = "编号;位置\n" + "".join(f'{n};"120.1,30.{n};120.2,30.2"\n' for n in range(1, 9))
    assert cells(written(tmp_path, text))["位置"][0] == "120.1,30.1;120.2,30.2"


def test_codes_stay_text(tmp_path):
    found = cells(written(tmp_path, "标识码,长度\n0012345678901234,007\n3.30105E+15,1e5\n"))
    assert found == {"标识码": ["0012345678901234", "3.30105E+15"], "长度": ["007", "1e5"]}


def test_row_numbers_are_those_of_an_editor(tmp_path):
    file = written(tmp_path, '\n编号,名称\r\n1,"甲\n路"\r\n\r\n2,乙\r\n"3","丙\n\n路"\r\n4,丁\r\n')
    (rows,) = read(file)
    assert rows.numbers.tolist() == [3, 6, 7, 10]


def test_rows_longer_than_the_heading_are_told_shorter_ones_filled(tmp_path):
    (rows,) = read(written(tmp_path, "a,b,c\n1,2\n1,2,3,,\n1,2,3,4\n5,6,7\n5,6,7\n5,6,7\n"))
    assert [(str(p.code), p.row, p.details) for p in rows.problems] == [("row_ragged", 4, {"found": 4, "expected": 3})]
    assert rows.columns["c"].to_pylist() == [None, "3", "3", "7", "7", "7"]


def test_an_open_quotation_mark_is_refused_not_swallowed(tmp_path):
    text = 'id,name\n1,a\n2,"b\n' + "".join(f"{n},x\n" for n in range(3, 9))
    with pytest.raises(DamagedFile, match="第 3 行"):
        list(read(written(tmp_path, text)))


def test_quotation_marks_that_pair_up_far_below_are_refused(tmp_path):
    text = 'id,name\n1,"a\n' + "".join(f"{n},x\n" for n in range(2, 400)) + '400,"b"\n'
    with pytest.raises(DamagedFile, match="第 2 行"):
        list(read(written(tmp_path, text)))


def test_no_heading_gives_numbered_columns(tmp_path):
    found = cells(written(tmp_path, "120.1550,30.3201,甲\n120.1561,30.3202,乙\n"))
    assert list(found) == ["column_1", "column_2", "column_3"]
    assert found["column_3"] == ["甲", "乙"]


def test_the_operator_may_say_where_the_heading_is(tmp_path):
    file = written(tmp_path, "说明,,\n,,\n\n2023,2024,2025\n1,2,3\n")
    assert cells(file, header_row=4) == {"2023": ["1"], "2024": ["2"], "2025": ["3"]}
    assert inspect(file, header_row=4)[0].header_row == 4


def test_heading_alone_is_a_table_without_rows(tmp_path):
    (source,) = inspect(written(tmp_path, "编号,名称\n"))
    assert source.rows == 0
    assert [column.name for column in source.columns] == ["编号", "名称"]


def test_prose_is_no_table(tmp_path):
    with pytest.raises(UnknownFormat, match="不是表格"):
        inspect(
            written(tmp_path, "It was a dark night.\n\nThe rain fell, in torrents, except, now and then.\nOn it went\n")
        )


def test_nul_bytes_do_not_reach_the_database(tmp_path):
    assert cells(written(tmp_path, b"a,b\nx\0y,1\n"))["a"] == ["xy"]


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        ([["台账"], ["a", "b", "c"], ["1", "2", "3"]], 1),
        ([["台账", "", ""], ["填报", "示例", ""], ["a", "b", "c"], ["1", "2", "3"]], 1),
        ([["a", "b"], ["c", "d"]], 0),
        ([["1.5", "2"], ["3", "4"]], None),
        ([["编号", "2023", "2024"], ["1", "5", "6"]], None),
        ([], None),
    ],
)
def test_where_the_heading_is(rows, header):
    assert find_header(rows) == header


def test_names_are_made_unique():
    assert unique_names(["a", "a", "", "长\n度"]) == ["a", "a_2", "column_3", "长 度"]


def workbook(folder: Path, sheets: dict[str, list[list]], merged: dict[str, list[str]] | None = None) -> Path:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cells_ in (merged or {}).get(name, []):
            sheet.merge_cells(cells_)
    file = folder / "t.xlsx"
    book.save(file)
    return file


def test_cells_of_a_workbook_as_a_person_reads_them(tmp_path):
    import datetime

    day, moment = datetime.date(2024, 3, 15), datetime.datetime(2024, 3, 15, 8, 30)
    file = workbook(
        tmp_path, {"表": [["编号", "a", "b", "c", "d"], ["01", 1, 1.5, day, moment], [2, True, None, 0, "x"]]}
    )
    (rows,) = read(file)
    found = list(zip(*(column.to_pylist() for column in rows.columns.values()), strict=True))
    assert found[0] == ("01", "1", "1.5", "2024-03-15", "2024-03-15 08:30:00")
    assert found[1] == ("2", "true", None, "0", "x")
    assert rows.numbers.tolist() == [2, 3]


def test_merged_cells_fill_downwards_within_their_range_only(tmp_path):
    rows = [["大类", "小类"], ["01", "03"], [None, None], [None, "04"], ["02", None]]
    file = workbook(tmp_path, {"表": rows}, {"表": ["A2:A4", "B2:B3"]})
    assert cells(file) == {"大类": ["01", "01", "01", "02"], "小类": ["03", "03", "04", None]}


HEADED = [
    ["台账", None, None, None, None],
    ["编号", "类别", None, "坐标", None],
    [None, "大类", "小类", "经度", "纬度"],
]
MERGED = ["A1:E1", "A2:A3", "B2:C2", "D2:E2"]
DATA_ROWS = [["1", "01", "03", 120.1, 30.1], [None, None, "04", 120.2, 30.2]]


def test_a_heading_over_two_rows_names_parent_and_child(tmp_path):
    file = workbook(tmp_path, {"表": [*HEADED, *DATA_ROWS]}, {"表": [*MERGED, "A4:A5", "B4:B5"]})
    assert cells(file) == {"编号": ["1", "1"], "类别/大类": ["01", "01"], "类别/小类": ["03", "04"],
                           "坐标/经度": ["120.1", "120.2"], "坐标/纬度": ["30.1", "30.2"]}  # fmt: skip
    (rows,) = read(file)
    assert rows.numbers.tolist() == [4, 5]
    assert inspect(file)[0].header_row == 2
    assert cells(file, header_row=2) == cells(file)


def test_units_below_the_heading_belong_to_its_columns(tmp_path):
    sheet = [["编号", "灯高", "长度"], [None, "m", "（km）"], ["1", 8.5, 2], ["2", 9, 3]]
    (source,) = inspect(workbook(tmp_path, {"表": sheet}))
    assert [(column.name, column.unit) for column in source.columns] == [("编号", ""), ("灯高", "m"), ("长度", "km")]
    assert source.rows == 2


def test_a_row_of_data_is_no_row_of_units(tmp_path):
    assert cells(written(tmp_path, "编号,单位\n甲,m\n乙,m\n")) == {"编号": ["甲", "乙"], "单位": ["m", "m"]}


def test_a_heading_over_three_rows(tmp_path):
    sheet = [["编号", "位置", None, None], [None, "平面", None, "高程"], [None, "经度", "纬度", None],
             ["1", 120.1, 30.1, 5], ["2", 120.2, 30.2, 6]]  # fmt: skip
    merged = {"表": ["A1:A3", "B1:D1", "B2:C2", "D2:D3"]}
    assert list(cells(workbook(tmp_path, {"表": sheet}, merged))) == [
        "编号",
        "位置/平面/经度",
        "位置/平面/纬度",
        "位置/高程",
    ]


def test_gaps_under_parents_in_a_text_table(tmp_path):
    found = cells(written(tmp_path, "编号,名称,类别,,坐标,\n,,大类,小类,X,Y\n1,甲,01,03,5,6\n2,乙,01,04,7,8\n"))
    assert list(found) == ["编号", "名称", "类别/大类", "类别/小类", "坐标/X", "坐标/Y"]
    assert found["编号"] == ["1", "2"]


@pytest.mark.parametrize("text", ["a,b,,c\n1,x,y,z\n2,x,y,z\n", "a,b,c\n,,x\n,,y\n", "a,b,c\nx,y,z\nu,v,w\n"])
def test_a_row_of_words_is_data_all_the_same(tmp_path, text):
    (rows,) = read(written(tmp_path, text))
    assert rows.numbers.tolist() == [2, 3]


def test_a_title_over_most_of_the_sheet_is_no_parent(tmp_path):
    sheet = [["台账", None, None, None], ["a", "b", "c", "d"], ["1", "2", "3", "4"]]
    assert list(cells(workbook(tmp_path, {"表": sheet}, {"表": ["A1:C1"]}))) == ["a", "b", "c", "d"]


def test_several_sheets_ask_for_a_choice(tmp_path):
    file = workbook(tmp_path, {"部件": [["a", "b"], ["1", "2"]], "事件": [["a", "b"], ["3", "4"]]})
    assert [source.name for source in inspect(file)] == ["部件", "事件"]
    with pytest.raises(ChooseLayer, match="部件、事件"):
        list(read(file))
    assert cells(file, layer="事件") == {"a": ["3"], "b": ["4"]}


def test_a_workbook_that_is_none_is_told(tmp_path):
    with pytest.raises(DamagedFile):
        inspect(written(tmp_path, b"\xd0\xcf\x11\xe0" + bytes(600), "old.xls"))
