"""Which encoding the text of a file is in, and why we think so.

What the file declares (.cpg, language byte) is tried first but not believed: GBK text declared as UTF-8, UTF-8 text
declared as GBK and everything declared as Latin-1 are daily deliveries, and two of the three decode without an error
into mojibake. So every answer must also look like text that somebody wrote (`importers.encoding.plausibility`), and
where two do, the file's own word decides, or a person.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from importers.encoding.plausibility import is_chinese, is_latin, is_plausible
from importers.errors import UndecodableText
from importers.records import Encoding
from registry.i18n import N_, Words

MOSTLY = 0.98
# From here on characters take three bytes in UTF-8, which GBK text hardly ever imitates; so many of them it never does.
SURE_OF_UTF8, FEW = "\u0800", 4
UTF8_HAN = re.compile(rb"(?=[\x00-\x7f]*[\xe0-\xef])(?:[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2})+")
REPLACED = "\ufffd"
# Chance makes a quarter of all common Han characters of daily use.
ABOVE_CHANCE, MORE_THAN_HALF = 0.35, 0.7
CHUNK = 1 << 20
LINES_PER_CHUNK, LONGEST_PIECE = 200, 1 << 16
# Bytes that are part of no character of two or more bytes, be it UTF-8, GB18030, Big5 or another of East Asia.
SINGLE = (b" ", b",", b'"', b"\t", b";")
ALONE = re.compile(rb"[\n ,\"\t;]")
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
        raise UndecodableText("text.encoding_unknown", name=name)
    return Encoding(_label(codec), "option", Words(N_("按指定")))


def detect(pieces: Sequence[bytes], declared: str | None = None, basis: str = "cpg") -> Encoding:
    """The encoding of texts cut out of a file; the last character of a piece may be cut in half.

    `declared` is what the file says and `basis` where it says so. Raises UndecodableText when nothing fits, and when two
    encodings fit and the file does not say which.
    """
    pieces = [piece for piece in pieces if not piece.isascii()]
    codec = codec_name(declared) if declared else None
    if not pieces:
        ascii_only = Words(N_("全部是 ASCII 字符，任何文字编码都一样"))
        return Encoding(_label(codec or "utf-8"), basis if codec else "content", ascii_only)
    fitting = [name for name in dict.fromkeys(("utf-8", "gb18030", *([codec] if codec else []))) if fits(pieces, name)]
    best = _best(pieces, fitting, codec)
    if best is None and not fitting:
        return _most_of_it(pieces, declared)
    if best is None:
        raise _undecodable(pieces, declared, Words(N_("可能是 %(names)s"), {"names": list(map(_label, fitting))}))
    if best == codec:
        return Encoding(_label(best), basis, Words(N_("与声明“%(declared)s”相符"), {"declared": declared}))
    return Encoding(_label(best), "content", _evidence(pieces, best, declared))


def fits(pieces: Sequence[bytes], codec: str) -> bool:
    """Every piece decodes, and the result looks like text that somebody meant."""
    texts = []
    for piece in pieces:
        if (text := _decoded(piece, codec)) is None:
            return False
        texts.append(text)
    if codec == "utf-8":
        return (
            any(char >= SURE_OF_UTF8 for text in texts for char in text)
            or is_latin(texts)
            or not is_chinese([text for piece in pieces if (text := _decoded(piece, "gb18030")) is not None])
        )
    return is_plausible(texts, codec)


def belongs(pieces: Sequence[bytes], name: str) -> bool:
    """Whether the text of one column may be in the encoding that the rest of its file is in.

    Milder than `fits`, because the file vouches for it: rare names may be rare, and a few cells may be damaged.
    """
    codec = codec_name(name) or name
    whole = [text for piece in pieces if not _is_other(piece, codec) and (text := _decoded(piece, codec)) is not None]
    if len(whole) < MOSTLY * len(pieces):
        return False
    if codec == "utf-8" or len(whole) < FEW:
        return codec == "utf-8" or not fits(pieces, "utf-8")
    return codec != "gb18030" or is_chinese(whole, ABOVE_CHANCE, MORE_THAN_HALF)


def _best(pieces: Sequence[bytes], fitting: list[str], declared: str | None) -> str | None:
    """One of several that fit: UTF-8 where its reading is Chinese too, else the declared one; None where nobody can say."""
    if len(fitting) < 2:
        return fitting[0] if fitting else None
    if "utf-8" in fitting:
        texts = [text for piece in pieces if (text := _decoded(piece, "utf-8")) is not None]
        characters = [char for text in texts for char in text if char > "\x7f"]
        if is_latin(texts) or (len(characters) >= FEW and max(characters) >= SURE_OF_UTF8) or is_chinese(texts):
            return "utf-8"
        return declared if declared in fitting else None
    return None


def _most_of_it(pieces: Sequence[bytes], declared: str | None) -> Encoding:
    """A file of mixed encodings: take the one of nearly all pieces, the rest become problems of their rows."""
    for candidate in ("utf-8", "gb18030"):
        whole = [
            piece for piece in pieces if _decoded(piece, candidate) is not None and not _is_other(piece, candidate)
        ]
        if MOSTLY * len(pieces) <= len(whole) and fits(whole, candidate):
            rest = len(pieces) - len(whole)
            evidence = Words(N_("%(total)s 段文字中有 %(rest)s 段不能解码"), {"total": len(pieces), "rest": rest})
            return Encoding(_label(candidate), "content", evidence)
    raise _undecodable(pieces, declared, Words(N_("既不是 UTF-8 也不是 GB18030")))


def _undecodable(pieces: Sequence[bytes], declared: str | None, what: Words) -> UndecodableText:
    said = Words(N_("（声明为“%(declared)s”）"), {"declared": declared}) if declared else ""
    return UndecodableText("text.undecodable", what=what, said=said, sample=repr(pieces[0][:40]))


def detect_file(path: Path) -> Encoding:
    """The encoding of a text file, from its byte order mark or from non-ASCII lines picked all over it.

    Raises UndecodableText also where lines of another encoding stand between those of GB18030: nobody would see them.
    """
    with path.open("rb") as file:
        start = file.read(4)
    for mark, codec in BYTE_ORDER_MARKS:
        if start.startswith(mark):
            return Encoding(codec.upper(), "bom", Words(N_("文件以字节序标记开头")))
    found = detect(list(lines_with_text(path)))
    refuse_mixed(path, found)
    return found


def is_utf8(path: Path) -> bool:
    """Whether nothing in a text file, as far as samples from all over it tell, is other than UTF-8."""
    return all(_decoded(piece, "utf-8") is not None for piece in lines_with_text(path))


def refuse_mixed(path: Path, encoding: Encoding) -> None:
    """Raises UndecodableText where lines of UTF-8 stand in a text file of GB18030: they decode into other characters."""
    if encoding.name != "GB18030":
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if _is_other(line, "gb18030"):
                raise UndecodableText("text.encodings_mixed", line=number, sample=repr(line[:40]))


def decode(pieces: Iterable[bytes], codec: str, full: int = 0) -> list[str]:
    """Decode many short texts at once; what cannot be decoded becomes U+FFFD.

    Half a character at the end is dropped where the piece has at least `full` bytes: there it was cut off.
    A piece of UTF-8 in the midst of GB18030 decodes without an error into other characters: it becomes U+FFFD whole.
    """
    sampled = list(pieces)
    texts = b"\0".join(sampled).decode(codec, "replace").split("\0")
    for place, text in enumerate(texts):
        if text.endswith(REPLACED) and len(sampled[place]) >= full and _decoded(sampled[place], codec) is not None:
            texts[place] = text[:-1]
    if codec_name(codec) == "gb18030":
        return [REPLACED if _is_other(piece, "gb18030") else text for piece, text in zip(sampled, texts, strict=True)]
    return texts


def _is_other(piece: bytes, codec: str) -> bool:
    """Whether a piece amid GB18030 is UTF-8: it is so throughout, and read as GB18030 it is no text."""
    if codec != "gb18030" or not UTF8_HAN.fullmatch(piece):
        return False
    return not is_chinese([_decoded(piece, "gb18030") or REPLACED])


def lines_with_text(path: Path) -> Iterator[bytes]:
    """The beginnings of lines that are not ASCII, picked all over a text file, in one pass.

    Of a line longer than `CHUNK` several pieces are told, each from a byte on that is part of no longer character in any
    encoding. The last character of a piece may be cut in half.
    """
    with path.open("rb") as file:
        rest, is_cut = b"", False
        while chunk := file.read(CHUNK):
            if is_cut:
                found = ALONE.search(chunk)
                if found is None:
                    continue
                chunk = chunk[found.start() :]
            *lines, rest = (rest + chunk).split(b"\n")
            end = max(map(rest.rfind, SINGLE)) + 1 if len(rest) > CHUNK else 0
            is_cut = len(rest) > CHUNK and not end
            if end or is_cut:
                lines, rest = [*lines, rest[: end or None]], rest[end:] if end else b""
            yield from [line[:LONGEST_PIECE].rstrip(b"\r") for line in lines if not line.isascii()][:LINES_PER_CHUNK]
        yield rest[:LONGEST_PIECE]


def _decoded(piece: bytes, codec: str) -> str | None:
    try:
        return codecs.getincrementaldecoder(codec)("strict").decode(piece, final=False)
    except UnicodeDecodeError:
        return None


def _evidence(pieces: Sequence[bytes], codec: str, declared: str | None) -> Words:
    values = {"total": len(pieces), "codec": _label(codec)}
    text = Words(N_("%(total)s 段非 ASCII 文字都能按 %(codec)s 严格解码"), values)
    if declared and codec_name(declared) != codec:
        return Words(N_("%(text)s；声明的“%(declared)s”不符"), {"text": text, "declared": declared})
    return text


def _label(codec: str) -> str:
    return codec.upper()
