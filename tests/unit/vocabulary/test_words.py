"""Each word of the database is written in one place; where SQL, templates and scripts must spell one, it is held against it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.i18n import set_language
from registry.vocabulary import modules, written
from registry.vocabulary.access import Role
from registry.vocabulary.assets import AssetState
from registry.vocabulary.changes import Action, Decision, MatchedBy, Reason, RowKind, SetStatus
from registry.vocabulary.deliveries import DeliveryStep, FileState, StepStatus
from registry.vocabulary.word_list import Vocabulary, label, labels

ROOT = Path(__file__).resolve().parents[3]
# What no rule of `written.columns` covers: rows that the register has already, jobs of the queue, what a reviewer left out, why
# a step failed.
BESIDES = {"matched_by": {"fingerprint"}, "status": {"todo"}, "action": {"rejected"}, "kind": {"UndecodableText"}}
# Names by which statements, templates and scripts speak of a column, or of what is made of it.
ALSO = {
    "role": [Role], "action": [RowKind], "kind": [RowKind], "decision": [Decision], "state": [FileState],
}  # fmt: skip


def every() -> list[type[Vocabulary]]:
    """All vocabularies."""
    found = (words for module in modules() for words in vars(module).values() if isinstance(words, type))
    return sorted({words for words in found if issubclass(words, Vocabulary)} - {Vocabulary}, key=lambda w: w.__name__)


def allowed() -> dict[str, set[str]]:
    """What may be compared with a column of that name, in any table."""
    found: dict[str, set[str]] = {name: set(words) for name, words in BESIDES.items()}
    for column, words in written.columns().items():
        found.setdefault(column.removesuffix("?").split(".")[1], {""}).update(words)
    for name, several in ALSO.items():
        found.setdefault(name, {""}).update(word for words in several for word in words)
    return found


QUOTED = re.compile(r"""'([^'\n]*)'|"([^"\n]*)\"""")


def spelled(text: str, name: str) -> Iterator[str]:
    """The literals that a text holds against something of this name: `= 'x'`, `IN ('x', 'y')`, `CASE name WHEN 'x' THEN 'y'`,
    and those of an expression that bears the name."""
    what = rf"(?:\b{name}\b|\b\w+(?: ->>|\[)\s*'{name}'\]?)"
    one = r"""(?:'[^'\n]*'|"[^"\n]*")"""
    for found in re.finditer(rf"{what}\s*(?:===?|!==?|<>|=|is)\s*({one})", text):
        yield from _unquoted(found[1])
    for found in re.finditer(rf"{what}\s+(?:not\s+)?in\s*[(\[]\s*((?:{one},?\s*)+)[)\]]", text, re.I):
        yield from _unquoted(found[1])
    for found in re.finditer(rf"CASE (?:\w+\.)?{name}((?: WHEN {one} THEN {one})+)", text):
        yield from _unquoted(found[1])
    for found in re.finditer(
        rf"((?:(?:THEN|ELSE)\s+{one}\s*(?:WHEN[^']*?)?)+)(?:ELSE \w+\.{name}\s+)?END AS {name}\b", text
    ):
        yield from _unquoted(found[1])


def _unquoted(text: str) -> Iterator[str]:
    for single, double in QUOTED.findall(text):
        yield single or double


def _files(*patterns: str) -> list[Path]:
    found = [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]
    return [path for path in found if "static" not in path.parts and "migrations" not in path.parts]


def test_what_was_written_is_up_to_date() -> None:
    assert written.SQL.read_text("utf-8") == written.sql(), "make vocabulary"
    assert written.BROWSER.read_text("utf-8") == written.javascript(), "make vocabulary"


@pytest.mark.parametrize("words", every(), ids=lambda words: words.__name__)
def test_every_word_has_its_labels(words: type[Vocabulary]) -> None:
    for word in words:
        assert word.zh and word.en, word
        assert not re.search("[⺀-鿿]", word.en)
        assert re.search("[⺀-鿿]", word.zh)
    assert len({word.zh for word in words}) == len(words), "two words that people cannot tell apart"


def test_a_chinese_word_is_translated_in_one_way() -> None:
    english: dict[str, set[str]] = {}
    for words in every():
        for word in words:
            english.setdefault(word.zh, set()).add(word.en)
    assert {zh: ways for zh, ways in english.items() if len(ways) > 1} == {}


def test_labels_follow_the_language() -> None:
    try:
        assert label(AssetState, "retired") == "移除"
        set_language("en")
        assert label(AssetState, "retired") == "Retired"
        assert (label(MatchedBy, None), label(Reason, "")) == ("", "")
        assert next(labels(Action)) == ("add", "Added")
    finally:
        set_language("zh")
    with pytest.raises(ValueError, match="gone"):
        label(AssetState, "gone")


def test_what_is_derived_covers_what_it_is_derived_from() -> None:
    assert set(RowKind) == {*Action, "doubtful"}
    assert set(FileState) >= {*StepStatus, *SetStatus} - {StepStatus.DONE, SetStatus.PROPOSED}


