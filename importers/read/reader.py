"""Read: look into a delivery before loading it, then stream its rows. Which reader, the content decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from importers.errors import EmptyFile, SourceError, UnknownFormat
from importers.read.archive import Unpacked, unpacked
from importers.read.file_type import Format, file_type
from importers.records import BATCH_ROWS, Request, Rows, SourceLayer, choose

READERS = {
    Format.SHAPEFILE: "importers.read.formats.shapefile",
    Format.GEOPACKAGE: "importers.read.formats.features",
    Format.GEOJSON: "importers.read.formats.features",
    Format.GEOJSONSEQ: "importers.read.formats.features",
    Format.KML: "importers.read.formats.features",
    Format.FLATGEOBUF: "importers.read.formats.features",
    Format.GEODATABASE: "importers.read.formats.geodatabase",
    Format.DXF: "importers.read.formats.drawing",
    Format.MAPINFO: "importers.read.formats.mapinfo",
    Format.CSV: "importers.read.formats.delimited",
    Format.WORKBOOK: "importers.read.formats.workbook",
    Format.OLD_WORKBOOK: "importers.read.formats.workbook",
    Format.OPEN_WORKBOOK: "importers.read.formats.workbook",
    Format.GEOPARQUET: "importers.read.formats.geoparquet",
}
# Text that is laid beside the data in an archive, and is data only sometimes.
ASIDE = frozenset({".txt", ".json"})


class FormatReader(Protocol):
    """What every module in `importers.read.formats` offers."""

    def inspect(self, path: Path, request: Request) -> list[SourceLayer]:
        """The layers of a file."""

    def read(self, path: Path, request: Request) -> Iterator[Rows]:
        """The rows of one of them."""


def inspect(path: str | Path, encoding: str | None = None, header_row: int | None = None) -> list[SourceLayer]:
    """The layers, sheets or tables of a file, zipped or plain, with columns, encoding and coordinate system.

    Raises a SourceError that names what is wrong with the file as a whole.
    """
    request = Request(encoding=encoding, header_row=header_row)
    with _files(Path(path)) as files:
        return [offer.layer for offer in _offered(files, request)]


def read(
    path: str | Path,
    layer: str | None = None,
    encoding: str | None = None,
    batch_rows: int = BATCH_ROWS,
    header_row: int | None = None,
) -> Iterator[Rows]:
    """Stream the rows of one layer; `layer` may be left out where there is only one.

    Memory is bounded by `batch_rows`, not by the file (a workbook is the exception: it is read whole).
    Raises ChooseLayer, and SourceError as `inspect` does.
    """
    request = Request(layer, encoding, header_row, batch_rows)
    with _files(Path(path)) as files:
        if len(files) == 1:
            yield from files[0].reader.read(files[0].path, request)
            return
        offers = {offer.layer.name: offer for offer in _offered(files, request)}
        offer = offers[choose(list(offers), layer)]
        yield from offer.file.reader.read(offer.file.path, replace(request, layer=offer.name))


@dataclass(frozen=True, slots=True)
class _File:
    """A readable file; `folder` is where it lay inside an archive."""

    path: Path
    reader: FormatReader
    folder: str = ""


@dataclass(frozen=True, slots=True)
class _Offer:
    """A layer as it is offered, its name unique in the delivery, and what its own file calls it."""

    layer: SourceLayer
    file: _File
    name: str


@contextmanager
def _files(path: Path) -> Iterator[list[_File]]:
    """The readable files behind a path, each with its reader."""
    kind, main = file_type(path)
    if kind is not Format.ARCHIVE:
        yield [_File(main, _reader(kind))]
        return
    with unpacked(main) as files:
        yield list(_typed_files(files))


def _typed_files(files: list[Unpacked]) -> Iterator[_File]:
    """Files out of an archive. A text that is no data (a read-me) is passed over where there is anything else."""
    for file in files:
        try:
            kind, main = file_type(file.path)
        except UnknownFormat:
            if len(files) > 1 and file.path.suffix.lower() in ASIDE:
                continue
            raise
        yield _File(main, _reader(kind), file.folder)


def _reader(kind: Format) -> FormatReader:
    """Imported when needed: GDAL, Parquet and the workbook reader each cost a fifth of a second."""
    return cast(FormatReader, import_module(READERS[kind]))


@contextmanager
def file_of(
    path: Path, layer: str | None, encoding: str | None = None, header_row: int | None = None
) -> Iterator[tuple[Path, SourceLayer, FormatReader]]:
    """The file that holds a layer, unpacked for as long as the context lasts, what its reader tells of it, the reader.

    Raises ChooseLayer, and SourceError as `inspect` does.
    """
    request = Request(encoding=encoding, header_row=header_row)
    with _files(path) as files:
        offers = {offer.layer.name: offer for offer in _offered(files, request)}
        offer = offers[choose(list(offers), layer)]
        yield offer.file.path, replace(offer.layer, name=offer.name), offer.file.reader


def _offered(files: list[_File], request: Request) -> list[_Offer]:
    """The layers of all files, without files that hold none. Of two with one name each is called by its folder too."""
    found: list[_Offer] = []
    nothing: SourceError | None = None
    for file in files:
        try:
            found += [_Offer(layer, file, layer.name) for layer in file.reader.inspect(file.path, request)]
        except EmptyFile as error:
            nothing = error
        except UnknownFormat as error:
            nothing = error
            if file.path.suffix.lower() not in ASIDE:
                raise
    if not found and nothing is not None:
        raise nothing
    names = Counter(offer.name for offer in found)
    return [_apart(offer, found[:place]) if names[offer.name] > 1 else offer for place, offer in enumerate(found)]


def _apart(offer: _Offer, before: list[_Offer]) -> _Offer:
    """The same offer under a name of its own; a number settles what the folder does not."""
    folder = f"{offer.file.folder}/" if offer.file.folder not in ("", ".") else ""
    again = sum(o.name == offer.name and o.file.folder == offer.file.folder for o in before)
    name = f"{folder}{offer.name}" + (f" ({again + 1})" if again else "")
    return replace(offer, layer=replace(offer.layer, name=name))
