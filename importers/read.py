"""Read: look into a delivery before loading it, then stream its rows. Which reader, the content decides."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from importers.archive import unpacked
from importers.recognise import Format, recognise
from importers.source import BATCH_ROWS, Request, Rows, SourceLayer, choose

READERS = {
    Format.SHAPEFILE: "importers.formats.shapefile",
    Format.GEOPACKAGE: "importers.formats.features",
    Format.GEOJSON: "importers.formats.features",
    Format.KML: "importers.formats.features",
    Format.FLATGEOBUF: "importers.formats.features",
    Format.CSV: "importers.formats.delimited",
    Format.WORKBOOK: "importers.formats.workbook",
    Format.GEOPARQUET: "importers.formats.geoparquet",
}


class Reader(Protocol):
    """What every module in `importers.formats` offers."""

    def look(self, path: Path, request: Request) -> list[SourceLayer]:
        """The layers of a file."""

    def read(self, path: Path, request: Request) -> Iterator[Rows]:
        """The rows of one of them."""


def look(path: str | Path, encoding: str | None = None, header_row: int | None = None) -> list[SourceLayer]:
    """The layers, sheets or tables of a file, zipped or plain, with columns, encoding and coordinate system.

    Raises a SourceError that names what is wrong with the file as a whole.
    """
    request = Request(encoding=encoding, header_row=header_row)
    with _files(Path(path)) as files:
        return [layer for file, reader in files for layer in reader.look(file, request)]


def read(
    path: str | Path,
    layer: str | None = None,
    encoding: str | None = None,
    batch_rows: int = BATCH_ROWS,
    header_row: int | None = None,
) -> Iterator[Rows]:
    """Stream the rows of one layer; `layer` may be left out where there is only one.

    Memory is bounded by `batch_rows`, not by the file (a workbook is the exception: it is read whole).
    Raises ChooseLayer, and SourceError as `look` does.
    """
    request = Request(layer, encoding, header_row, batch_rows)
    with _files(Path(path)) as files:
        file, reader = files[0] if len(files) == 1 else _holding(files, request)
        yield from reader.read(file, request)


@contextmanager
def _files(path: Path) -> Iterator[list[tuple[Path, Reader]]]:
    """The readable files behind a path, each with its reader."""
    kind, main = recognise(path)
    if kind is not Format.ARCHIVE:
        yield [(main, _reader(kind))]
        return
    with unpacked(main) as files:
        yield [(file, _reader(kind)) for kind, file in map(recognise, files)]


def _reader(kind: Format) -> Reader:
    """Imported when needed: GDAL, Parquet and the workbook reader each cost a fifth of a second."""
    return cast(Reader, import_module(READERS[kind]))


def _holding(files: list[tuple[Path, Reader]], request: Request) -> tuple[Path, Reader]:
    """The file and reader of the layer asked for, in an archive of several files."""
    offered = [(file, reader, layer.name) for file, reader in files for layer in reader.look(file, request)]
    name = choose([name for _file, _reader, name in offered], request.layer)
    return next((file, reader) for file, reader, layer in offered if layer == name)


@contextmanager
def file_of(
    path: Path, layer: str | None, encoding: str | None = None, header_row: int | None = None
) -> Iterator[tuple[Path, SourceLayer, Reader]]:
    """The file that holds a layer, unpacked for as long as the context lasts, what its reader tells of it, the reader.

    Raises ChooseLayer, and SourceError as `look` does.
    """
    request = Request(encoding=encoding, header_row=header_row)
    with _files(path) as files:
        offered = [(file, told, reader) for file, reader in files for told in reader.look(file, request)]
        name = choose([told.name for _file, told, _reader_ in offered], layer)
        yield next(found for found in offered if found[1].name == name)
