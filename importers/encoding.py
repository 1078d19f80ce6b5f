"""Which encoding the text of a file is in, and why we think so.

What the file declares (.cpg, language byte) is tried first but not believed: GBK text declared as UTF-8, UTF-8 text
declared as GBK and everything declared as Latin-1 are daily deliveries, and two of the three decode without an error
into mojibake. So every answer must also look like text: nearly all of its non-ASCII characters must be common Han.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from importers.errors import UndecodableText
from importers.source import Encoding
from registry.language import _

COMMON_ENOUGH = 0.95
MOSTLY = 0.98
CHUNK = 1 << 20
LINES_PER_CHUNK = 200
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Names that are written into .cpg files but that Python does not know, or knows as too small a part of what is meant.
DECLARED_NAMES = {
    "65001": "utf-8", "utf8": "utf-8", "936": "gb18030", "cp936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030",
    "ansi936": "gb18030", "ms936": "gb18030", "88591": "iso-8859-1", "iso88591": "iso-8859-1", "ansi1252": "cp1252",
    "949": "cp949", "950": "cp950", "big5": "cp950", "932": "cp932", "sjis": "cp932",
}  # fmt: skip
# dBase language bytes that mean something; 0x57 ("ANSI") is what every writer puts there and means nothing.
LANGUAGE_BYTES = {0x4D: "gb18030", 0x7A: "gb18030", 0x4F: "cp950", 0x78: "cp950", 0x79: "cp949", 0x4E: "cp949"}


def codec_name(declared: str) -> str | None:
    """The Python codec for a declared name such as `936`, `GBK` or `ANSI 1252`; None when there is none."""
    short = re.sub(r"[^a-z0-9]", "", declared.lower())
    for name in (DECLARED_NAMES.get(short, declared.strip()), f"cp{short}"):
        try:
            return codecs.lookup(name).name
        except LookupError:
            continue
    return None


def chosen(name: str) -> Encoding:
    """The encoding that the operator asked for. Raises UndecodableText when there is no such encoding."""
    codec = codec_name(name)
    if codec is None:
        raise UndecodableText(_("没有名为“%(name)s”的编码", name=name), _("常用的是 UTF-8 与 GB18030。"))
    return Encoding(_label(codec), "option", _("按指定"))


def detect(pieces: Sequence[bytes], declared: str | None = None, basis: str = "cpg") -> Encoding:
    """The encoding of texts cut out of a file; the last character of a piece may be cut in half.

    `declared` is what the file says and `basis` where it says so. Raises UndecodableText when nothing fits.
    """
    pieces = [piece for piece in pieces if not piece.isascii()]
    codec = codec_name(declared) if declared else None
    if not pieces:
        return Encoding(_label(codec or "utf-8"), basis if codec else "content", _("全部是 ASCII 字符，任何编码都一样"))
    if codec and not _is_single_byte(codec) and _fits(pieces, codec):
        return Encoding(_label(codec), basis, _("与声明“%(declared)s”相符", declared=declared))
    for candidate in ("utf-8", "gb18030"):
        if _fits(pieces, candidate):
            return Encoding(_label(candidate), "content", _evidence(pieces, candidate, declared))
    if codec and _share_decoded(pieces, codec) == 1:
        return Encoding(_label(codec), basis, _("与声明“%(declared)s”相符", declared=declared))
    return _most_of_it(pieces, declared)


def _most_of_it(pieces: Sequence[bytes], declared: str | None) -> Encoding:
    """A file of mixed encodings: take the one of nearly all pieces, the rest become problems of their rows."""
    for candidate in ("utf-8", "gb18030"):
        decoded = [text for text in (_decoded(piece, candidate) for piece in pieces) if text is not None]
        if len(decoded) >= MOSTLY * len(pieces) and (candidate == "utf-8" or _common_share(decoded) >= COMMON_ENOUGH):
            rest = len(pieces) - len(decoded)
            evidence = _("%(total)s 段文字中有 %(rest)s 段不能解码", total=len(pieces), rest=rest)
            return Encoding(_label(candidate), "content", evidence)
    said = _("（声明为“%(declared)s”）", declared=declared) if declared else ""
    raise UndecodableText(
        _("文字既不是 UTF-8 也不是 GB18030%(said)s：%(sample)s", said=said, sample=repr(pieces[0][:40])),
        _("用 --encoding 指明编码，如 cp1252、big5、cp949。"),
    )


def detect_file(path: Path) -> Encoding:
    """The encoding of a text file, from its byte order mark or from non-ASCII lines picked all over it."""
    with path.open("rb") as file:
        start = file.read(4)
    for mark, codec in BYTE_ORDER_MARKS:
        if start.startswith(mark):
            return Encoding(codec.upper(), "bom", _("文件以字节序标记开头"))
    return detect(list(_lines_with_text(path)))


def decode(pieces: Iterable[bytes], codec: str) -> list[str]:
    """Decode many short texts at once; what cannot be decoded becomes U+FFFD, half a character at the end is dropped."""
    joined = b"\0".join(pieces).decode(codec, "replace")
    return [text.rstrip("\ufffd") if text.endswith("\ufffd") else text for text in joined.split("\0")]


def _lines_with_text(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        rest = b""
        while chunk := file.read(CHUNK):
            *lines, rest = (rest + chunk).split(b"\n")
            if not chunk.isascii():
                yield from [line for line in lines if not line.isascii()][:LINES_PER_CHUNK]
        yield rest


def _decoded(piece: bytes, codec: str) -> str | None:
    try:
        return codecs.getincrementaldecoder(codec)("strict").decode(piece, final=False)
    except UnicodeDecodeError:
        return None


def _share_decoded(pieces: Sequence[bytes], codec: str) -> float:
    return sum(_decoded(piece, codec) is not None for piece in pieces) / len(pieces)


def _fits(pieces: Sequence[bytes], codec: str) -> bool:
    """Every piece decodes, and the result looks like text that somebody meant."""
    texts = []
    for piece in pieces:
        if (text := _decoded(piece, codec)) is None:
            return False
        texts.append(text)
    if codec == "gb18030":
        return _common_share(texts) >= COMMON_ENOUGH
    return codec != "utf-8" or not _is_gbk_by_accident(pieces, texts)


def _is_gbk_by_accident(pieces: Sequence[bytes], texts: Sequence[str]) -> bool:
    """A few GBK characters are valid two-byte UTF-8 by chance; real UTF-8 of that kind has lone accented letters."""
    if any(char >= "\u0800" for text in texts for char in text):
        return False
    as_gbk = [_decoded(piece, "gb18030") for piece in pieces]
    whole = [text for text in as_gbk if text is not None]
    if len(whole) < len(pieces) or _common_share(whole) < COMMON_ENOUGH:
        return False
    runs = re.findall(r"[^\x00-\x7f]+", "\n".join(whole))
    return sum(map(len, runs)) >= 2 * len(runs)


def _common_share(texts: Iterable[str]) -> float:
    """Share of the non-ASCII characters that are in GB 2312, the 6,763 Han of daily use and their punctuation."""
    chars = [char for text in texts for char in text if char > "\x7f"]
    common = _common_characters()
    return sum(char in common for char in chars) / len(chars) if chars else 1.0


@cache
def _common_characters() -> frozenset[str]:
    pairs = (bytes((high, low)) for high in range(0xA1, 0xF8) for low in range(0xA1, 0xFF))
    return frozenset("".join(pair.decode("gb2312", "ignore") for pair in pairs))


def _is_single_byte(codec: str) -> bool:
    """Single-byte encodings decode anything, so that decoding proves nothing."""
    return len("é".encode(codec, "replace")) == len("中".encode(codec, "replace")) == 1


def _evidence(pieces: Sequence[bytes], codec: str, declared: str | None) -> str:
    text = _("%(total)s 段非 ASCII 文字都能按 %(codec)s 严格解码", total=len(pieces), codec=_label(codec))
    if declared and codec_name(declared) != codec:
        return _("%(text)s；声明的“%(declared)s”不符", text=text, declared=declared)
    return text


def _label(codec: str) -> str:
    return codec.upper()
