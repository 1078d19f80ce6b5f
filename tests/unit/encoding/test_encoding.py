"""Which encoding, and that no declaration is believed against the bytes."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from importers.encoding.detect import chosen, codec_name, decode, detect, detect_file, lines_with_text
from importers.errors import UndecodableText

ROADS = ["上塘高架", "中河立交桥", "石祥路", "拱墅区湖墅南路"]


def pieces(codec: str, texts: list[str] | None = None) -> list[bytes]:
    return [text.encode(codec) for text in texts or ROADS]


@pytest.mark.parametrize(
    ("codec", "declared", "found"),
    [
        ("gb18030", None, "GB18030"),
        ("utf-8", None, "UTF-8"),
        ("gb18030", "UTF-8", "GB18030"),  # fails to decode as declared
        ("utf-8", "GBK", "UTF-8"),  # decodes as declared, into mojibake
        ("gb18030", "ISO-8859-1", "GB18030"),  # Latin-1 decodes anything
        ("utf-8", "ANSI 1252", "UTF-8"),
        ("gb18030", "936", "GB18030"),
        ("utf-8", "65001", "UTF-8"),
        ("gb18030", "no such thing", "GB18030"),
    ],
)
def test_bytes_before_declaration(codec, declared, found):
    encoding = detect(pieces(codec), declared)
    assert encoding.name == found
    wrong = declared is not None and codec_name(declared) != found.lower()
    assert (encoding.basis == "content") is (wrong or declared is None)
    assert ("不符" in str(encoding.evidence)) is (declared is not None and wrong)


def test_declaration_decides_where_the_bytes_leave_it_open():
    assert detect(["café au lait".encode("cp1252")], "1252").name == "CP1252"
    assert detect([text.encode("cp949") for text in ("가로등", "도로")], "949").name == "CP949"
    assert detect([b"plain"], "936").name == "GB18030"
    assert detect([b"plain"]).name == "UTF-8"


def test_gbk_that_is_utf8_by_accident():
    accident = "嘛联".encode("gbk")[:0] + b"\xc4\xa3\xd0\xa1"  # valid two-byte UTF-8, and 模小 in GBK
    assert accident.decode("utf-8").isalpha()
    assert detect([accident]).name == "GB18030"
    assert detect(["café, Ōraka, Größe".encode()]).name == "UTF-8"


def test_half_a_character_at_the_end_is_no_error():
    assert detect(["所在单元网格".encode()[:10]]).name == "UTF-8"
    assert detect(["主管部门名称".encode("gbk")[:9], *pieces("gbk")]).name == "GB18030"
    assert decode(["所在单元".encode()[:10], "路灯".encode()], "utf-8") == ["所在单", "路灯"]


def test_one_bad_row_in_a_hundred_does_not_change_the_verdict():
    encoding = detect(pieces("utf-8") * 25 + [b"\xff\xfe\xfd"])
    assert encoding.name == "UTF-8"
    assert "1 段" in str(encoding.evidence)


def test_nothing_fits_is_said_with_a_sample_and_a_way_out():
    with pytest.raises(UndecodableText, match="caf") as caught:
        detect(["café au lait".encode("cp1252")])
    assert "--encoding" in caught.value.hint


def test_unknown_name_is_refused():
    with pytest.raises(UndecodableText, match="klingon"):
        chosen("klingon")
    assert chosen("GBK").name == "GB18030"


def test_non_ascii_far_into_a_file_is_found(tmp_path):
    file = tmp_path / "late.csv"
    file.write_bytes(b"a,b\n" + b"1,2\n" * 600_000 + "3,上塘高架,中河立交桥\n".encode("gb18030"))
    assert detect_file(file).name == "GB18030"


def test_utf16_by_its_mark(tmp_path):
    file = tmp_path / "wide.csv"
    file.write_text("名称,类别\n路灯,0118\n", encoding="utf-16")
    assert detect_file(file).name == "UTF-16"


def cpu(path: Path) -> float:
    began = process_time()
    assert sum(map(len, lines_with_text(path)))
    return process_time() - began


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_one_line_of_20_megabytes_costs_no_more_than_the_same_bytes_in_lines(tmp_path: Path, codec: str) -> None:
    cell = "湖墅南路与文晖路交叉口".encode(codec) + b","
    line = cell * (20_000_000 // len(cell))
    (tmp_path / "one.txt").write_bytes(line)
    (tmp_path / "many.txt").write_bytes(line.replace(b",", b"\n"))
    assert cpu(tmp_path / "one.txt") < cpu(tmp_path / "many.txt")
    assert detect_file(tmp_path / "one.txt").name == codec.upper()


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "cp950"])
def test_a_long_line_is_not_cut_at_the_beginning_of_a_piece(tmp_path: Path, codec: str) -> None:
    """Whatever stands at the edge of a megabyte: a character without end, then cells again."""
    alone = "路".encode(codec) * 1_700_001
    (tmp_path / "t.txt").write_bytes(b"x" + alone + b',"' + "橋;".encode(codec) * 900_000 + b"\n" + "燈".encode(codec))
    found = list(lines_with_text(tmp_path / "t.txt"))
    assert len(found) >= 4
    assert not any("\ufffd" in piece.decode(codec, "replace")[:-1] for piece in found)
    assert found[-1].decode(codec) == "燈"
