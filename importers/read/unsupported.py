"""Kinds of file that people send and that are not read: named all the same, to say what to do instead."""

from __future__ import annotations

from importers.errors import UnknownFormat
from registry.i18n import N_, Words

STARTS = (
    (b"%PDF", "PDF"), (b"AC10", "DWG"), (b"\xff\xd8\xff", "JPEG"), (b"\x89PNG", "PNG"), (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7-Zip"), (b"\x1f\x8b", "gzip"), (b"GIF8", "GIF"), (b"II*\0", "TIFF"), (b"MM\0*", "TIFF"),
    (b"AutoCAD Binary DXF", N_("二进制 DXF")), (b"BZh", "bzip2"), (b"\xfd7zXZ", "xz"), (b"RIFF", "WebP"),
)  # fmt: skip
# These two would make GDAL open other files, or run commands.
VRT, STREAMED = b"<ogrvrtdatasource", b"gdal_streamed_alg"
MARKUP = (
    (b"<html", "HTML"), (b"<!doctype html", "HTML"), (b"<table", "HTML"), (b"<gpx", "GPX"),
    (b"urn:schemas-microsoft-com:office:spreadsheet", "XML Spreadsheet"), (b"wfs", "WFS"), (b"gml", "GML"),
)  # fmt: skip
BINARY = N_("二进制文件")
HTML_OR_XML = N_("若由网页系统导出，请在 Excel 中打开后另存为 XLSX。")
UNPACK = N_("请解开后用 zip 格式重新压缩。")
PICTURE = N_("照片只能作为资产的附件；请提供带坐标的表格或图层。")
REMEDIES = {
    "DWG": N_("请在制图软件中另存为 DXF（2007 及以后的文本格式）。"),
    "二进制 DXF": N_("请另存为文本格式的 DXF。"),
    "PDF": N_("请提供制作该 PDF 的原始数据。"),
    "DOCX": N_("请把其中的表格另存为 XLSX。"),
    "XLSB": N_("请在 Excel 中另存为 XLSX。"),
    "RAR": UNPACK, "7-Zip": UNPACK, "gzip": UNPACK, "bzip2": UNPACK, "xz": UNPACK,
    "JPEG": PICTURE, "PNG": PICTURE, "GIF": PICTURE, "TIFF": PICTURE, "WebP": PICTURE,
    "HTML": HTML_OR_XML, "XML Spreadsheet": HTML_OR_XML,
    "GML": N_("请在 QGIS 中打开后导出为 GeoPackage。"),
    "WFS": N_("请在 QGIS 中打开后导出为 GeoPackage。"),
    "GPX": N_("请在 QGIS 中打开后导出为 GeoPackage。"),
}  # fmt: skip


def unsupported_start(head: bytes) -> str | None:
    """The name of an unsupported kind that the first bytes betray."""
    return next((name for start, name in STARTS if head.startswith(start)), None)


def unsupported_text(start: bytes) -> str | None:
    """The name of an unsupported kind of text, from its beginning; None for JSON, KML and what is no mark-up."""
    low = start.lower()
    if low[:1] in (b"{", b"["):
        return "GDAL GDALG" if STREAMED in low else None
    if low[:1] != b"<":
        return None
    if VRT in low:
        return "GDAL VRT"
    if b"<kml" in low or b":kml" in low:
        return None
    return next((name for word, name in MARKUP if word in low), "XML")


def unsupported(file: str, kind: str) -> UnknownFormat:
    """The refusal of a file of such a kind, with what to do."""
    remedy = REMEDIES.get(kind)
    if remedy is None:
        return UnknownFormat("file.kind_foreign", name=file, kind=Words(kind))
    return UnknownFormat("file.kind_to_convert", name=file, kind=Words(kind), remedy=Words(remedy))
