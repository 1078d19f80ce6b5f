"""Which class each row of a delivery is of: as it is written, else as its code says, else the only one of the layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from importers.cells.numbers import Mask, NotThis, converted
from importers.normalise.batch import Batch
from importers.normalise.class_names import ClassBook, OtherLayers
from importers.problems.problem import Code, Problem, at
from registry.catalogue.layers import AssetClass, Layer
from registry.i18n import Name, Words

NO_CLASS = -1
DIGITS_OF_CLASS = slice(6, 10)
SHOWN_MEANINGS = 3
Indexes = NDArray[np.int64]


class Classifier:
    """The classes of one layer, for the rows of one delivery. `scheme` is what the profile says of them."""

    def __init__(self, layer: Layer, scheme: str | None, layers: Mapping[str, Layer]) -> None:
        self.layer, self.layers = layer, layers
        self.book = ClassBook(layer, scheme)
        self._says_scheme = scheme is not None or len(layer.schemes) < 2
        self._schemes = pa.array([c.scheme for c in layer.classes], pa.string())
        self._codes = pa.array([c.code for c in layer.classes], pa.string())
        self._names = pa.array([c.name_zh for c in layer.classes], pa.string())
        meanings = [] if self._says_scheme else [self.book.meanings(n) for n in range(len(layer.classes))]
        self._is_ambiguous = np.array([bool(found) for found in meanings], dtype=bool)

    def classify(self, batch: Batch, code: pa.Array) -> tuple[pa.Array, pa.Array, Indexes]:
        """Scheme, class code and position in `layer.classes` of each row's class; problems go into the batch."""
        words = batch.text("class")
        heading = batch.headings.get("class", "")
        index = self._written(batch, words, heading)
        silent = words.is_null().to_numpy(zero_copy_only=False)
        inside = np.zeros(len(index), dtype=bool)
        if (index == NO_CLASS).any():
            digits = self._digits(code)
            inside = silent & (index == NO_CLASS) & (digits != NO_CLASS)
            index = np.where(inside, digits, index)
            if self.book.only is not None:
                index = np.where(silent & (index == NO_CLASS), self.book.only, index)
            missing = silent & (index == NO_CLASS)
            batch.problems += at(Code.CLASS_MISSING, batch.rows.numbers[missing], heading)
        if not self._says_scheme:
            self._tell_of_meanings(batch, words, index, inside)
        places = pa.array(index, mask=index == NO_CLASS)
        return self._schemes.take(places), self._codes.take(places), index

    def _written(self, batch: Batch, words: pa.Array, heading: str) -> Indexes:
        both = pc.binary_join_element_wise(words, batch.text("scheme").fill_null(""), "\x1f")
        short: list[str] = []

        def position(text: str) -> int:
            word, _separator, said = text.partition("\x1f")
            found = self.book.find(word, said)
            if found is None:
                raise NotThis(word)
            if self.book.has_lost_zero(word, said):
                short.append(word)
            return found

        read = converted(both, position, pa.int64())
        self._strange(batch, words, read.bad, heading)
        if short and heading:
            batch.problems.append(Problem(Code.CLASS_ZERO_LOST, None, heading, short[0]))
        return np.asarray(read.values.fill_null(NO_CLASS).to_numpy(zero_copy_only=False), dtype=np.int64)

    def _strange(self, batch: Batch, words: pa.Array, bad: Mask, heading: str) -> None:
        """Words that are no class of the layer in its scheme: of another scheme, of another layer, or of none."""
        if not bad.any():
            return
        others = OtherLayers(self.layers, self.layer)
        strange = words.filter(pa.array(bad)).to_pylist()
        meant = {word: self._meaning(word, others) for word in dict.fromkeys(strange)}
        for number, word in zip(batch.rows.numbers[bad], strange, strict=True):
            code, details = meant[word]
            batch.problems += at(code, [number], heading, [word], **details)

    def _meaning(self, word: str, others: OtherLayers) -> tuple[Code, dict[str, Any]]:
        position = self.book.in_other_scheme(word)
        if position is not None:
            known = self.layer.classes[position]
            return Code.CLASS_OF_OTHER_SCHEME, {
                "scheme": self.book.scheme,
                "other": known.scheme,
                "name": _name_of(known),
            }
        layer = others.knowing(word)
        if layer is not None:
            return Code.CLASS_OF_OTHER_LAYER, {"layer": Name(layer.name_zh, layer.name_en)}
        return Code.CLASS_UNKNOWN, {"scheme": self.book.scheme}

    def _digits(self, code: pa.Array) -> Indexes:
        """The class that stands inside each asset code."""

        def position(digits: str) -> int:
            found = self.book.by_number(digits)
            return NO_CLASS if found is None else found

        digits = pc.utf8_slice_codeunits(code, DIGITS_OF_CLASS.start, DIGITS_OF_CLASS.stop)
        read = converted(digits, position, pa.int64()).values.fill_null(NO_CLASS)
        return np.asarray(read.to_numpy(zero_copy_only=False), dtype=np.int64)

    def _tell_of_meanings(self, batch: Batch, words: pa.Array, index: Indexes, inside: Mask) -> None:
        """Say once that codes were read by a scheme nobody named, unless the name of each row bears the reading out."""
        doubtful = (index != NO_CLASS) & self._is_ambiguous[index]
        if not doubtful.any() or not (batch.headings.get("class") or inside.any()):
            return
        doubtful &= inside | _mask(pc.match_substring_regex(words, "^[0-9]+$"))
        doubtful &= ~_mask(batch.text("scheme").is_valid())
        doubtful &= ~_mask(pc.equal(batch.text("name"), self._names.take(pa.array(index, mask=index == NO_CLASS))))
        found = np.unique(index[doubtful])
        if len(found):
            meanings = {c: self._meanings(int(c)) for c in found[:SHOWN_MEANINGS]}
            value = ", ".join(self.layer.classes[int(c)].code for c in meanings)
            heading = batch.headings.get("class") or batch.headings.get("code", "")
            details = {"scheme": self.book.scheme, "meanings": Words.joined(meanings.values(), by="; ")}
            batch.problems.append(Problem(Code.SCHEME_AMBIGUOUS, None, heading, value, details))

    def _meanings(self, position: int) -> Words:
        """0118 = 路灯 (CJ/T 214-2007), 化粪池井盖 (GB/T 30428.2-2013)."""
        known = [self.layer.classes[at] for at in self.book.meanings(position)]
        each = [Words("%(name)s (%(scheme)s)", {"name": _name_of(c), "scheme": c.scheme}) for c in known]
        return Words("%(code)s = %(names)s", {"code": known[0].code, "names": Words.joined(each, by=", ")})


def _name_of(kind: AssetClass) -> Name:
    return Name(kind.name_zh, kind.name_en)


def _mask(flags: pa.Array) -> Mask:
    return np.asarray(flags.fill_null(False).to_numpy(zero_copy_only=False), dtype=bool)
