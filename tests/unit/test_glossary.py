"""One word for one thing: the English catalogue, labels and reference lists are held against docs/glossary.md."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from registry.assets.columns import COLUMNS
from registry.vocabulary import modules
from registry.vocabulary.word_list import Vocabulary
from tests.unit.glossary import DOCUMENT, Term, faults, gone, still_there, terms, terms_in

ROOT = Path(__file__).parents[2]
ENGLISH = ROOT / "registry" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
REFERENCE = ROOT / "sql" / "reference"
TEXT = DOCUMENT.read_text(encoding="utf-8")
KNOWN = terms(TEXT)


def of_the_catalogue() -> list[tuple[str, str]]:
    with ENGLISH.open("rb") as file:
        catalogue = read_po(file, locale="en")
    return [(str(message.id), str(message.string)) for message in catalogue if message.id]


def of_the_labels() -> list[tuple[str, str]]:
    """Labels of the words that the database stores, and the headings of its columns."""
    vocabularies = [words for module in modules() for words in vars(module).values() if isinstance(words, type)]
    words = [word for words in vocabularies if issubclass(words, Vocabulary) for word in words]
    return [(word.zh, word.en) for word in words] + [(column.zh, column.en) for column in COLUMNS if column.zh]


def of_the_reference() -> Iterator[tuple[str, str]]:
    """Names of layers, of their attributes and of classes, as a register starts with them."""
    for layer in json.loads((REFERENCE / "layers.json").read_text(encoding="utf-8")):
        yield layer["name_zh"], layer["name_en"]
        for attribute in layer["schema"]["properties"].values():
            yield attribute["title"], attribute["title_en"]
    for path in sorted(REFERENCE.glob("*_classes.csv")):
        with path.open(encoding="utf-8") as file:
            yield from ((row["name_zh"], row["name_en"]) for row in csv.DictReader(file) if row["name_en"])


def test_the_catalogue_says_it_as_the_glossary_does():
    pairs = of_the_catalogue()
    assert len(pairs) > 1000
    assert not faults(pairs, KNOWN)


def test_labels_and_reference_lists_say_it_too():
    assert len(of_the_labels()) > 100
    assert not faults(of_the_labels(), KNOWN)
    names = [pair for pair in of_the_reference() if pair[0] in {term.chinese for term in KNOWN}]
    assert len(names) > 15
    assert not faults(names, KNOWN)


def test_one_english_word_for_a_chinese_one():
    assert len(KNOWN) > 150
    assert not [term for term, times in Counter(term.chinese for term in KNOWN).items() if times > 1]
    assert {term.held for term in KNOWN} == {"anywhere", "alone"}
    assert all(term.source and term.english for term in KNOWN)


def test_two_chinese_words_for_one_thing_say_which_is_the_term():
    main = {(term.subject, term.english): term for term in reversed(KNOWN) if not term.source.startswith("= ")}
    own = [(term.subject, term.english) for term in KNOWN if not term.source.startswith("= ")]
    assert not [english for english, times in Counter(own).items() if times > 1]
    for term in KNOWN:
        if term.source.startswith("= "):
            assert main[term.subject, term.english].chinese == term.source.removeprefix("= ")


def test_forms_are_forms_of_the_same_word():
    """A form is no way round the rule: it begins as its word does."""
    assert not [(term.english, form) for term in KNOWN for form in term.forms if form[:3] != term.english[:3]]


def test_terms_that_the_catalogue_uses_are_found():
    """The glossary is read at all: most of what the pages say has its words in it."""
    used = {term.chinese for chinese, _english in of_the_catalogue() for term in terms_in(chinese, KNOWN)}
    assert used >= {"资产", "变更集", "养护单位", "待修", "撤销", "坐标系", "文字编码", "供图单位编号"}
    assert len(used) > 80


def test_words_that_are_gone_stay_gone():
    words = gone(TEXT)
    assert len(words) > 10
    assert not still_there([text for pair in of_the_catalogue() for text in pair], words)


@pytest.mark.parametrize("path", ["README.md", *sorted(p.name for p in (ROOT / "docs").glob("*.md"))])
def test_words_that_are_gone_stand_in_no_document(path: str):
    file = ROOT / path if path == "README.md" else ROOT / "docs" / path
    if file != DOCUMENT:
        assert not still_there(file.read_text(encoding="utf-8").splitlines(), gone(TEXT))


MADE = [
    Term("people", "单位", "organisation", (), "alone", "house"),
    Term("people", "养护单位", "maintainer", (), "anywhere", "GB/T 30428.2"),
    Term("import", "交付", "delivery", ("deliver",), "anywhere", "house"),
    Term("changes", "撤销", "undo", ("undone",), "anywhere", "house"),
]


@pytest.mark.parametrize(
    "pair",
    [
        ("养护单位", "Maintainer"),
        ("%(n)s 个养护单位", "%(n)s maintainers"),
        ("单位", "Organisation"),
        ("长度的单位", "unit of the length"),
        ("交付 %(id)s", "Deliveries, %(id)s"),
        ("撤销…", "UNDO…"),
        ("已撤销交付", "The delivery was undone"),
    ],
)
def test_what_agrees_is_no_fault(pair: tuple[str, str]):
    assert faults([pair], MADE) == []


@pytest.mark.parametrize(
    ("pair", "term"),
    [
        (("养护单位", "Contractor"), "养护单位"),
        (("养护单位", "Organisation"), "养护单位"),
        (("单位：", "Company:"), "单位"),
        (("已撤销", "Taken back"), "撤销"),
        (("撤销", "Undocumented"), "撤销"),
        (("撤销", "%(undo)s"), "撤销"),
        (("撤销养护单位的交付", "Undo the maintainer's upload"), "交付"),
    ],
)
def test_what_disagrees_is_found(pair: tuple[str, str], term: str):
    (fault,) = faults([pair], MADE)
    assert f": {term} is “" in fault


def test_a_word_that_is_gone_is_found_in_all_its_forms():
    words = [("mend", "correct"), ("反悔", "撤销")]
    assert len(still_there(["Mended rows", "mending", "可以反悔"], words)) == 3
    assert not still_there(["amend", "recommended", "撤销"], words)
