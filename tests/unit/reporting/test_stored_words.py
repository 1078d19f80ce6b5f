"""Texts that are kept and read later: in the reader's language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import shapely
from babel.messages.pofile import read_po

from importers.crs.detect import detect
from importers.problems.problem import Code, Problem
from importers.read.reader import inspect
from importers.records import DeclaredCrs
from registry.assets.reference_features import Reference, ReferenceFeatures
from registry.i18n import FOLDER, Words, set_language, storable
from registry.messages import of_problem
from web.http.translated import worded

DATA = Path(__file__).parents[2] / "data"
HAN = re.compile(r"[\u4e00-\u9fff]")
BOX = (120.0869, 30.2578, 120.219, 30.4023)


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    yield
    set_language("zh")


def kept(words: Words) -> object:
    """As it comes back from the database."""
    return json.loads(json.dumps(asdict(words)))


@pytest.mark.parametrize("name", ["lamps_gbk.shp", "lamps_wrong_cpg.shp", "lamps_utf8_bom.csv", "lamps.gpkg", "lamps.dxf",
                                  "lamps_tab.zip", "lamps_gb18030.csv", "lamps.parquet", "lamps_gdb.zip"])  # fmt: skip
def test_the_evidence_of_an_encoding_is_told_in_the_readers_language(name: str) -> None:
    (source,) = inspect(DATA / name)
    stored = kept(source.encoding.evidence)
    assert HAN.search(worded(stored))
    assert Words.of(stored) == source.encoding.evidence
    set_language("en")
    english = worded(stored)
    assert english
    assert not HAN.search(english), english


def test_words_of_an_earlier_program_stay_as_they_are() -> None:
    set_language("en")
    assert (worded("全部是 ASCII 字符"), worded(None), worded("")) == ("全部是 ASCII 字符", "", "")


def lamps(shift: float) -> np.ndarray:
    random = np.random.default_rng(7)
    spread = random.uniform(BOX[:2], BOX[2:], (300, 2))
    return shapely.points(spread + shift)


@pytest.mark.parametrize("known", [True, False])
def test_what_the_datum_detective_says_is_told_in_the_readers_language(known: bool) -> None:
    reference = Reference(BOX, None, assets=ReferenceFeatures(lamps(0))) if known else Reference(BOX)
    verdict = detect(lamps(0.0002), DeclaredCrs("EPSG:4326", "WGS 84", "file"), reference)
    stored = [kept(c.explanation) for c in verdict.candidates]
    stored += [kept(verdict.reason)] if verdict.reason else []
    assert stored
    assert all(HAN.search(worded(one)) for one in stored)
    set_language("en")
    assert not any(HAN.search(worded(one)) for one in stored), list(map(worded, stored))


def test_a_problem_that_quotes_an_explanation_is_told_again_in_full() -> None:
    best = detect(lamps(0.0002), DeclaredCrs(), Reference(BOX, None, assets=ReferenceFeatures(lamps(0)))).candidates[0]
    problem = Problem(Code.CRS_DETECTED, details={"crs": best.label, "score": best.score, "why": best.explanation})
    details = json.loads(json.dumps(storable(problem.details)))
    assert HAN.search(problem.message)
    set_language("en")
    again = of_problem("crs_detected", problem.field, problem.value, details)
    assert (again.message, again.hint) == (problem.message, problem.remedy)
    assert not HAN.search(again.message + again.hint)


@pytest.mark.parametrize(("language", "say_so"), [("zh", "命令行"), ("en", "command line")])
def test_a_hint_that_names_an_option_says_where_it_is_one(language: str, say_so: str) -> None:
    """Whoever reads a text of the importers may stand before a page, which has no options."""
    with (FOLDER / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file)
    found = [
        str(message.id if language == "zh" else message.string)
        for message in catalogue
        if any(place.startswith("importers/") and "commands" not in place for place, _line in message.locations)
    ]
    with_options = [text for text in found if re.search(r"(^|[^-])--[a-z]", text)]
    assert len(with_options) >= 8
    assert [text for text in with_options if say_so not in text and "registry " not in text] == []
