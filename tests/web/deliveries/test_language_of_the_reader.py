"""What a worker found, in whatever language it works, is read on every page, record and command in the reader's own."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import psycopg
import pytest
import seed
from click.testing import CliRunner
from delivering import LIST, column, filled_in, post, send
from flask import Flask
from flask.testing import FlaskClient
from signing_in import signed_in

from importers.jobs.worker import run
from importers.pipeline import ImportRequest
from importers.pipeline import run as import_file
from registry.access.scope import open_scope
from registry.commands.changes import changes
from registry.database.connections import connect
from registry.i18n import set_language
from registry.operations import cluster

HAN = re.compile(r"[\u4e00-\u9fff]+")
# All in ASCII, so that what is Chinese on an English page is not of the file: an unknown class, no position, no date, twice
# one key, a value that is not of the list.
BAD = b"""number,name,class,lon,lat,surveyed
B-1,north,0118,120.150112,30.320112,2024-05-06
B-2,south,sofa,120.150212,30.320212,2024-05-06
B-3,west,0118,,,2024-05-06
B-4,east,0118,120.150412,30.320412,yesterday
B-4,east,0118,120.150512,30.320512,2024-05-06
B-5,far,0118,120.950612,30.320612,2024-05-06
"""
# What the register of the tests has in Chinese: names of its people, its district; and the two columns by whose names a file
# of rows that wait is known again.
DATA = {"中文", "测试测绘员", "测试视频测绘员", "测试区", "错误原因", "原行号"}


@pytest.fixture(autouse=True)
def _chinese() -> Any:
    yield
    set_language("zh")


def deliver(client: FlaskClient, database: str) -> str:
    """The address of the delivery, checked by a worker that knows no English."""
    url = send(client, "benches.csv", BAD)
    run(database, once=True)
    page = client.get(f"{url}?edit=1&layer=component").text
    form = filled_in(page, "/check") | {"layer": "component", "crs": "EPSG:4490", "title": "benches"}
    form |= {column(page, "number"): "external_key", column(page, "class"): "class", column(page, "name"): "name",
             column(page, "lon"): "x", column(page, "lat"): "y", column(page, "surveyed"): "surveyed_on"}  # fmt: skip
    assert post(client, f"{url}/check", **form).status_code == 303
    run(database, once=True)
    return url


def untranslated(text: str) -> set[str]:
    return set(HAN.findall(text)) - DATA


def change_of(database: str) -> tuple[int, int]:
    """The change set of the latest delivery, and a row of it."""
    with connect(database, role="chengji_owner") as connection:
        row = connection.execute(
            "SELECT change_set, seq FROM registry.change ORDER BY change_set DESC, seq LIMIT 1"
        ).fetchone()
    assert row is not None
    return row


def test_every_page_of_a_delivery_in_english_whatever_the_worker_speaks(
    upload_app: Flask, seeded_clone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(upload_app, "surveyor")
    url = deliver(client, seeded_clone)
    number, row = change_of(seeded_clone)
    review = f"/{seed.DISTRICT}/changes/{number}"
    broken = send(client, "broken.zip", b"PK\3\4 this is no archive")
    run(seeded_clone, once=True)
    assert "已损坏" in client.get(broken).text
    assert "不在 CJ/T 214-2007 中" in client.get(url).text

    client.set_cookie("language", "en")
    wrong = {}
    for address in (url, broken, f"{url}/progress", f"{url}/problems?code=class_unknown&field=class",
                    f"{url}/problems?code=key_repeated&field=number", f"{url.rpartition('/')[0]}/record", f"{url}/waiting",
                    review, f"{review}/rows", f"{review}/rows/{row}", LIST):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.text)
        text = re.sub(
            r"<(option|script|style).*?</\1>|<span class=.menu-name.*?</span>", "", answer.text, flags=re.DOTALL
        )
        if found := untranslated(text):
            wrong[address] = found
    assert wrong == {}
    assert "is damaged" in client.get(broken).text
    page = client.get(url).text
    assert "is not in CJ/T 214-2007" in page

    here = dataclasses.replace(cluster.settings(), database_url=seeded_clone)
    monkeypatch.setattr(cluster, "settings", lambda: here)
    post(client, f"{url}/apply")
    run(seeded_clone, once=True)
    post(client, f"{url}/undo")
    run(seeded_clone, once=True)
    for language in ("en", "zh"):
        set_language(language)
        printed = command("list") + command("show", str(number)) + command("show", str(number), "--json")
        assert ("is not in CJ/T 214-2007" in printed, bool(untranslated(printed))) == (
            language == "en",
            language == "zh",
        ), untranslated(printed)
        assert ("Undo change set" if language == "en" else "撤销变更集") in printed


def command(*arguments: str) -> str:
    who = ["--district", seed.DISTRICT, "--as", "surveyor"]
    answer = CliRunner().invoke(changes, [*arguments, *who], standalone_mode=False)
    assert answer.exception is None, answer.exception
    return answer.output


def test_errors_of_a_script_say_code_and_details_and_words_in_its_language(surveyor: FlaskClient) -> None:
    address = f"/{seed.DISTRICT}/uploads/nothing"
    answers = []
    for language in ("zh", "en"):
        surveyor.set_cookie("language", language)
        answers.append(surveyor.get(address).json)
    chinese, english = answers
    assert (chinese["code"], english["code"]) == ("upload.unknown", "upload.unknown")
    assert chinese["details"] == english["details"]
    assert untranslated(chinese["message"] + chinese["hint"])
    assert not untranslated(json.dumps(english, ensure_ascii=False))


KEPT = """
SELECT jsonb_agg(to_jsonb(p) - 'change_set' ORDER BY p.seq)::text,
  (SELECT (to_jsonb(s) - 'id' - 'proposed_at')::text FROM registry.change_set s WHERE s.id = %(id)s)
FROM registry.problem p WHERE p.change_set = %(id)s
"""


def test_what_is_kept_is_the_same_in_whatever_language_it_was_found(
    connection: psycopg.Connection[Any], people: dict[str, int], district: str, tmp_path: Path
) -> None:
    file = tmp_path / "benches.csv"
    file.write_bytes(BAD)
    columns = {
        "number": "external_key",
        "name": "name",
        "class": "class",
        "lon": "x",
        "lat": "y",
        "surveyed": "surveyed_on",
    }
    kept = set()
    for language in ("zh", "en"):
        set_language(language)
        scope = open_scope(connection, district, people["surveyor"])
        with connection.transaction(force_rollback=True):
            order = ImportRequest(file, "component", crs="EPSG:4490", columns=columns)
            number = import_file(connection, scope, order).summary.change_set
            row = connection.execute(KEPT, {"id": number}).fetchone()
        assert row is not None
        kept.add(row)
    assert len(kept) == 1
    ((problems, _change_set),) = kept
    assert {found["code"] for found in json.loads(problems)} >= {
        "class_unknown",
        "position_missing",
        "date_bad",
        "key_repeated",
    }
