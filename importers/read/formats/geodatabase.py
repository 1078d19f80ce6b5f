"""File Geodatabases: layers by GDAL, coded values as the words that their domains give them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from importers.cells.numbers import as_text
from importers.errors import DamagedFile
from importers.read import gdal
from importers.read.file_type import Format
from importers.read.gdal_layers import layer_of, rows_of
from importers.records import SAMPLE_ROWS, Encoding, Request, Rows, SourceLayer, choose
from registry.i18n import N_, Words

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# The catalogue of a geodatabase: what there is in it, each described in XML.
CATALOGUE = "GDB_Items"
Meanings = dict[str, str]


def inspect(path: Path, request: Request) -> list[SourceLayer]:  # noqa: ARG001 - every reader is called alike
    """All feature classes and tables. Raises DamagedFile."""
    domains = _domains(path)
    return [_layer(path, layer, domains.get(layer.name, {})) for layer in gdal.layers(path)]


def read(path: Path, request: Request) -> Iterator[Rows]:
    """Rows in batches, numbered by OBJECTID, as ArcGIS shows it."""
    layer = request.layer or choose(gdal.layer_names(path), None)
    return _rows(path, layer, request.batch_rows, _domains(path).get(layer, {}))


def _layer(path: Path, layer: gdal.GdalLayer, domains: dict[str, Meanings]) -> SourceLayer:
    first = next(_rows(path, layer.name, SAMPLE_ROWS, domains), None)
    return layer_of(layer, first, Format.GEODATABASE, _encoding())


def _encoding() -> Encoding:
    return Encoding("UTF-8", "format", Words(N_("该格式规定为 UTF-8")))


def _rows(path: Path, layer: str, batch_rows: int, domains: dict[str, Meanings]) -> Iterator[Rows]:
    for batch in gdal.features(path, layer, batch_rows):
        rows = rows_of(batch, batch.ids, _encoding())
        for name in rows.columns.keys() & domains.keys():
            rows.columns[name] = _in_words(rows.columns[name], domains[name])
        yield rows


def _in_words(column: pa.Array, words: Meanings) -> pa.Array:
    """Codes as the words of their domain; a code that is not in it stays, for a person to see."""
    codes = as_text(column)
    places = pc.index_in(codes, pa.array(list(words), pa.string()))
    return pc.coalesce(pa.array(list(words.values()), pa.string()).take(places), codes)


def _domains(path: Path) -> dict[str, dict[str, Meanings]]:
    """Layer, field, code: word. Empty for the geodatabases before version 10, whose catalogue is another."""
    try:
        items = [batch.columns for batch in gdal.features(path, CATALOGUE, 10_000, LIST_ALL_TABLES="YES")]
    except DamagedFile:
        return {}
    if not all({"Name", "Definition"} <= columns.keys() for columns in items):
        return {}
    names = [name for columns in items for name in columns["Name"].to_pylist()]
    texts = [text for columns in items for text in columns["Definition"].to_pylist()]
    described = [(name, root) for name, text in zip(names, texts, strict=True) if (root := _parsed(text)) is not None]
    words = {root.findtext("DomainName"): _coded(root) for _name, root in described if root.tag.endswith(CODED)}
    used: dict[str, dict[str, Meanings]] = {}
    for name, root in described:
        fields = ((f.findtext("Name") or "", words.get(f.findtext("DomainName"))) for f in root.iter("GPFieldInfoEx"))
        used[str(name)] = {field: known for field, known in fields if known}
    return used


CODED = ("GPCodedValueDomain", "GPCodedValueDomain2")


def _parsed(text: str | None) -> Element | None:
    from xml.etree import ElementTree

    if not text or "<!DOCTYPE" in text or "<!ENTITY" in text:
        return None
    try:
        return ElementTree.fromstring(text)  # noqa: S314 - without a DOCTYPE there is nothing to expand
    except ElementTree.ParseError:
        return None


def _coded(root: Element) -> Meanings:
    pairs = ((value.findtext("Code"), value.findtext("Name")) for value in root.iter("CodedValue"))
    return {_plain_code(code): name for code, name in pairs if code and name}


def _plain_code(code: str) -> str:
    """A code as the cells have it: 1.0 in the description of a whole number is 1."""
    return str(int(float(code))) if code.endswith(".0") and code[:-2].isdigit() else code
