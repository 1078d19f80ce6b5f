"""What is said to people: every code has words, nothing is said in a sentence, and what is kept is read in any language."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import importers.errors
import registry.errors
from importers.errors import as_json, of_json
from registry.errors import Invalid, NotFound, RegistryError
from registry.i18n import Name, Words, set_language, storable
from registry.messages import Message, of_problem, spoken, texts, title_of

ROOT = Path(__file__).parents[2]
FLOORS = ("registry", "importers", "demo", "web")
ERRORS = {
    name
    for module in (registry.errors, importers.errors)
    for name, kind in vars(module).items()
    if isinstance(kind, type) and issubclass(kind, RegistryError)
}
CODE = re.compile(r"[a-z_]+(\.[a-z0-9_]+)+")
# What makes an error of a code that it was given: an answer of another process, an error said anew by another kind.
HANDED_ON = {"importers/errors.py", "importers/crs/parameters.py", "importers/inspection/crs_choice.py",
             "web/deliveries/mapping_form.py"}  # fmt: skip


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    yield
    set_language("zh")


def calls(names: set[str]) -> Iterator[tuple[str, ast.Call]]:
    """Where one of these is called, and the call."""
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in names:
                    yield path.relative_to(ROOT).as_posix(), node


def codes_of(argument: ast.expr) -> list[Any]:
    """The codes that an argument may be; None for what is no literal."""
    if isinstance(argument, ast.IfExp):
        return codes_of(argument.body) + codes_of(argument.orelse)
    return [argument.value if isinstance(argument, ast.Constant) else None]


def faults() -> Iterator[str]:
    """Errors that are not made of a code and named details, or whose details are not those that their words quote."""
    for place, call in calls(ERRORS):
        where = f"{place}:{call.lineno}"
        if len(call.args) != 1:
            yield f"{where}: one code, and named details"
            continue
        names = {keyword.arg for keyword in call.keywords}
        for code in codes_of(call.args[0]):
            if code is None:
                if place not in HANDED_ON:
                    yield f"{where}: no literal code"
            elif not CODE.fullmatch(code) or code not in texts():
                yield f"{where}: {code} has no words"
            elif None not in names and not texts()[code].names <= names:
                yield f"{where}: {code} quotes {sorted(texts()[code].names - names)}"
        if any(isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_" for node in ast.walk(call)):
            yield f"{where}: words are made when somebody reads them"


def test_no_sentence_in_an_error_and_no_code_without_words() -> None:
    assert list(faults()) == []
    assert len(list(calls(ERRORS))) > 200


def test_every_code_is_said_somewhere() -> None:
    sources = "".join(path.read_text("utf-8") for floor in FLOORS for path in (ROOT / floor).rglob("*.py")
                      if path.name not in ("texts.py", "codes.py"))  # fmt: skip
    unused = [code for code in texts() if "." in code and f'"{code}"' not in sources]
    assert unused == []


@pytest.mark.parametrize("code", sorted(texts()))
def test_words_in_both_languages(code: str) -> None:
    said = Message(code, dict.fromkeys(texts()[code].names, "7"))
    chinese = (said.message, said.hint)
    set_language("en")
    english = (said.message, said.hint)
    assert all("%(" not in part for part in (*chinese, *english))
    assert Message(code).message, "also where nothing is known but the code"


WORDS = Words("图层“%(layer)s”：%(why)s", {"layer": "灯", "why": Words("没有说明坐标系")})
DETAILS = {"layer": Name("部件", "Components"), "names": ["a", "b"], "why": WORDS, "n": 3, "path": Path("/tmp/x")}


def test_an_error_kept_by_one_process_is_said_by_another_in_any_language() -> None:
    error = importers.errors.UnknownCrs(
        "crs.unknown", layer="灯", why=Words("没有说明坐标系"), advice="", candidates=("a",)
    )
    again = of_json(json.loads(json.dumps(as_json(error))))
    assert type(again) is type(error)
    assert (again.message, again.candidates) == ("图层“灯”：没有说明坐标系", ("a",))  # type: ignore[attr-defined]
    set_language("en")
    assert not re.search("没有", again.message)


def test_details_are_kept_and_come_back_as_they_were() -> None:
    kept = json.loads(json.dumps(Message("asset.unknown", DETAILS).as_json()))
    again = Message.of(kept).details
    assert (again["layer"], again["why"], again["names"], again["n"]) == (
        DETAILS["layer"], WORDS, ["a", "b"], 3)  # fmt: skip
    assert again["path"] == "/tmp/x"
    set_language("en")
    reworded = Message.of(kept).spoken()
    assert reworded["details"]["layer"] == "Components"
    assert not re.search("没有", json.dumps(reworded, ensure_ascii=False))


def test_what_the_database_cannot_keep_is_left_out() -> None:
    assert storable({"a\0": "b\0\ud800", "n": float("nan"), "d": 1.5, "t": (True, None)}) == {
        "a": "b?", "n": None, "d": 1.5, "t": [True, None]}  # fmt: skip


def test_a_code_of_another_program_is_shown_as_it_is() -> None:
    said = Message("robot.too_tired", {"name": "灯"})
    assert (said.message, said.hint) == ("robot.too_tired name=灯", "")
    assert of_problem("robot_tired", "c", "v", None).message == "robot_tired field=c value=v"


def test_an_error_says_itself_in_the_language_of_whoever_reads_it() -> None:
    error = NotFound("layer.unknown", layer="lamp")
    assert str(error) == "没有图层“lamp”。"
    set_language("en")
    assert str(error) == "There is no layer “lamp”."
    assert str(Invalid("area.not_polygon", row=3)).count("\n") == 1, "message and hint"


def test_problems_of_an_earlier_program() -> None:
    old = {"written": {"message": "“昨天” is no date", "hint": "mend it"}}
    assert of_problem("date_bad", "c", "昨天", old).message == "“昨天”不是日期", "what its words quote is kept"
    assert of_problem("unit_bad", "c", "3 尺", old).message == "“昨天” is no date", "as it was written"
    assert of_problem("unit_bad", "c", "3 尺", old).hint == "mend it"
    assert of_problem("date_bad", "c", "", None).message == "“…”不是日期", "no more than the code is kept"
    assert of_problem("date_bad", "c", "", {}).message == "“”不是日期"


def test_titles_and_all_words_of_what_is_kept() -> None:
    source = {"title": Message("title.undo", {"id": 7}).as_json(), "file": "a.csv",
              "encoding": {"name": "UTF-8", "evidence": storable(Words("按指定"))}}  # fmt: skip
    assert (title_of("", source), title_of("其名", source), title_of("", {})) == ("撤销变更集 7", "其名", "")
    set_language("en")
    reworded = spoken({**source, "list": [storable(Words("按指定"))]})
    assert title_of("", source) == reworded["title"]
    assert not re.search(r"[\u4e00-\u9fff]", json.dumps(reworded, ensure_ascii=False))
