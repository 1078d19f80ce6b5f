"""The pages of deliveries, by the real worker: step by step, who sees what, and what hostile files do to them."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest
import seed
from delivering import LIST, column, filled_in, post, send
from flask import Flask
from flask.testing import FlaskClient
from signing_in import signed_in

from importers.jobs.worker import run
from registry.database.connections import connect

DATA = Path(__file__).resolve().parents[2] / "data"
LAMPS = (DATA / "lamps_gb18030.csv").read_bytes()
# Three benches in the district: the second has a class nobody knows, the third no position.
BENCHES = """编号,名称,类别,经度,纬度
B-1,北凳,路灯,120.1501,30.3201
B-2,南凳,长椅,120.1502,30.3202
B-3,西凳,路灯,,
""".encode()

# A park as it should be, and three whose outline crosses itself.
GREENS = (
    '名称,geom\n方园,"POLYGON((120.14 30.32,120.141 30.32,120.141 30.321,120.14 30.321,120.14 30.32))"\n'
    + "".join(
        f'蝴蝶{n}园,"POLYGON((120.15{n} 30.32,120.1509 30.321,120.1509 30.32,120.15{n} 30.321,120.15{n} 30.32))"\n'
        for n in (1, 2, 3)
    )
).encode()


def work(database: str) -> None:
    """What waits, done by the worker in its processes."""
    run(database, once=True)


def deliver(client: FlaskClient, database: str, name: str, body: bytes) -> tuple[str, str]:
    """Upload a file and let it be looked at: address and page."""
    url = send(client, name, body)
    work(database)
    return url, client.get(url).text


def check(client: FlaskClient, database: str, url: str, **fields: Any) -> str:
    """Send the form as it stands, with these fields changed, and let the file be checked: the page."""
    form = filled_in(client.get(f"{url}?edit=1&layer={fields['layer']}").text, "/check")
    answer = post(client, f"{url}/check", **(form | fields))
    assert answer.status_code == 303, answer.text
    work(database)
    return client.get(url).text


def badge(page: str) -> str:
    """The state as the heading tells it."""
    found = re.search(r'<span class="badge is-(\w+)', page)
    assert found
    return found[1]


def live(database: str) -> int:
    """How many components the register has."""
    with connect(database, role="chengji_owner") as connection:
        row = connection.execute(
            "SELECT count(*) FROM registry.asset WHERE layer = 'component' AND state <> 'retired' AND district = '330105'"
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_from_upload_to_register_and_back_without_a_script(
    surveyor: FlaskClient, seeded_clone: str, home: Path
) -> None:
    before = live(seeded_clone)
    url, page = deliver(surveyor, seeded_clone, "长凳.csv", BENCHES)
    assert badge(page) == "looked"
    for shown in ("编号", "B-1", "北凳", "CSV", "UTF-8", "文件没有说明坐标系", "长凳.csv"):
        assert shown in page
    form = filled_in(page, "/check")
    assert (form[column(page, "编号")], form[column(page, "经度")]) == ("external_key", "x")

    page = check(surveyor, seeded_clone, url, layer="component", crs="EPSG:4490", title="第四季度长凳")
    assert badge(page) == "review"
    assert "第四季度长凳" in page and "“长椅”" in page and "class_unknown" in page and "position_missing" in page
    assert live(seeded_clone) == before
    rows = surveyor.get(f"{url}/problems?code=class_unknown&field=类别").text
    assert "第 3 行" in rows and "长椅" in rows

    assert post(surveyor, f"{url}/apply").status_code == 303
    work(seeded_clone)
    assert badge(surveyor.get(url).text) == "applied"
    assert live(seeded_clone) == before + 1
    listed = surveyor.get(LIST).text
    assert "第四季度长凳" in listed and "已应用" in listed

    assert post(surveyor, f"{url}/undo").status_code == 303
    work(seeded_clone)
    page = surveyor.get(url).text
    assert badge(page) == "undone" and "恢复…" in page
    assert live(seeded_clone) == before

    assert post(surveyor, f"{url}/undo").status_code == 303
    work(seeded_clone)
    assert badge(surveyor.get(url).text) == "applied"
    assert live(seeded_clone) == before + 1
    post(surveyor, f"{url}/undo")
    work(seeded_clone)
    assert badge(surveyor.get(url).text) == "undone" and live(seeded_clone) == before
    for address in (url, LIST, f"{url}/progress"):
        assert str(home) not in surveyor.get(address).text


def test_what_a_worker_found_is_read_in_the_language_of_the_reader(surveyor: FlaskClient, seeded_clone: str) -> None:
    url, page = deliver(surveyor, seeded_clone, "lamps.csv", LAMPS)
    assert "GB18030" in page and "段非 ASCII 文字都能按 GB18030 严格解码" in page
    surveyor.set_cookie("language", "en")
    assert "non-ASCII text values" in surveyor.get(url).text


def test_words_that_are_no_class_are_asked_for_and_kept(surveyor: FlaskClient, seeded_clone: str) -> None:
    url, page = deliver(surveyor, seeded_clone, "长凳.csv", BENCHES)
    form = filled_in(page, "/check") | {"layer": "component", "crs": "EPSG:4490"}
    page = post(surveyor, f"{url}/check", **form, preview="1").text
    form = filled_in(page, "/check")
    assert form["word-0"] == "长椅" and form["crs"] == "EPSG:4490"
    page = check(surveyor, seeded_clone, url, **(form | {"meant-0": "0118", "save_as": "某测绘 长凳"}))
    assert "class_unknown" not in page
    assert filled_in(surveyor.get(f"{url}?edit=1").text, "/check")["meant-0"] == "0118"
    with connect(seeded_clone, role="chengji_owner") as connection:
        kept = connection.execute("SELECT name, body FROM registry.profile").fetchall()
    assert [name for name, _body in kept] == ["某测绘 长凳"] and "长椅" in kept[0][1]
    _again, page = deliver(surveyor, seeded_clone, "长凳2.csv", BENCHES)
    assert "某测绘 长凳" in page


def test_the_form_shows_what_the_first_rows_become_and_follows_its_corrections(
    surveyor: FlaskClient, upload_app: Flask, seeded_clone: str
) -> None:
    url, page = deliver(surveyor, seeded_clone, "长凳.csv", BENCHES)
    form = filled_in(page, "/check") | {"layer": "component"}
    rows = post(surveyor, f"{url}/preview", **form, crs="EPSG:4490").text
    assert "<html" not in rows and "路灯 0118" in rows
    assert rows.count('class="is-out"') == 2 and "120.1501, 30.3201" in rows
    assert re.search(r'is-refused"><bdi>长椅</bdi><span class="cell-problem is-error"', rows)
    form |= {"word-column": "类别", "word-0": "长椅", "meant-0": "0118", column(page, "名称"): "owner"}
    rows = post(surveyor, f"{url}/preview", **form, crs="EPSG:4490").text
    assert rows.count('class="is-out"') == 1 and "北凳" in rows and "权属单位" in rows and "名称" not in rows
    rows = post(surveyor, f"{url}/preview", **form).text
    assert "没有选定坐标系" in rows
    rows = post(surveyor, f"{url}/preview", **form, crs="").text
    assert "坐标系选定之后" in rows and "120.1501" not in rows
    rows = post(surveyor, f"{url}/preview", **(form | {"crs": "", column(page, "经度"): "ignore"})).text
    assert "没有坐标列" in rows and "把两列对应到 X 与 Y" in rows
    assert post(surveyor, f"{url}/preview", **(form | {"layer": "camera"})).status_code == 404
    inspector = signed_in(upload_app, "inspector")
    del form["csrf_token"]
    assert post(inspector, f"{url}/preview", **form).status_code == 404
    assert badge(surveyor.get(url).text) == "looked"


@pytest.mark.parametrize(("name", "layer"), [("fast_路灯.csv", "component"), ("streetlights.csv", "component")])
def test_a_table_of_points_is_taken_for_a_layer_of_points(
    surveyor: FlaskClient, seeded_clone: str, name: str, layer: str
) -> None:
    _url, page = deliver(surveyor, seeded_clone, name, "관리번호,위도,경도\n1,30.3201,120.1501\n".encode())
    assert filled_in(page, "/check")["layer"] == layer


def test_a_text_that_nobody_can_decode_asks_for_its_encoding(surveyor: FlaskClient, seeded_clone: str) -> None:
    body = (
        "编号,名称,经度,纬度\n".encode()
        + "A,路灯,120.15,30.32\n".encode("gb18030") * 40
        + "B,井盖,120.15,30.32\n".encode() * 40
    )
    url, page = deliver(surveyor, seeded_clone, "表.csv", body)
    assert badge(page) == "failed" and 'name="encoding"' in page
    assert re.search(r'<a class="button is-primary" href="[^"]*/deliveries">', page)
    assert post(surveyor, f"{url}/look", encoding="GB18030").status_code == 303


def test_where_no_row_fits_the_page_says_so_and_leads_back_to_the_form(
    surveyor: FlaskClient, seeded_clone: str
) -> None:
    url, _page = deliver(surveyor, seeded_clone, "远.csv", "编号,经度,纬度\nA,126.82,37.28\nB,126.83,37.27\n".encode())
    given = {"layer": "component", "constant-class": "0118"}
    page = check(surveyor, seeded_clone, url, **given, crs="")
    assert badge(page) == "failed" and re.search(r'is-primary" href="[^"]*edit=1">更改导入方案', page)
    assert "--crs" in page and "用 --crs" not in page
    page = check(surveyor, seeded_clone, url, **given, crs="other", **{"crs-other": "EPSG:4326"})
    assert badge(page) == "empty" and "没有一行可以导入" in page and "与登记册相同" not in page


def test_a_form_that_cannot_be_is_shown_again_as_it_was_filled_in(surveyor: FlaskClient, seeded_clone: str) -> None:
    url, page = deliver(surveyor, seeded_clone, "长凳.csv", BENCHES)
    form = filled_in(page, "/check") | {"layer": "component", "crs": "EPSG:4490", "constant-owner": "某公司"}
    for wrong, said in (
        ({column(page, "编号"): "name"}, "都对应 name"),
        ({column(page, "编号"): "nonsense"}, "“nonsense”不存在"),
        ({column(page, "编号"): "attributes.size_mm", "unit-0": "fathoms"}, "“fathoms”无法理解"),
        ({"crs": "other", "crs-other": "EPSG:1"}, "不是坐标系"),
        ({"crs": "other", "crs-other": ""}, "没有选定坐标系"),
        ({column(page, "经度"): "ignore"}, "没有坐标列"),
    ):
        answer = post(surveyor, f"{url}/check", **(form | wrong))
        assert answer.status_code == 422 and said in answer.text, (wrong, answer.status_code)
        assert filled_in(answer.text, "/check")["constant-owner"] == "某公司"
    assert post(surveyor, f"{url}/check", **(form | {"layer": "camera"})).status_code == 404
    assert badge(surveyor.get(url).text) == "looked"


def test_another_encoding_or_heading_is_looked_at_again(surveyor: FlaskClient, seeded_clone: str) -> None:
    body = "某某测绘有限公司,,\n编号,经度,纬度\nA-1,120.15,30.32\n".encode("gb18030")
    url, _page = deliver(surveyor, seeded_clone, "表.csv", body)
    assert post(surveyor, f"{url}/look", header_row="zwei").status_code == 422
    assert post(surveyor, f"{url}/look", encoding="GB18030", header_row="2").status_code == 303
    work(seeded_clone)
    page = surveyor.get(url).text
    assert badge(page) == "looked" and column(page, "编号")
    assert post(surveyor, f"{url}/look", encoding="klingon").status_code == 303
    work(seeded_clone)
    assert badge(surveyor.get(url).text) == "failed"


def test_a_damaged_file_fails_in_words_and_can_be_tried_again(
    surveyor: FlaskClient, seeded_clone: str, home: Path
) -> None:
    url, page = deliver(surveyor, seeded_clone, "坏.zip", b"PK\3\4 this is no archive")
    assert badge(page) == "failed" and "失败，因为" in page and "已损坏" in page
    assert "Traceback" not in page and str(home) not in page
    assert surveyor.get(f"{url}/progress").json["busy"] is False
    assert post(surveyor, f"{url}/again").status_code == 303
    assert surveyor.get(f"{url}/progress").json["busy"] is True
    assert post(surveyor, f"{url}/again").status_code == 409


def test_what_waits_can_be_cancelled_and_begun_again(surveyor: FlaskClient, seeded_clone: str) -> None:
    url = send(surveyor, "路灯.csv", LAMPS)
    page = surveyor.get(url).text
    assert badge(page) == "queued" and "没有处理进程在运行" in page
    assert surveyor.get(f"{url}/progress").json["idle"] is True
    assert "没有处理进程在运行" in surveyor.get(LIST).text
    assert post(surveyor, f"{url}/cancel").status_code == 303
    work(seeded_clone)
    assert badge(surveyor.get(url).text) == "cancelled"
    assert post(surveyor, f"{url}/cancel").status_code == 409
    assert post(surveyor, f"{url}/again").status_code == 303
    work(seeded_clone)
    assert badge(surveyor.get(url).text) == "looked"


def test_repairs_that_change_an_area_wait_for_a_yes_of_single_rows_or_of_all(
    surveyor: FlaskClient, seeded_clone: str
) -> None:
    url, _page = deliver(surveyor, seeded_clone, "绿地.csv", GREENS)
    given = {"layer": "green", "crs": "EPSG:4490", "constant-class": "G11"}
    page = check(surveyor, seeded_clone, url, **given)
    assert re.search(r'is-added"><strong>1</strong>', page) and "geometry_invalid" in page
    assert re.search(rf'action="{url}/repairs"', page)
    rows = surveyor.get(f"{url}/problems?code=geometry_invalid&field=").text
    assert re.findall(r'type="checkbox" name="row" value="(\d+)"', rows) == ["3", "4", "5"]

    assert post(surveyor, f"{url}/repairs", row="4").status_code == 303
    work(seeded_clone)
    page = surveyor.get(url).text
    assert re.search(r'is-added"><strong>2</strong>', page) and "geometry_repair_accepted" in page
    rows = surveyor.get(f"{url}/problems?code=geometry_invalid&field=").text
    assert re.findall(r'type="checkbox" name="row" value="(\d+)"', rows) == ["3", "5"]

    assert post(surveyor, f"{url}/repairs", all="1").status_code == 303
    work(seeded_clone)
    page = surveyor.get(url).text
    assert re.search(r'is-added"><strong>4</strong>', page) and "geometry_invalid" not in page
    post(surveyor, f"{url}/apply")
    work(seeded_clone)
    page = surveyor.get(url).text
    assert badge(page) == "applied" and "/repairs" not in page
    assert post(surveyor, f"{url}/repairs", all="1").status_code == 409
    with connect(seeded_clone, role="chengji_owner") as connection:
        shapes = connection.execute(
            "SELECT ST_IsValid(geom), ST_Area(geom) > 0 FROM registry.asset WHERE layer = 'green' AND name LIKE '蝴蝶%'"
        ).fetchall()
    assert shapes == [(True, True)] * 3


def test_a_proposal_can_be_rejected_and_checked_anew(surveyor: FlaskClient, seeded_clone: str) -> None:
    url, _page = deliver(surveyor, seeded_clone, "长凳.csv", BENCHES)
    assert post(surveyor, f"{url}/apply").status_code == 409
    assert post(surveyor, f"{url}/reject").status_code == 404
    check(surveyor, seeded_clone, url, layer="component", crs="EPSG:4490")
    assert post(surveyor, f"{url}/reject").status_code == 303
    assert badge(surveyor.get(url).text) == "rejected"
    assert post(surveyor, f"{url}/apply").status_code == 409
    form = filled_in(surveyor.get(f"{url}?edit=1").text, "/check")
    assert post(surveyor, f"{url}/check", **form).status_code == 303
    work(seeded_clone)
    assert badge(surveyor.get(url).text) == "review"


def test_assets_edited_since_are_kept_and_listed_after_an_undo(surveyor: FlaskClient, seeded_clone: str) -> None:
    url, _page = deliver(surveyor, seeded_clone, "长凳.csv", BENCHES + "B-4,东凳,路灯,120.1504,30.3204\n".encode())
    check(surveyor, seeded_clone, url, layer="component", crs="EPSG:4490")
    post(surveyor, f"{url}/apply")
    work(seeded_clone)
    with connect(seeded_clone, role="chengji_owner") as connection:
        row = connection.execute("SELECT id FROM registry.asset WHERE external_key = 'B-1'").fetchone()
    assert row is not None
    edited = post(surveyor, f"/{seed.DISTRICT}/assets/{row[0]}/edit", base_version="1", name="改过的凳")
    assert edited.status_code == 303
    post(surveyor, f"{url}/undo")
    work(seeded_clone)
    page = surveyor.get(url).text
    assert badge(page) == "undone"
    assert "改过的凳" in page and "东凳" not in page


def test_another_layer_of_the_file_needs_no_second_copy(surveyor: FlaskClient, seeded_clone: str, home: Path) -> None:
    url, _page = deliver(surveyor, seeded_clone, "路灯.csv", LAMPS)
    answer = post(surveyor, f"{url}/another")
    assert answer.status_code == 303 and answer.location != url
    files = list((home / "deliveries" / seed.DISTRICT).rglob("*.csv"))
    assert len(files) == 2 and files[0].samefile(files[1])
    work(seeded_clone)
    assert badge(surveyor.get(answer.location).text) == "looked"


def test_who_sees_a_delivery(surveyor: FlaskClient, upload_app: Flask, seeded_clone: str) -> None:
    url, _page = deliver(surveyor, seeded_clone, "长凳.csv", BENCHES)
    others = {
        name: signed_in(upload_app, name) for name in ("admin", "inspector", "contractor", "unmapped", "neighbour")
    }
    for name, client in others.items():  # whose layer nobody has told yet is its uploader's alone
        for address in (url, f"{url}/progress", f"{url}/problems?code=x&field="):
            assert client.get(address).status_code == 404, (name, address)
    check(surveyor, seeded_clone, url, layer="component", crs="EPSG:4490")
    assert {name: client.get(url).status_code for name, client in others.items()} == {
        "admin": 200, "inspector": 200, "contractor": 404, "unmapped": 404, "neighbour": 404,
    }  # fmt: skip
    assert {name: client.get(LIST).status_code for name, client in others.items()} == {
        "admin": 200, "inspector": 200, "contractor": 404, "unmapped": 404, "neighbour": 404,
    }  # fmt: skip
    reader = others["inspector"]
    page = reader.get(url).text
    assert "class_unknown" in page and f'action="{url}' not in page and "data-upload" not in reader.get(LIST).text
    assert "deliveries" not in others["contractor"].get(f"/{seed.DISTRICT}/assets").text
    for act in ("apply", "undo", "again", "cancel", "reject", "check", "look", "repairs", "another"):
        answer = post(reader, f"{url}/{act}", layer="component")
        assert answer.status_code == 403, act
        assert post(others["contractor"], f"{url}/{act}", layer="component").status_code == 404, act
        assert surveyor.post(f"{url}/{act}").status_code == 400, f"{act} without the token"
    assert badge(surveyor.get(url).text) == "review"


def test_a_delivery_of_a_restricted_layer_is_for_those_with_the_grant(upload_app: Flask, seeded_clone: str) -> None:
    granted = signed_in(upload_app, "camera_surveyor")
    body = "编号,名称,经度,纬度\nC-1,密枪,120.15012,30.32012\n".encode()
    url, _page = deliver(granted, seeded_clone, "密点位.csv", body)
    page = check(granted, seeded_clone, url, layer="camera", crs="EPSG:4490", **{"constant-class": "1"})
    assert badge(page) == "review", re.findall(r"<h2>.*?</h2>", page, re.DOTALL)[0]
    for name in ("surveyor", "admin", "inspector"):
        client = signed_in(upload_app, name)
        assert client.get(url).status_code == 404
        assert "密点位" not in client.get(LIST).text
    assert "密点位" in signed_in(upload_app, "camera_viewer").get(LIST).text


NASTY = "<script>alert(1)</script>"
HOSTILE = f"""编号,{NASTY},"x"" onmouseover=""y",类别,经度,纬度
"{NASTY}","</textarea><img src=x onerror=alert(2)>",a,"{NASTY}",120.15,30.32
B-2,"{{{{ 7*7 }}}}",b,路灯,120.1502,30.3202
""".encode()


def test_markup_in_a_file_stays_text(surveyor: FlaskClient, seeded_clone: str) -> None:
    url, page = deliver(surveyor, seeded_clone, f"{NASTY}.csv", HOSTILE)
    pages = [page, post(surveyor, f"{url}/check", **filled_in(page, "/check"), preview="1").text]
    pages.append(check(surveyor, seeded_clone, url, layer="component", crs="EPSG:4490", title=NASTY))
    pages += [surveyor.get(address).text for address in (
        LIST, f"{url}?edit=1", f"{url}/problems?code=class_unknown&field=类别", f"{url}?severity={NASTY}",
        f"{url}/problems?code={NASTY}&field={NASTY}", f"{url}?edit=1&source={NASTY}&layer={NASTY}",
    )]  # fmt: skip
    assert badge(pages[2]) == "review"
    assert "&lt;script&gt;alert(1)" in pages[0] and "{{ 7*7 }}" in pages[0]
    for shown in pages:
        assert "<script>alert" not in shown and "<img src=x" not in shown and '" onmouseover="' not in shown


def test_addresses_that_cannot_be(surveyor: FlaskClient, seeded_clone: str) -> None:
    url, _page = deliver(surveyor, seeded_clone, "路灯.csv", LAMPS)
    nowhere = url.rpartition("/")[0]
    for address in (f"{nowhere}/2", f"{nowhere}/99999999999999999999", f"{LIST}/999", f"{LIST}/999999999999999999/1",
                    f"{url}/problems", f"{url}/nothing", f"{LIST}/-1"):  # fmt: skip
        assert surveyor.get(address).status_code == 404, address
    for address in (f"{LIST}?before=abc", f"{LIST}?before=-5", f"{LIST}?before=99999999999999999999",
                    f"{url}?severity=what", f"{url}?source=none&layer=none"):  # fmt: skip
        assert surveyor.get(address).status_code == 200, address
    assert surveyor.get(nowhere).location == url


def test_the_pages_are_in_english_too(upload_app: Flask, seeded_clone: str) -> None:
    client = signed_in(upload_app, "surveyor")
    url, _page = deliver(client, seeded_clone, "benches.csv", BENCHES)
    client.set_cookie("language", "en")
    page = check(client, seeded_clone, url, layer="component", crs="EPSG:4490")
    assert "is not in CJ/T 214-2007" in page  # though the worker told it in Chinese
    shown = "".join((page, client.get(LIST).text, client.get(f"{url}?edit=1").text))
    for quoted in (
        r"<bdi>.*?</bdi>",
        r"<(option|script|strong|span class=.(sample|menu-name|file-line|quiet)).*?</\w+>",
        r"<input[^>]*>",
    ):
        shown = re.sub(quoted, "", shown, flags=re.DOTALL)
    left = set(re.findall(r"[\u4e00-\u9fff]+", shown)) - {"中文", "长椅", "类别", "测试测绘员", "测试区"}
    assert left == set()


def test_the_list_goes_on_page_after_page(surveyor: FlaskClient, seeded_clone: str) -> None:
    with connect(seeded_clone, role="chengji_owner") as connection:
        connection.execute(
            "INSERT INTO registry.delivery (district, title, layer, uploaded_by)"
            " SELECT '330105', 'Lieferung ' || n, 'road', p.id FROM registry.person p, generate_series(1, 65) n"
            " WHERE p.username = 'surveyor'"
        )
        connection.execute(
            "INSERT INTO registry.delivery_file (district, delivery, number, name, bytes, sha256, status,"
            " uploaded_by, asked_by)"
            " SELECT district, id, 1, 'a.csv', 1, 'x', 'done', uploaded_by, uploaded_by FROM registry.delivery"
        )
    found: list[str] = []
    address: str | None = LIST
    while address:
        page = surveyor.get(address).text
        found += re.findall(r"Lieferung (\d+)</a>", page)
        onward = re.search(r'rel="next" href="([^"]+)"', page)
        address = onward[1] if onward else None
    assert [int(n) for n in found] == list(range(65, 0, -1))


@pytest.mark.parametrize("username", ["surveyor", "inspector"])
def test_an_empty_list_explains_itself(upload_app: Flask, username: str) -> None:
    page = signed_in(upload_app, username).get(LIST).text
    assert "还没有交付" in page and ("data-upload" in page) is (username == "surveyor")


def test_rows_that_wait_come_back_in_their_format_and_join_again(
    surveyor: FlaskClient, upload_app: Flask, seeded_clone: str
) -> None:
    url, _page = deliver(surveyor, seeded_clone, "长凳.csv", BENCHES)
    check(surveyor, seeded_clone, url, layer="component", crs="EPSG:4490")
    answer = surveyor.get(f"{url}/waiting")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    quarantined = answer.data.decode("utf-8-sig")
    assert "B-2" in quarantined and "B-3" in quarantined and "B-1" not in quarantined
    mended = quarantined.replace("长椅", "路灯").replace("B-3,西凳,路灯,,", "B-3,西凳,路灯,120.15031,30.32031")
    second = send(surveyor, "改好.csv", mended.encode(), delivery=int(url.split("/")[-2]))
    work(seeded_clone)
    page = surveyor.get(second).text
    assert second.endswith("/2") and badge(page) == "review"
    assert "改好.csv" in page and 'action="' + second + "/apply" in page
    reader = signed_in(upload_app, "inspector")
    assert (reader.get(f"{url}/waiting").status_code, reader.get(second).status_code) == (403, 200)
    assert signed_in(upload_app, "neighbour").get(f"{url}/waiting").status_code == 404


def test_problems_beyond_the_bound_are_told_with_both_numbers(surveyor: FlaskClient, seeded_clone: str) -> None:
    url, _page = deliver(surveyor, seeded_clone, "长凳.csv", BENCHES)
    page = check(surveyor, seeded_clone, url, layer="component", crs="EPSG:4490")
    assert "共发现" not in page
    with connect(seeded_clone, role="chengji_owner") as connection:
        connection.execute("UPDATE registry.delivery_file SET report = report || '{\"problems_found\": 1234567}'")
        connection.execute("UPDATE registry.problem SET value = '', details = NULL WHERE source_row = 4")
    page = surveyor.get(url).text
    assert re.search(r"共发现 1,234,567 处问题，这里只记下 \d 处", page)
    assert "position_missing" in surveyor.get(f"{url}/problems?code=position_missing&field=经度, 纬度").text
    quarantined = surveyor.get(f"{url}/waiting").data.decode("utf-8-sig")
    assert [row["编号"] for row in csv.DictReader(quarantined.splitlines())] == ["B-2", "B-3"]


def test_the_acceptance_record_is_a_page_and_a_pdf(surveyor: FlaskClient, upload_app: Flask, seeded_clone: str) -> None:
    url, _page = deliver(surveyor, seeded_clone, "长凳.csv", BENCHES)
    record = f"{url.rpartition('/')[0]}/record"
    assert surveyor.get(record).status_code == 404
    check(surveyor, seeded_clone, url, layer="component", crs="EPSG:4490", title=NASTY)
    page = surveyor.get(record)
    assert page.status_code == 200 and "长凳.csv" in page.text and "<script" not in page.text
    assert "script-src" not in page.headers["Content-Security-Policy"]
    pdf = surveyor.get(f"{record}.pdf")
    assert pdf.data.startswith(b"%PDF") and pdf.headers["Content-Disposition"].startswith("attachment")
    assert signed_in(upload_app, "contractor").get(record).status_code == 404
