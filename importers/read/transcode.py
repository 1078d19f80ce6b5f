"""Text files for programs that read nothing but UTF-8."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from importers.encoding.detect import codec_name
from importers.records import Encoding

CHUNK = 1 << 20
HEAD = 256


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
