"""What no statement may look like, read in its text. (Composed statements are looked at as they are executed: conftest.)"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
# A function beside an operator whose index we rely on. Under row security PostgreSQL takes no index for it (15.20 and later)
# where its arguments hold a column: work the value out in a MATERIALIZED step, and name the column here. An envelope or a
# point of values alone is worked out before the plan is made; a sub-select is worked out once.
CALLED = re.compile(
    r"(?:&&|@>|<@|<->)\s*\(?\s*(?!SELECT\b)([A-Za-z_][\w.]*)\s*\(|\b([A-Za-z_]\w*)\([^()]*\)\s*(?:&&|<->)", re.I
)
FIXED = {"jsonb_build_object"}


def _statements() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "sql").rglob("*.sql")):
        yield str(path.relative_to(ROOT)), re.sub(r"--.*", "", path.read_text(encoding="utf-8"))
    for package in ("registry", "importers", "web"):
        for path in sorted((ROOT / package).rglob("*.py")):
            yield (
                str(path.relative_to(ROOT)),
                "\n".join(re.findall(r'"[^"\n]* (?:&&|@>|<@|<->) [^"\n]*"', path.read_text())),
            )


def called(text: str) -> list[str]:
    """Functions that stand beside such an operator."""
    return [name for pair in CALLED.findall(text) if (name := pair[0] or pair[1]) not in FIXED]


@pytest.mark.parametrize(
    ("name", "text"), [(n, t) for n, t in _statements() if t], ids=lambda v: v if len(v) < 80 else ""
)
def test_no_function_stands_beside_an_index_operator(name: str, text: str) -> None:
    assert not called(text), f"{name}: {called(text)}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a.geom && ST_Expand(f.geom, 1)", ["ST_Expand"]),
        ("ST_Expand(f.geom, 1) && a.geom", ["ST_Expand"]),
        ("a.terms @> registry.search_terms(b.name)", ["registry.search_terms"]),
        ("a.geom && (SELECT r.box FROM reach r)", []),
        ("a.geom && f.box OFFSET 0", []),
        ("c.changed && '{code}'", []),
    ],
)
def test_the_bad_form_is_recognised(text: str, found: list[str]) -> None:
    assert called(text) == found
