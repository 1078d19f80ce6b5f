"""Validate: every prepared row is accepted, accepted with a warning, or quarantined with a reason. None is dropped."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from importers.cells.numbers import Mask
from importers.normalise.attributes import properties_of
from importers.normalise.normaliser import Prepared
from importers.problems.problem import Code, Problem, Severity, at, in_order
from importers.profiles.column_names import ATTRIBUTE
from importers.records import Box
from importers.validate.duplicates import FirstSeen, hashed
from importers.validate.geometry import ShapeCheck
from importers.validate.proximity import NearSeen
from registry.catalogue.layers import AssetClass, Layer
from registry.i18n import Name

CODE = r"^[0-9]{16}$"
DAMAGED_CODE = r"^[0-9](\.[0-9]+)?[eE]\+?1[0-9]$"
# So many codes that all end in 0 were rounded to 15 digits by a spreadsheet; by chance it is one in 10^10.
ENOUGH_TO_TELL = 10
LONGEST_NAME = 200
# What a JSON Schema keyword is called here, and which part of the error says what it wants.
KEYWORDS = {
    "required": (Code.ATTRIBUTE_REQUIRED, ""), "enum": (Code.VALUE_NOT_LISTED, "options"),
    "minimum": (Code.VALUE_OUT_OF_RANGE, "limit"), "exclusiveMinimum": (Code.VALUE_OUT_OF_RANGE, "limit"),
    "maximum": (Code.VALUE_OUT_OF_RANGE, "limit"), "exclusiveMaximum": (Code.VALUE_OUT_OF_RANGE, "limit"),
    "maxLength": (Code.VALUE_TOO_LONG, "limit"), "pattern": (Code.VALUE_PATTERN, "pattern"),
    "type": (Code.VALUE_TYPE, "types"),
}  # fmt: skip
SIGNS = {"minimum": "≥ ", "exclusiveMinimum": "> ", "maximum": "≤ ", "exclusiveMaximum": "< "}
TOLERANCE_M = {"A": 0.5, "B": 1.0, "C": 10.0}
CONTENT = ("scheme", "class_code", "name", "state", "manager", "owner", "maintainer", "surveyed_on", "changed_on", "source",
           "accuracy", "attributes")  # fmt: skip
REPETITIONS = frozenset({Code.ROW_REPEATED, Code.PLACE_REPEATED})
NAMES = ("name", "manager", "owner", "maintainer")


@dataclass(frozen=True, slots=True)
class Checked:
    """A prepared batch after all checks: geometries as they are stored, which rows go in, and every problem so far."""

    prepared: Prepared
    accepted: Mask
    problems: list[Problem]

    @property
    def has_problem(self) -> Mask:
        """Rows with an error or a warning, and those that another row repeats: without them it would pass unnoticed."""
        rows = [p.row for p in self.problems if p.row is not None]
        rows += [p.details["first"] for p in self.problems if p.code in REPETITIONS and p.details]
        return np.isin(self.prepared.row_number, np.array(rows, dtype=np.int64))

    @property
    def quarantined(self) -> Mask:
        """Rows that wait."""
        return ~self.accepted


def validate(
    batches: Iterable[Prepared], layer: Layer, district: str | None = None, box: Box | None = None
) -> Iterator[Checked]:
    """Check prepared batches of one delivery, in order, as a `Validator` does."""
    return map(Validator(layer, district, box).check, batches)


class Validator:
    """The checks of one delivery; remembers codes, keys and places from batch to batch.

    `district` is the six-digit code that asset codes must begin with, `box` and `outline` are the district's in degrees:
    a place further than 5 km from the box is an error, one further than 200 m from the outline a warning. Without them
    these checks are left out. `accepted` are the rows of which repairs are accepted, or True for all.
    """

    def __init__(
        self,
        layer: Layer,
        district: str | None = None,
        box: Box | None = None,
        outline: shapely.Geometry | None = None,
        accepted: Collection[int] | bool = False,
    ) -> None:
        self.layer, self.district = layer, district
        self._shapes = ShapeCheck(layer.geometry, box, outline, accepted)
        self._codes, self._keys, self._rows = FirstSeen(), FirstSeen(), FirstSeen()
        self._near = NearSeen(layer.geometry)
        self._class_names = pa.array([c.name_zh for c in layer.classes], pa.string())
        self._schemas = SchemaCheck(layer)
        self._today = date.today()
        self._codes_are_whole = False

    def seen(self, code: pa.Array, key: pa.Array, numbers: NDArray[np.int64]) -> Mask:
        """Remember codes and keys of rows that may not come to be checked; which of them repeat an earlier row's."""
        repeats = np.zeros(len(numbers), dtype=bool)
        repeats[self._codes.repeated(code, numbers)[0]] = True
        repeats[self._keys.repeated(key, numbers)[0]] = True
        self._codes_are_whole |= bool(_mask(pc.invert(pc.ends_with(code, "0"))).any())
        return repeats

    def check(self, prepared: Prepared) -> Checked:
        """One batch."""
        numbers = prepared.row_number
        geometry, problems = self._shapes.check(prepared.geometry, numbers, prepared.placed)
        problems += self._identity(prepared) + _names(prepared) + self._dates(prepared)
        problems += self._schemas.check(prepared)
        equal = self._rows_repeated(prepared)
        prepared = replace(prepared, geometry=geometry)
        problems = prepared.problems + problems
        bad = [p.row for p in problems if p.severity is Severity.ERROR and p.row is not None]
        accepted = ~np.isin(numbers, np.array(bad, dtype=np.int64))
        reported = {p.row for p in equal}
        equal += [p for p in self._places_repeated(prepared, accepted) if p.row not in reported]
        return Checked(prepared, accepted, in_order(problems + equal))

    def _identity(self, prepared: Prepared) -> list[Problem]:
        code, heading = prepared.code, prepared.headings.get("code", "")
        problems = self._codes_misshapen(prepared, heading)
        problems += _repeated(self._codes, code, prepared, Code.CODE_REPEATED, heading)
        key = prepared.external_key
        heading = prepared.headings.get("external_key", "")
        problems += _repeated(self._keys, key, prepared, Code.KEY_REPEATED, heading)
        if heading:
            nameless = _mask(pc.and_(key.is_null(), code.is_null()))
            problems += at(Code.KEY_MISSING, prepared.row_number[nameless], heading)
        return problems

    def _codes_misshapen(self, prepared: Prepared, heading: str) -> list[Problem]:
        code, numbers = prepared.code, prepared.row_number
        right = _mask(pc.match_substring_regex(code, CODE))
        damaged = _mask(pc.match_substring_regex(code, DAMAGED_CODE))
        if not self._codes_are_whole and right.sum() >= ENOUGH_TO_TELL and _mask(pc.ends_with(code, "0"))[right].all():
            damaged |= right
        malformed = _mask(code.is_valid()) & ~right & ~damaged
        problems = at(Code.CODE_DAMAGED, numbers[damaged], heading, _values(code, damaged))
        problems += at(Code.CODE_MALFORMED, numbers[malformed], heading, _values(code, malformed))
        if self.district is not None:
            of_other_district = right & ~_mask(pc.starts_with(code, self.district))
            values = _values(code, of_other_district)
            problems += at(
                Code.CODE_OF_OTHER_DISTRICT, numbers[of_other_district], heading, values, district=self.district
            )
        return problems + self._class_differs(prepared, right & ~damaged, heading)

    def _class_differs(self, prepared: Prepared, right: Mask, heading: str) -> list[Problem]:
        """Codes whose digits of class are those of another class than the row's own."""
        index = pa.array(prepared.class_index, mask=prepared.class_index < 0)
        expected = pa.array([c.number for c in self.layer.classes], pa.string()).take(index)
        four, five = (pc.utf8_slice_codeunits(prepared.code, 6, stop) for stop in (10, 11))
        same = pc.or_(pc.equal(four, expected), pc.equal(five, expected))
        differs = right & _mask(pc.invert(same))
        names = [_name_of(self.layer.classes[place]) for place in prepared.class_index[differs]]
        values = _values(prepared.code, differs)
        problems: list[Problem] = []
        for number, value, name in zip(prepared.row_number[differs], values, names, strict=True):
            problems += at(Code.CODE_CLASS_DIFFERS, [number], heading, [value], class_name=name)
        return problems

    def _rows_repeated(self, prepared: Prepared) -> list[Problem]:
        """Rows without code and key that are another row in everything. They go in: a pole may bear two lamps."""
        nameless = pc.and_(prepared.code.is_null(), prepared.external_key.is_null())
        if not pc.any(nameless).as_py():
            return []
        parts = [getattr(prepared, field).cast(pa.string()).fill_null("") for field in CONTENT]
        shapes = pa.array(shapely.to_wkb(prepared.geometry, hex=True), pa.string()).fill_null("")
        whole = pc.binary_join_element_wise(*parts, shapes, "\x1f")
        whole = pc.if_else(pc.and_(nameless, pa.array(prepared.placed)), whole, pa.scalar(None, pa.string()))
        places, first = self._rows.repeated(whole, prepared.row_number)
        problems: list[Problem] = []
        for place, row in zip(places, first, strict=True):
            problems += at(Code.ROW_REPEATED, [prepared.row_number[place]], first=int(row))
        return problems

    def _places_repeated(self, prepared: Prepared, accepted: Mask) -> list[Problem]:
        """Good rows that lie where an earlier good row of their class and name lies, as near as their accuracy can tell."""
        rows = accepted & (prepared.class_index >= 0)
        classes, numbers = prepared.class_index[rows], prepared.row_number[rows]
        names = prepared.name.filter(pa.array(rows))
        if names.null_count:
            names = pc.coalesce(names, self._class_names.take(pa.array(classes)))
        tolerance = _tolerance(prepared.accuracy.filter(pa.array(rows)))
        near = self._near.repeated(prepared.geometry[rows], classes, hashed(names), numbers, tolerance)
        problems: list[Problem] = []
        for place, row, metres in zip(near.places, near.first, near.metres, strict=True):
            problems += at(Code.PLACE_REPEATED, [numbers[place]], first=int(row), metres=f"{metres:.2f}")
        return problems

    def _dates(self, prepared: Prepared) -> list[Problem]:
        problems: list[Problem] = []
        for field in ("surveyed_on", "changed_on"):
            days = getattr(prepared, field)
            late = _mask(pc.greater(days, pa.scalar(self._today, pa.date32())))
            heading = prepared.headings.get(field, field)
            problems += at(Code.DATE_IN_FUTURE, prepared.row_number[late], heading, _values(days, late))
        reversed_ = _mask(pc.less(prepared.changed_on, prepared.surveyed_on))
        changed, surveyed = _values(prepared.changed_on, reversed_), _values(prepared.surveyed_on, reversed_)
        heading = prepared.headings.get("changed_on", "changed_on")
        for number, later, earlier in zip(prepared.row_number[reversed_], changed, surveyed, strict=True):
            problems += at(Code.DATES_REVERSED, [number], heading, [later], first=earlier)
        return problems