def test_literals_are_found_in_every_way_of_writing() -> None:
    sql = """SELECT CASE a.state WHEN 'x1' THEN 'x2' ELSE a.state END WHERE s.state = 'x3' AND a.state NOT IN ('x4', 'x5')
      OR told ->> 'state' = 'x6' OR 'y' = s.name, CASE WHEN a THEN 'x7' ELSE b.state END AS state,
      CASE WHEN c THEN 'x8' WHEN d <> 1 THEN 'x9' ELSE '' END AS state"""
    assert set(spelled(sql, "state")) == {"x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", ""}
    jinja = """{% if file.state == 'x1' and file.state in ('x2', 'x3') %}{{ kind == "no" }}"""
    assert set(spelled(jinja, "state")) == {"x1", "x2", "x3"}


@pytest.mark.parametrize(
    ("patterns", "least"),
    [
        (("sql/**/*.sql",), 90),
        (("registry/**/*.py", "importers/**/*.py", "web/**/*.py"), 25),
        (("web/templates/**/*.html", "importers/**/*.html"), 25),
    ],
    ids=["sql", "statements in python", "templates"],
)
def test_what_is_spelled_out_is_of_the_vocabulary(patterns: tuple[str, ...], least: int) -> None:
    strange, seen = [], 0
    for path in _files(*patterns):
        if path == written.SQL:
            continue
        text = "\n".join(_statements(path))
        for name, words in allowed().items():
            found = list(spelled(text, name))
            seen += len(found)
            strange += [(str(path.relative_to(ROOT)), name, word) for word in found if word not in words]
    assert strange == []
    assert seen >= least, "the search finds what there is"


def _statements(path: Path) -> Iterator[str]:
    """What a file says to the database or to Jinja: without comments, without HTML."""
    text = path.read_text("utf-8")
    if path.suffix == ".sql":
        yield re.sub(r"--[^\n]*", "", text)
    elif path.suffix == ".html":
        yield from re.findall(r"\{[%{].*?[%}]\}", text, re.S)
    else:
        for node in ast.walk(ast.parse(text)):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.search(r"\b(FROM|UPDATE)\b", node.value)
            ):
                yield node.value


# Words that mean nothing but themselves: a Python text that is one of them is a literal that should be the vocabulary's.
UNMISTAKABLE = {
    *AssetState, *StepStatus, *SetStatus, *Decision, RowKind.DOUBTFUL, Role.ADMINISTRATOR, Role.SURVEYOR, Role.INSPECTOR,
    Reason.EDITED_SINCE, Reason.TWO_ROWS_ONE_ASSET,
}  # fmt: skip
# What is spelled alike and is something else: the outcome of an acceptance, a key of JSON or of a count, the name of an SQL
# column, a kind of error, a mark of a page, an event of the log, the words that suppliers write.
ALIKE = {
    "importers/commands/photos.py": {"applied"},
    "importers/inspection/inspect.py": {"proposed"},
    "importers/inspection/preview.py": {"proposed"},
    "importers/normalise/normaliser.py": set(AssetState),
    "importers/pipeline.py": {"applied"},
    "importers/reporting/acceptance.py": {"accepted", "applied", "doubtful", "failed", "proposed"},
    "importers/reporting/acceptance_document.py": {"accepted", "failed"},
    "registry/changes/change_sets.py": {"accepted", "doubtful", "retired"},
    "registry/identity/matcher.py": {"retired"},
    "registry/review/tiles.py": {"proposed"},
    "web/deliveries/words.py": {"done", "empty", "failed"},
    "web/http/errors.py": {"failed"},
    "web/review/pages.py": {"accepted", "done", "proposed"},
    "web/sign_in/forms.py": {"failed"},
}


def literals() -> dict[str, list[str]]:
    """Where Python spells an unmistakable word, but in the vocabularies and in the demo's deliveries."""
    found: dict[str, list[str]] = {}
    for path in _files("registry/**/*.py", "importers/**/*.py", "web/**/*.py"):
        if "vocabulary" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and node.value in UNMISTAKABLE:
                name = str(path.relative_to(ROOT))
                if node.value not in ALIKE.get(name, ()):
                    found.setdefault(name, []).append(f"{node.lineno} {node.value}")
    return found


def test_python_spells_no_word_itself() -> None:
    assert literals() == {}


def test_scripts_spell_no_word_themselves() -> None:
    words = {word for words in written.in_browser() for word in words} - {"add", "update", "move"}
    for path in _files("web/browser/**/*.js"):
        if path != written.BROWSER:
            assert words.isdisjoint(re.findall(r"""["'`]([a-z_]+)["'`]""", path.read_text("utf-8"))), path


def test_steps_have_their_work() -> None:
    from importers.jobs.step import STEPS

    assert set(STEPS) == set(DeliveryStep)


def test_suppliers_words_lead_to_every_state() -> None:
    from importers.normalise.normaliser import STATES

    assert set(STATES) == set(AssetState)
