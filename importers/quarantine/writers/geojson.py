"""Features of a GeoJSON into another one: their text is copied as it stands, with the reason among the properties."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TextIO

from importers.encoding.detect import codec_name
from importers.profiles.column_names import QUARANTINE_REASON, QUARANTINE_ROW
from importers.quarantine.rows import QuarantinedRows

BLANK = " \t\r\n"
BETWEEN = BLANK + "\x1e,"
CHUNK = 1 << 20
DECODER = json.JSONDecoder(strict=False)
# GeoJSON calls them properties, ESRI's JSON attributes.
PROPERTIES = ("properties", "attributes")


class OtherJson(Exception):
    """The file is no list of features in the usual order; somebody else must write it."""


class Member(NamedTuple):
    """A member of an object, by where in the text its key begins, its value begins and ends."""

    key: str
    start: int
    value: int
    end: int


def write(path: Path, quarantined: QuarantinedRows, folder: Path) -> list[Path]:
    """The collection under the same name in `folder`: everything around the features as it was, and the waiting ones.

    Raises OtherJson for JSON that is not a FeatureCollection or one feature after another; what was written is no good.
    """
    target = folder / path.name
    codec = codec_name(quarantined.encoding) or quarantined.encoding
    with path.open(encoding=codec, errors="surrogateescape", newline="") as file:
        source = _Source(file)
        head = source.head()
        marker = "\x1e" if source.text.startswith("\x1e") else ""
        between, end = (",\n", "") if head else ("", "\n")
        with target.open("w", encoding=codec, errors="surrogateescape", newline="") as out:
            out.write(head)
            written = 0
            for number, feature in _quarantined(source, quarantined):
                lead = (between if written else "") if head else marker
                out.write(lead + with_reason(feature, quarantined.reasons[number], number) + end)
                written += 1
            for part in source.rest():
                out.write(part)
    if written != len(quarantined.reasons):  # GDAL counts them otherwise than we do
        raise OtherJson(path.name)
    return [target]


def with_reason(feature: str, reason: str, number: int) -> str:
    """The text of a feature with the reason among its properties; of one that waited before, the first number is kept."""
    properties = next((m for m in _members(feature, 0) if m.key in PROPERTIES), None)
    if properties is None:
        raise OtherJson(feature[:80])
    value = feature[properties.value : properties.end]
    own = list(_members(value, 0)) if value.startswith("{") else []
    kept = [value[m.start : m.end] for m in own if m.key != QUARANTINE_REASON]
    kept.append(_pair(QUARANTINE_REASON, reason))
    if all(m.key != QUARANTINE_ROW for m in own):
        kept.append(_pair(QUARANTINE_ROW, number))
    return feature[: properties.value] + "{" + ", ".join(kept) + "}" + feature[properties.end :]


def _quarantined(source: _Source, quarantined: QuarantinedRows) -> Iterator[tuple[int, str]]:
    number = 0
    while source.skip(BETWEEN) == "{":
        number += 1
        feature = source.value()
        if number in quarantined.reasons:
            yield number, feature


def _pair(key: str, value: str | int) -> str:
    return f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(value, ensure_ascii=False)}"


def _members(text: str, at: int) -> Iterator[Member]:
    """The members of the object that begins at `at`."""
    at = _skip(text, at + 1)
    while text[at : at + 1] == '"':
        start = at
        key, at = _key(text, at)
        end = DECODER.raw_decode(text, at)[1]
        yield Member(key, start, at, end)
        at = _skip(text, end, BLANK + ",")


def _key(text: str, at: int) -> tuple[str, int]:
    """The key that begins at `at`, and where its value begins."""
    key, at = DECODER.raw_decode(text, at)
    return str(key), _skip(text, at, BLANK + ":")


def _skip(text: str, at: int, blank: str = BLANK) -> int:
    while at < len(text) and text[at] in blank:
        at += 1
    return at


class _Source:
    """A file as far as it was read: `text[at:]` is what is still to be looked at."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.text, self.at = file.read(CHUNK), 0

    def head(self) -> str:
        """The text up to and with the bracket that opens the features; empty where one feature follows another."""
        at = _skip(self.text, 0, BETWEEN)
        if self.text[at : at + 1] != "{":
            raise OtherJson(self.text[:80])
        try:
            at, kind = _skip(self.text, at + 1), ""
            while self.text[at : at + 1] == '"':
                key, at = _key(self.text, at)
                if key == "features" and self.text[at : at + 1] == "[":
                    self.at = at + 1
                    return self.text[: self.at]
                value, at = DECODER.raw_decode(self.text, at)
                kind = value if key == "type" else kind
                at = _skip(self.text, at, BLANK + ",")
        except json.JSONDecodeError as error:
            raise OtherJson(str(error)) from error
        if kind != "Feature":
            raise OtherJson(kind)
        return ""

    def skip(self, blank: str) -> str:
        """The next character that is not blank, which is not passed; empty at the end of the file."""
        while True:
            self.at = _skip(self.text, self.at, blank)
            if self.at < len(self.text) or not self._more():
                return self.text[self.at : self.at + 1]

    def value(self) -> str:
        """The text of the value that begins here."""
        while True:
            try:
                end = DECODER.raw_decode(self.text, self.at)[1]
            except json.JSONDecodeError as error:
                if not self._more():
                    raise OtherJson(str(error)) from error
                continue
            found, self.at = self.text[self.at : end], end
            return found

    def _more(self) -> bool:
        """Read on, forgetting what was looked at; more each time, for features longer than a part. False at the end."""
        part = self._file.read(max(CHUNK, len(self.text) - self.at))
        self.text, self.at = self.text[self.at :] + part, 0
        return bool(part)

    def rest(self) -> Iterator[str]:
        """What is left of the file."""
        yield self.text[self.at :]
        while part := self._file.read(CHUNK):
            yield part
