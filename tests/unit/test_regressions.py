"""The table of regressions names tests that exist, so that it cannot rot."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs" / "regressions.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`([\w/.]+)::([^`]+)`", TABLE)


@pytest.mark.parametrize(("file", "test"), sorted(set(NAMED)))
def test_every_test_that_the_table_names_is_there(file: str, test: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    begins = f'test("{test}", ' if file.endswith(".mjs") else f"def {test}("
    assert f"\n{begins}" in text


def test_every_lesson_has_its_test_or_says_why_not() -> None:
    lessons = [line.strip("| ").split(" | ") for line in TABLE.splitlines() if line.startswith("| ")]
    lessons = [cells for cells in lessons if cells[0] not in ("lesson", "---")]
    assert len(lessons) > 20
    for lesson, *rest in lessons:
        assert len(rest) == 1, lesson
        assert "::" in rest[0] or "not built yet" in rest[0], lesson
