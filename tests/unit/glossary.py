"""docs/glossary.md as a test reads it, and what a translation has to say by it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "glossary.md"
TERMS = ("subject", "中文", "English", "forms", "in code", "held", "source")
GONE = ("gone", "instead")

_FILLED_IN = re.compile(r"%%|%\(\w+\)[sd]|\{\w+\}")
_EDGES = " …：。？（）“”、，　"


@dataclass(frozen=True, slots=True)
class Term:
    """One line of the glossary: a Chinese term, the English word for it, and that word's other forms."""

    subject: str
    chinese: str
    english: str
    forms: tuple[str, ...]
    held: str
    source: str

    def said_in(self, english: str) -> bool:
        """Whether the English word stands in this text: in any case, in the plural too, in one of its forms."""
        return any(_as_a_word(form).search(english) for form in (self.english, *self.forms))


def _as_a_word(form: str) -> re.Pattern[str]:
    words = r"[\s_-]+".join(re.escape(word) for word in form.removesuffix("y").split())
    ending = "(?:ys?|ies)" if form.endswith("y") else "(?:s|es|ed|d)?"
    return re.compile(rf"(?<![^\W_]){words}{ending}(?![^\W_])", re.IGNORECASE)


def rows(text: str, head: tuple[str, ...]) -> list[list[str]]:
    """The cells of the one table under this head in a Markdown text."""
    lines = text.splitlines()
    start = lines.index("| " + " | ".join(head) + " |") + 2
    found = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip().strip("|").split("|")])
    return found


def terms(text: str) -> list[Term]:
    """The terms of a glossary in Markdown."""
    return [
        Term(subject, chinese, english, tuple(filter(None, re.split(r",\s*", forms))), held, source)
        for subject, chinese, english, forms, _in_code, held, source in rows(text, TERMS)
    ]


def gone(text: str) -> list[tuple[str, str]]:
    """The words that are not used any more, each with the one that is."""
    return [(old, new) for old, new in rows(text, GONE)]


def terms_in(chinese: str, known: Iterable[Term]) -> Iterator[Term]:
    """The terms of a text from left to right, the longest at each place: 养护单位 is not 单位."""
    text = _FILLED_IN.sub(" ", chinese)
    held = [term for term in known if term.held == "anywhere" or text.strip(_EDGES) == term.chinese]
    by_length = sorted(held, key=lambda term: -len(term.chinese))
    place = 0
    while place < len(text):
        term = next((term for term in by_length if text.startswith(term.chinese, place)), None)
        if term:
            yield term
        place += len(term.chinese) if term else 1


def faults(pairs: Iterable[tuple[str, str]], known: list[Term]) -> list[str]:
    """What translations say otherwise than the glossary, a line for each."""
    return [
        f"{chinese} → {english}: {term.chinese} is “{term.english}”"
        for chinese, english in pairs
        for term in dict.fromkeys(terms_in(chinese, known))
        if not term.said_in(_FILLED_IN.sub(" ", english))
    ]


def still_there(texts: Iterable[str], words: Iterable[tuple[str, str]]) -> list[str]:
    """Texts with a word that is gone; of English words every form that begins with it counts."""
    looked_for = [(old, new, _anywhere(old)) for old, new in words]
    return [f"{text}: {old} is now {new}" for text in texts for old, new, pattern in looked_for if pattern.search(text)]


def _anywhere(old: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(old)}" if old.isascii() else re.escape(old), re.IGNORECASE)
