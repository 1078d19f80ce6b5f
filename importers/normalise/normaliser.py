"""Normalise: rows as the file has them become rows as the register has them. What cannot be converted is a problem."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from importers.cells.numbers import Mask, NotThis, codes, half_width
from importers.crs.systems import SourceCrs, resolve
from importers.errors import ProfileMismatch
from importers.normalise.attributes import Attribute, as_json, properties_of, typed
from importers.normalise.batch import Batch
from importers.normalise.classify import Classifier
from importers.normalise.positions import locate
from importers.problems.problem import Code, Problem, at
from importers.profiles.column_names import ATTRIBUTE, IGNORE, POSITIONS
from importers.profiles.profile import Profile
from importers.records import Box, Geometries, Rows, SourceLayer
from registry.catalogue.layers import Layer
from registry.i18n import Name

STATES = {
    "intact": "intact 完好 良好 正常 在用 好 使用中 完整",
    "damaged": "damaged 破损 损坏 残缺 破 维修 待修",
    "missing": "missing 丢失 缺失 遗失",
    "abandoned": "abandoned 废弃 停用 报废 弃用",
    "retired": "retired 移除 拆除 已拆除 注销 删除",
}
SOURCES = frozenset({"实测", "地形图", "普查", "上报"})


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch in the register's terms: columns of equal length, null where the delivery says nothing.

    `class_index` points into `layer.classes` (-1: unknown); `attributes` is JSON text, `described` the part of it that
    the layer's schema speaks of; `geometry` is EPSG:4490, plane, and of use only where `placed`; `headings` tells what
    a target is called in the file; `rows` are the source rows themselves, for the quarantine.
    """

    rows: Rows
    layer: Layer
    code: pa.Array
    external_key: pa.Array
    scheme: pa.Array
    class_code: pa.Array
    class_index: NDArray[np.int64]
    name: pa.Array
    state: pa.Array
    manager: pa.Array
    owner: pa.Array
    maintainer: pa.Array
    surveyed_on: pa.Array
    changed_on: pa.Array
    source: pa.Array
    accuracy: pa.Array
    attributes: pa.Array
    described: pa.Array
    geometry: Geometries
    placed: Mask
    headings: Mapping[str, str]
    problems: list[Problem]

    @property
    def row_number(self) -> NDArray[np.int64]:
        """Row numbers in the user's file."""
        return self.rows.numbers

    def __len__(self) -> int:
        return len(self.rows)


def normalise(
    batches: Iterable[Rows],
    profile: Profile,
    layer: Layer,
    source: SourceLayer,
    layers: Mapping[str, Layer] | None = None,
    box: Box | None = None,
) -> Iterator[Prepared]:
    """Rows of `source` by a profile into the terms of a layer; one prepared batch for each batch.

    `layers` lets a message name the layer that a strange class belongs to, `box` (degrees) lets it name the coordinate
    systems that would fit. Raises UnknownCrs, RefusedCrs, NoGeometry, ProfileMismatch before the first row is read.
    """
    normaliser = Normaliser(profile, layer, source, layers, box)
    return map(normaliser.prepare, batches)