class SchemaCheck:
    """Attributes against the JSON Schema of the layer and of its classes; each distinct row of attributes once."""

    def __init__(self, layer: Layer) -> None:
        import jsonschema_rs

        self._layer = jsonschema_rs.validator_for(layer.schema)
        self._classes = {
            place: jsonschema_rs.validator_for(known.schema)
            for place, known in enumerate(layer.classes)
            if known.schema
        }
        # Unless further attributes are free, all of them must be seen, not only those described.
        schemas = [layer.schema, *(known.schema for known in layer.classes if known.schema)]
        self._closed = any(schema.get("additionalProperties", True) is not True for schema in schemas)
        self._titles = {name: described.get("title", name) for name, described in properties_of(layer).items()}

    def check(self, prepared: Prepared) -> list[Problem]:
        """Problems of all rows of a batch."""
        texts = prepared.attributes if self._closed else prepared.described
        places = np.arange(len(prepared))
        problems = self._against(self._layer, texts, places, prepared)
        for place, validator in self._classes.items():
            problems += self._against(validator, texts, places[prepared.class_index == place], prepared)
        return problems

    def _against(self, validator: Any, texts: pa.Array, places: Any, prepared: Prepared) -> list[Problem]:
        coded = texts.take(pa.array(places)).dictionary_encode()
        findings: dict[int, list[Problem]] = {}
        for number, text in enumerate(coded.dictionary.to_pylist()):
            row = orjson.loads(text)
            if not validator.is_valid(row):
                findings[number] = [self._finding(error, prepared) for error in validator.iter_errors(row)]
        if not findings:
            return []
        codes = coded.indices.to_numpy(zero_copy_only=False)
        bad = np.flatnonzero(np.isin(codes, list(findings)))
        numbers = prepared.row_number[places]
        return [replace(found, row=int(numbers[row])) for row in bad for found in findings[int(codes[row])]]

    def _finding(self, error: Any, prepared: Prepared) -> Problem:
        keyword = str(error.schema_path[-1]) if error.schema_path else ""
        name = str(error.instance_path[0]) if error.instance_path else getattr(error.kind, "property", "")
        heading = prepared.headings.get(ATTRIBUTE + name) or self._titles.get(name, name)
        code, expected = _reading(keyword, error)
        value = "" if code is Code.ATTRIBUTE_REQUIRED else error.instance
        return at(code, [0], heading, [value], expected=expected)[0]


