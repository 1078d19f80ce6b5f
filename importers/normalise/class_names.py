"""Which class of a layer a supplier's word means: its code, its name in either language, or code and name together."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from registry.catalogue.layers import Layer


class ClassBook:
    """The classes of one layer, found by what suppliers write.

    Codes are looked up in `scheme` alone (the layer's first, unless given), because two schemes use one code for two
    things. A name that `scheme` does not have may be that of a class in another scheme of the layer.
    """

    def __init__(self, layer: Layer, scheme: str | None = None) -> None:
        self.layer = layer
        self.scheme = scheme or (layer.schemes[0] if layer.schemes else "")
        self._codes: dict[tuple[str, str], int] = {}
        self._names: dict[str, dict[str, int]] = {}
        self._numbers: dict[tuple[str, str], int] = {}
        for position, known in enumerate(layer.classes):
            self._numbers.setdefault((known.scheme, known.number), position)
            self._codes.setdefault((known.scheme, spelled(known.code)), position)
            for name in filter(None, (known.name_zh, known.name_en)):
                self._names.setdefault(spelled(name), {}).setdefault(known.scheme, position)

    @property
    def only(self) -> int | None:
        """The class of a layer that has but one."""
        return 0 if len(self.layer.classes) == 1 else None

    def find(self, text: str, scheme: str = "") -> int | None:
        """The position in `layer.classes` of what the text names, None for nothing known."""
        word = spelled(text)
        scheme = scheme or self.scheme
        for spelling in (word, word.zfill(4), *_parts(word)):
            if (position := self._codes.get((scheme, spelling))) is not None:
                return position
            if named := self._names.get(spelling):
                return named.get(scheme, next(iter(named.values())))
        return None

    def has_lost_zero(self, text: str, scheme: str = "") -> bool:
        """Whether a text is a code of four digits whose leading zero a spreadsheet took."""
        word, scheme = spelled(text), scheme or self.scheme
        return word.isdigit() and (scheme, word) not in self._codes and (scheme, word.zfill(4)) in self._codes

    def in_other_scheme(self, text: str) -> int | None:
        """The class that a code has in another scheme of the layer, None where no scheme has it."""
        word = spelled(text)
        others = (scheme for scheme in self.layer.schemes if scheme != self.scheme)
        found = (self._codes.get((scheme, word), self._codes.get((scheme, word.zfill(4)))) for scheme in others)
        return next((position for position in found if position is not None), None)

    def meanings(self, position: int) -> list[int]:
        """The classes of the layer that have the code of this one, if they do not all mean the same; else none."""
        code = spelled(self.layer.classes[position].code)
        found = [at for scheme in self.layer.schemes if (at := self._codes.get((scheme, code))) is not None]
        return found if len({self.layer.classes[at].name_zh for at in found}) > 1 else []

    def by_number(self, number: str, scheme: str = "") -> int | None:
        """The class whose digits stand inside an asset code."""
        return self._numbers.get((scheme or self.scheme, number))


def spelled(text: str) -> str:
    """A class name for comparison: half-width, lower case, without spaces and closing punctuation."""
    return re.sub(r"[\s、，,。.；;]+", "", unicodedata.normalize("NFKC", text)).lower()


def _parts(word: str) -> list[str]:
    """Code and name of `0118路灯`, `0118-路灯` and `路灯(0118)`."""
    match = re.fullmatch(r"([a-z]{0,2}\d{1,4})[-_:]?(\D.*)", word) or re.fullmatch(r"(\D+)[(\[](\w+)[)\]]", word)
    return list(match.groups()) if match else []


class OtherLayers:
    """All layers but one, to tell where a strange class belongs."""

    def __init__(self, layers: Mapping[str, Layer], besides: Layer) -> None:
        self._books = [
            ClassBook(layer, scheme)
            for layer in layers.values()
            if layer.code != besides.code
            for scheme in layer.schemes
        ]

    def knowing(self, text: str) -> Layer | None:
        """The layer that has this class."""
        return next((book.layer for book in self._books if book.find(text) is not None), None)
