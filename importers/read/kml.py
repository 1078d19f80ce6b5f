"""KML for GDAL, which lays the names of its <Data> flat: of 编号 and 类型 it makes one column ______, and keeps the last.

So it is shown a copy in which such names are spelt in letters that it leaves alone, and the columns get theirs back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory

CHUNK, LONGEST_TAG = 1 << 20, 1 << 22
MARK = "spelt_"
DATA = re.compile(r"""(<(?:\w+:)?Data\b[^<>]*?\bname\s*=\s*)(["'])(.*?)\2""")
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@contextmanager
def with_plain_names(path: Path) -> Iterator[Path]:
    """The file (UTF-8) itself where GDAL leaves all names alone, or a copy that lives as long as the context."""
    if not any(not PLAIN.fullmatch(found[3]) for piece in _pieces(path) for found in DATA.finditer(piece)):
        yield path
        return
    with TemporaryDirectory(prefix="chengji-") as folder:
        copy = Path(folder) / path.name
        with copy.open("w", encoding="utf-8", errors="surrogateescape", newline="") as target:
            target.writelines(DATA.sub(_spelt, piece) for piece in _pieces(path))
        yield copy


def true_name(column: str) -> str:
    """What the column is called in the file."""
    return bytes.fromhex(column.removeprefix(MARK)).decode() if column.startswith(MARK) else column


def _spelt(found: re.Match[str]) -> str:
    if PLAIN.fullmatch(found[3]):
        return found[0]
    return f'{found[1]}"{MARK}{unescape(found[3]).encode("utf-8", "replace").hex()}"'


def _pieces(path: Path) -> Iterator[str]:
    """The text in parts that end with a tag."""
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        rest = ""
        while chunk := file.read(CHUNK):
            rest += chunk
            end = rest.rfind(">") + 1 or (len(rest) if len(rest) > LONGEST_TAG else 0)
            yield rest[:end]
            rest = rest[end:]
        yield rest
