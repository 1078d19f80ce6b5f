"""Attributes of a layer: cells typed as the layer's JSON Schema says, and whole rows put together as JSON text."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from importers.cells import units
from importers.cells.numbers import (
    Converted,
    as_text,
    booleans,
    converted,
    half_width,
    has_doubtful_comma,
    has_wrong_unit,
    numbers,
)
from importers.problems.problem import Code, Problem, at
from importers.records import Rows
from registry.catalogue.layers import Layer


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute to fill: its name, what the schema says of it (empty for one of the supplier's own), its column."""

    name: str
    column: str
    described: Mapping[str, Any]
    unit: str = ""

    @property
    def type(self) -> str:
        """The JSON type to convert to; any for an attribute that the schema does not know."""
        kinds = self.described.get("type", "any")
        return next((k for k in kinds if k != "null"), "any") if isinstance(kinds, list) else str(kinds)


def properties_of(layer: Layer) -> dict[str, Mapping[str, Any]]:
    """The attributes that a layer or any of its classes describes."""
    described: dict[str, Mapping[str, Any]] = {}
    for schema in (*(c.schema for c in layer.classes if c.schema), layer.schema):
        described |= schema.get("properties", {})
    return described


def typed(column: pa.Array, attribute: Attribute, rows: Rows) -> tuple[pa.Array, list[Problem]]:
    """A column as the attribute's type, and problems for cells that are nothing of the kind."""
    if attribute.type in ("number", "integer"):
        return _number(column, attribute, rows)
    if attribute.type == "boolean":
        read = booleans(column)
        return read.values, _problems(Code.BOOLEAN_BAD, read, column, attribute, rows)
    if attribute.type == "string":
        text = as_text(column)
        return _listed(text, attribute.described["enum"]) if "enum" in attribute.described else text, []
    return column, []


def as_json(columns: Iterable[tuple[str, pa.Array]], count: int) -> pa.Array:
    """Rows as JSON objects, one text per row; a null cell leaves its name out. Built column by column."""
    # Not `null_handling="skip"`: Arrow 26 then leaves out a row in which everything is null, and the rest moves up.
    parts = [_fragment(name, column).fill_null("") for name, column in columns]
    if not parts:
        return pa.array(["{}"]).take(pa.array([0] * count, pa.int32()))
    body = pc.utf8_slice_codeunits(pc.binary_join_element_wise(*parts, ""), 1)
    return pc.binary_join_element_wise("{", body, "}", "")


def _number(column: pa.Array, attribute: Attribute, rows: Rows) -> tuple[pa.Array, list[Problem]]:
    unit = units.unit_of(attribute.name)
    text = column if pa.types.is_integer(column.type) or pa.types.is_floating(column.type) else as_text(column)
    read = numbers(text, attribute.unit, unit)
    problems: list[Problem] = []
    for position, value in _bad_cells(read, text):
        code = _why_no_number(str(value))
        details = {"unit": unit} if code is Code.UNIT_BAD else {}
        problems += at(code, [rows.numbers[position]], attribute.column, [value], **details)
    if attribute.type == "number":
        return read.values, problems
    whole = pc.equal(read.values, pc.round(read.values))
    broken = pc.invert(whole).fill_null(False).to_numpy(zero_copy_only=False)
    problems += at(Code.NUMBER_NOT_WHOLE, rows.numbers[broken], attribute.column, text.filter(broken).to_pylist())
    kept = pc.if_else(whole, read.values, pa.scalar(None, pa.float64()))
    return kept.cast(pa.int64()), problems


def _why_no_number(text: str) -> Code:
    if has_doubtful_comma(text):
        return Code.NUMBER_AMBIGUOUS
    return Code.UNIT_BAD if has_wrong_unit(text) else Code.NUMBER_BAD


def _bad_cells(read: Converted, column: pa.Array) -> Iterable[tuple[int, Any]]:
    places = read.bad.nonzero()[0]
    return zip(places.tolist(), column.take(pa.array(places)).to_pylist(), strict=True)


def _problems(code: Code, read: Converted, column: pa.Array, attribute: Attribute, rows: Rows) -> list[Problem]:
    values = column.filter(pa.array(read.bad)).to_pylist()
    return at(code, rows.numbers[read.bad], attribute.column, values)


def _listed(text: pa.Array, allowed: list[Any]) -> pa.Array:
    """Values of a list in the list's own spelling: Ⅱ is II. What is not on it stays, for validation to name."""
    spellings = {half_width(str(value)).upper(): str(value) for value in allowed}

    def spelled(value: str) -> str:
        return value if value in allowed else spellings.get(half_width(value).upper(), value)

    return converted(text, spelled, pa.string()).values


def _fragment(name: str, column: pa.Array) -> pa.Array:
    """`,"name":value` for each row, null where the cell is."""
    key = f",{orjson.dumps(name).decode()}:"
    if pa.types.is_integer(column.type) or pa.types.is_boolean(column.type):
        return pc.binary_join_element_wise(key, column.cast(pa.string()), "")
    coded = column.dictionary_encode()
    texts = [_dumped(key, value) for value in coded.dictionary.to_pylist()]
    return pa.array(texts, pa.string()).take(coded.indices)


def _dumped(key: str, value: Any) -> str | None:
    """One value as JSON; a whole number delivered as 12.0 is written 12, and NaN is nothing."""
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        value = int(value) if value.is_integer() and abs(value) < 1e15 else value
    return key + orjson.dumps(value, default=str).decode()
