"""Text files for programs that read nothing but UTF-8, and the lines of a text file that tell its encoding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from importers.encoding import codec_name
from importers.source import Encoding

CHUNK = 1 << 20
LINES_PER_CHUNK = 200
HEAD = 256


def lines_with_text(path: Path) -> Iterator[bytes]:
    """Lines that are not ASCII, picked all over the file."""
    with path.open("rb") as file:
        rest = b""
        while chunk := file.read(CHUNK):
            *lines, rest = (rest[-CHUNK:] + chunk).split(b"\n")
            if not chunk.isascii():
                yield from [line.rstrip(b"\r") for line in lines if not line.isascii()][:LINES_PER_CHUNK]
        yield rest[-CHUNK:]


@contextmanager
def in_utf8(path: Path, encoding: Encoding, edit: Callable[[str], str] | None = None) -> Iterator[Path]:
    """The file itself where it is UTF-8 and needs no edit, or a copy in UTF-8 that lives as long as the context.

    `edit` may change the first characters, which can hold a declaration of the encoding.
    """
    if codec_name(encoding.name) in ("utf-8", "utf-8-sig") and edit is None:
        yield path
        return
    with TemporaryDirectory(prefix="chengji-") as folder:
        copy = Path(folder) / path.name
        with (
            path.open(encoding=encoding.name, errors="replace", newline="") as source,
            copy.open("w", encoding="utf-8", newline="") as target,
        ):
            head = source.read(HEAD)
            target.write(edit(head) if edit is not None else head)
            while chunk := source.read(CHUNK):
                target.write(chunk)
        yield copy