def _reading(keyword: str, error: Any) -> tuple[Code, str | list[str]]:
    """The problem code for a JSON Schema keyword, and what the schema wants, in words or signs."""
    code, wanted = KEYWORDS.get(keyword, (Code.ATTRIBUTE_INVALID, ""))
    expected = getattr(error.kind, wanted, error.message) if wanted else error.message
    if isinstance(expected, list | tuple):
        return code, list(map(str, expected))
    return code, SIGNS.get(keyword, "") + str(expected)


def _name_of(kind: AssetClass) -> Name:
    return Name(kind.name_zh, kind.name_en)


def _tolerance(accuracy: pa.Array) -> NDArray[np.float64]:
    """How far apart two surveys of one asset may lie, in metres, by accuracy class; unsaid is A."""
    if accuracy.null_count == len(accuracy):
        return np.full(len(accuracy), TOLERANCE_M["A"])
    places = pc.index_in(accuracy, pa.array(list(TOLERANCE_M))).fill_null(0)
    found: NDArray[np.float64] = np.array(list(TOLERANCE_M.values()))[places.to_numpy(zero_copy_only=False)]
    return found


def _repeated(seen: FirstSeen, values: pa.Array, prepared: Prepared, code: Code, heading: str) -> list[Problem]:
    places, first = seen.repeated(values, prepared.row_number)
    problems: list[Problem] = []
    for place, value, row in zip(places, values.take(pa.array(places)).to_pylist(), first, strict=True):
        problems += at(code, [prepared.row_number[place]], heading, [value], first=int(row))
    return problems


def _names(prepared: Prepared) -> list[Problem]:
    problems: list[Problem] = []
    for field in NAMES:
        column = getattr(prepared, field)
        long = _mask(pc.greater(pc.utf8_length(column), LONGEST_NAME))
        heading = prepared.headings.get(field, field)
        values = _values(column, long)
        problems += at(Code.NAME_TOO_LONG, prepared.row_number[long], heading, values, limit=LONGEST_NAME)
    return problems


def _mask(flags: pa.Array) -> Mask:
    """An Arrow answer as a mask; unknown is no."""
    return np.asarray(flags.fill_null(False).to_numpy(zero_copy_only=False), dtype=bool)


def _values(column: pa.Array, mask: Mask) -> list[Any]:
    values: list[Any] = column.filter(pa.array(mask)).to_pylist()
    return values