class Normaliser:
    """The rules of one import, put together once and applied to every batch."""

    def __init__(
        self,
        profile: Profile,
        layer: Layer,
        source: SourceLayer,
        layers: Mapping[str, Layer] | None = None,
        box: Box | None = None,
    ) -> None:
        profile.check(source)
        _check_layer(profile, layer)
        self.profile, self.layer, self.layers = profile, layer, layers or {}
        self.crs: SourceCrs = resolve(source, profile.crs, box)
        self.classifier = Classifier(layer, profile.scheme, self.layers)
        self.attributes = _attributes(profile, layer, source)
        self.headings = {target: column for column, target in profile.columns.items()}
        self._texts = _texts(profile, source, self.attributes)
        self._remarks = _remarks(source, self.crs)
        self._said: set[Code] = set()

    def prepare(self, rows: Rows) -> Prepared:
        """One batch."""
        batch = Batch(rows, self.profile, self.headings, self._texts)
        located = locate(rows, self.profile, self.crs, self.layer.geometry)
        code = batch.asset_codes()
        scheme, class_code, class_index = self.classifier.classify(batch, code)
        attributes, described = self._filled(batch)
        fields: dict[str, Any] = {
            "code": code, "external_key": batch.text("external_key", codes), "scheme": scheme, "class_code": class_code,
            "class_index": class_index, "name": batch.text("name"), "attributes": attributes, "described": described,
            "state": batch.converted("state", parse_state, Code.STATE_UNKNOWN), "manager": batch.text("manager"),
            "owner": batch.text("owner"), "maintainer": batch.text("maintainer"), "source": self._source(batch),
            "surveyed_on": batch.dates("surveyed_on"), "changed_on": batch.dates("changed_on"),
            "accuracy": batch.converted("accuracy", parse_accuracy, Code.ACCURACY_UNKNOWN),
        }  # fmt: skip
        problems = self._not_said_before(rows.problems + located.problems + batch.problems + self._remarks)
        return Prepared(
            rows=rows, layer=self.layer, geometry=located.geometry, placed=located.placed, headings=self.headings,
            problems=problems, **fields,
        )  # fmt: skip

    def identity(self, rows: Rows) -> tuple[pa.Array, pa.Array]:
        """Codes and keys of a batch, as `prepare` would have them."""
        named = {self.headings.get(field) for field in ("code", "external_key")}
        texts = {name: is_free for name, is_free in self._texts.items() if name in named}
        batch = Batch(rows, self.profile, self.headings, texts)
        return batch.asset_codes(), batch.text("external_key", codes)

    def _not_said_before(self, problems: list[Problem]) -> list[Problem]:
        """Without the remarks on the delivery as a whole that came with an earlier batch."""
        fresh = [p for p in problems if p.row is not None or p.code not in self._said]
        self._said |= {p.code for p in fresh if p.row is None}
        return fresh

    def _source(self, batch: Batch) -> pa.Array:
        """Where the row comes from; a word that is not on the list is kept and remarked."""
        source = batch.text("source")
        strange = pc.invert(pc.is_in(source, pa.array(sorted(SOURCES)))).to_numpy(zero_copy_only=False)
        strange &= source.is_valid().to_numpy(zero_copy_only=False)
        heading = self.headings.get("source", "")
        values = source.filter(pa.array(strange)).to_pylist()
        batch.problems += at(Code.SOURCE_UNKNOWN, batch.rows.numbers[strange], heading, values)
        return source

    def _filled(self, batch: Batch) -> tuple[pa.Array, pa.Array]:
        """All attributes as JSON text, and those alone that the layer's schema describes."""
        columns: list[tuple[str, pa.Array]] = []
        described: list[tuple[str, pa.Array]] = []
        for attribute in self.attributes:
            values, problems = typed(batch.column(attribute.column, ATTRIBUTE + attribute.name), attribute, batch.rows)
            batch.problems += problems
            columns.append((attribute.name, values))
            if attribute.described:
                described.append((attribute.name, values))
        count = len(batch.rows)
        return as_json(columns, count), as_json(described, count)


def _check_layer(profile: Profile, layer: Layer) -> None:
    """A profile of another layer, or of a scheme the layer does not have, would make every row an error."""
    if profile.layer != layer.code:
        raise ProfileMismatch("profile.of_other_layer", other=profile.layer, layer=layer.code)
    if profile.scheme is not None and profile.scheme not in layer.schemes:
        raise ProfileMismatch(
            "profile.scheme_unknown",
            layer=Name(layer.name_zh, layer.name_en),
            scheme=profile.scheme,
            names=list(layer.schemes),
        )


def _attributes(profile: Profile, layer: Layer, source: SourceLayer) -> list[Attribute]:
    """What fills the attributes: mapped columns, unmapped columns under their own names, constants."""
    described = properties_of(layer)
    found: dict[str, Attribute] = {}
    for target, column in [
        *((target, name) for name, target in profile.columns.items() if target.startswith(ATTRIBUTE)),
        *((ATTRIBUTE + name, name) for name in profile.kept(source)),
        *((target, "") for target in profile.constants if target.startswith(ATTRIBUTE)),
    ]:
        name = target.removeprefix(ATTRIBUTE)
        if name not in found:
            found[name] = Attribute(name, column, described.get(name, {}), profile.units.get(column, ""))
    return list(found.values())


def _texts(profile: Profile, source: SourceLayer, attributes: list[Attribute]) -> dict[str, bool]:
    """The columns whose text is kept, and whether people write there what they like."""
    free = {a.column for a in attributes if a.type in ("any", "string") and "enum" not in a.described}
    passed = {IGNORE, *POSITIONS}
    mapped = (name for name, target in profile.columns.items() if target not in passed)
    return {name: name in free for name in (*mapped, *profile.kept(source))}


def _remarks(source: SourceLayer, crs: SourceCrs) -> list[Problem]:
    remarks = []
    if "Z" in source.dimensions:
        remarks.append(Problem(Code.ELEVATION_DROPPED))
    if "M" in source.dimensions:
        remarks.append(Problem(Code.MEASURE_DROPPED))
    if crs.overridden:
        remarks.append(Problem(Code.CRS_OVERRIDDEN, value=crs.overridden, details={"crs": crs.name}))
    return remarks


STATE_WORDS = {word: state for state, words in STATES.items() for word in words.split()}


def parse_state(text: str) -> str:
    """The state a word stands for. Raises NotThis."""
    state = STATE_WORDS.get(half_width(text).lower())
    if state is None:
        raise NotThis(text)
    return state


def parse_accuracy(text: str) -> str:
    """A, B or C. Raises NotThis."""
    match = re.fullmatch(r"([ABC])\s*[级类等]?", half_width(text).upper())
    if match is None:
        raise NotThis(text)
    return match[1]
