"""Quarantine: the rows that wait, in a file of the supplier's own format, each with its reason; corrected, it imports again."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from importers.checksum import sha256_of
from importers.problems.codes import Severity
from importers.quarantine.rows import Finding, QuarantinedRows, reason, short
from importers.quarantine.writers import features, geojson, plain_rows
from importers.read.file_type import Format
from importers.read.reader import FormatReader, file_of
from importers.records import Request, SourceLayer
from registry.access.scope import Scope
from registry.changes import change_sets
from registry.errors import Conflict, Invalid
from registry.i18n import _

# What is copied as the file has it. Other formats go through GDAL, feature by feature.
COPYING = {
    Format.SHAPEFILE: "importers.quarantine.writers.shapefile",
    Format.CSV: "importers.quarantine.writers.delimited",
    Format.WORKBOOK: "importers.quarantine.writers.workbook",
    Format.OLD_WORKBOOK: "importers.quarantine.writers.workbook",
    Format.OPEN_WORKBOOK: "importers.quarantine.writers.workbook",
    Format.GEOPARQUET: "importers.quarantine.writers.geoparquet",
    Format.GEOJSON: "importers.quarantine.writers.geojson",
}
OLD_WORKBOOKS = (Format.OLD_WORKBOOK, Format.OPEN_WORKBOOK)
WITH_HEADING = (Format.CSV, Format.WORKBOOK, *OLD_WORKBOOKS)
READ_ONLY = ("DXF", "FileGDB")


@dataclass(frozen=True, slots=True)
class Quarantine:
    """The file that was written: where, of what format, how many rows; `remark` says so where the format is another."""

    path: Path
    format: str
    rows: int
    remark: str = ""


def write_quarantine(
    source: Path,
    layer: str | SourceLayer | None,
    rows: Mapping[int, Sequence[Finding]],
    folder: Path,
    encoding: str | None = None,
    header_row: int | None = None,
) -> Quarantine:
    """Read the delivered file again and write these rows of a layer, unchanged, with two columns for reason and number.

    `rows` are row numbers as the import told them, each with what is wrong: problems, or mappings with `code`, `field`,
    `value` and `details` as `registry.problem` keeps them. `encoding` and `header_row` are those the file was read with.
    A format of several parts, and what came in a zip, goes into a zip. Text, encoding, order and names of columns,
    coordinates and their system stay. Raises Invalid without rows, and SourceError as `read` does.
    """
    if not rows:
        raise Invalid("quarantine.empty")
    name = layer.name if isinstance(layer, SourceLayer) else layer
    with file_of(source, name, encoding, header_row) as (file, inspected, reader), TemporaryDirectory() as made:
        quarantined = _quarantined(file, inspected, reader, rows, header_row)
        parts = _write(file, inspected, reader, quarantined, Path(made))
        stem = _("%(name)s_待修", name=source.stem)
        if len(parts) > 1 or _is_archive(source, file):
            path = _zipped(parts, folder / f"{stem}.zip")
        else:
            path = folder / f"{stem}{parts[0].suffix}"
            shutil.move(parts[0], path)
        written = _written_format(inspected, parts)
        return Quarantine(path, written, len(rows), _remark(file, written) if written != inspected.format else "")


def quarantine_of(
    connection: psycopg.Connection[Any], scope: Scope, change_set: int, file: Path, folder: Path
) -> Quarantine:
    """The rows of an import that wait, from the file that was imported, by what the register keeps of it.

    Raises NotFound for a change set out of scope, Conflict for another file, Invalid where no row waits.
    """
    stored = change_sets.read(connection, scope, change_set)
    source, found = stored["source"], sha256_of(file)
    if found and found != source.get("sha256"):
        raise Conflict("quarantine.other_file", name=file.name, id=change_set)
    rows: dict[int, list[dict[str, Any]]] = {}
    for problem in stored["problems"]:
        if problem["severity"] == Severity.ERROR and problem["row"] is not None:
            rows.setdefault(problem["row"], []).append(problem)
    encoding = source.get("encoding") or {}
    asked = encoding.get("name") if encoding.get("basis") == "option" else None
    return write_quarantine(file, source.get("layer"), rows, folder, asked, source.get("header_row"))


def _quarantined(
    file: Path,
    inspected: SourceLayer,
    reader: FormatReader,
    rows: Mapping[int, Sequence[Finding]],
    header_row: int | None,
) -> QuarantinedRows:
    first = 1
    if inspected.format in WITH_HEADING:
        head = next(reader.read(file, Request(inspected.name, inspected.encoding.name, header_row, batch_rows=1)), None)
        if head is None:
            raise Invalid("quarantine.empty")
        first = int(head.numbers[0])
    reasons = {number: reason(findings) for number, findings in rows.items()}
    codes = {number: short(findings) for number, findings in rows.items()}
    return QuarantinedRows(inspected.name, reasons, codes, inspected.encoding.name, inspected.header_row, first)


def _write(
    file: Path, inspected: SourceLayer, reader: FormatReader, quarantined: QuarantinedRows, folder: Path
) -> list[Path]:
    if inspected.format in READ_ONLY or inspected.format == Format.MAPINFO:
        batches = reader.read(file, Request(inspected.name, inspected.encoding.name))
        suffix = file.suffix.lower() if inspected.format == Format.MAPINFO else ".gpkg"
        return plain_rows.write(batches, inspected.crs.text, quarantined, folder / f"{file.stem}{suffix}")
    module = COPYING.get(Format(inspected.format))
    if module is None:
        return features.write(file, quarantined, folder)
    try:
        written: list[Path] = import_module(module).write(file, quarantined, folder)
        return written
    except geojson.OtherJson:
        return features.write(file, quarantined, folder)


def _is_archive(source: Path, file: Path) -> bool:
    return file.parent != source.parent and source.is_file()


def _zipped(parts: list[Path], path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts:
            archive.write(part, part.name)
    return path


def _written_format(inspected: SourceLayer, parts: list[Path]) -> str:
    if inspected.format in OLD_WORKBOOKS:
        return str(Format.WORKBOOK)
    became_package = inspected.format in READ_ONLY or (
        inspected.format == Format.MAPINFO and parts[0].suffix == ".gpkg"
    )
    return str(Format.GEOPACKAGE) if became_package else str(inspected.format)


def _remark(file: Path, written: str) -> str:
    return _(
        "%(format)s 不能写回，待修的行已写成 %(other)s；改好后按原方案上传即可。",
        format=file.suffix.lstrip(".").upper(), other=written,
    )  # fmt: skip
