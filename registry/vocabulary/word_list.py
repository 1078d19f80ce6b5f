"""What every vocabulary has in common: words that the database stores and scripts rely on, each with its labels."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Self

from registry.i18n import in_language


class Vocabulary(StrEnum):
    """The words that a column may hold, in their order. A word is its own value, so that it goes into a statement, into JSON
    and into a comparison as it is; its labels are for people.

    A member is written `NAME = "word", "中文", "English"`.
    """

    zh: str
    en: str

    def __new__(cls, word: str, zh: str = "", en: str = "") -> Self:
        """One word with its labels."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.zh, member.en = zh, en
        return member

    @property
    def label(self) -> str:
        """The word for people, in the language of this context."""
        return in_language(self.zh, self.en)


def label(vocabulary: type[Vocabulary], word: str | None) -> str:
    """The label of a stored word; empty where there is none. Raises ValueError for a word that is not of the vocabulary."""
    return vocabulary(word).label if word else ""


def labels(vocabulary: type[Vocabulary]) -> Iterator[tuple[str, str]]:
    """Each word with its label, in order, for a list to choose from."""
    return ((str(word), word.label) for word in vocabulary)
