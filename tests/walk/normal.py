"""Answers without what differs from one day, machine or draw to the next; nothing else is taken away.

Moments keep their form (`2026-11-30 17:44` becomes `dddd-dd-dd dd:dd`) and only those of the day of the walk go: a date that
was delivered stays. Tokens become a word that says what stood there. White space between words counts as one; where there is
none, none is added.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import escape
from html.parser import HTMLParser
from typing import Any

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
CLOCK = r"(?:(?P<sep>[ T]|, | at )(?P<hm>\d\d?:\d\d)(?P<s>:\d\d)?(?P<f>\.\d+)?)?"
VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
VERBATIM = frozenset({"script", "style", "pre", "textarea"})
TOKENS: tuple[tuple[str, str], ...] = (
    (r"\bIm?[A-Za-z0-9_-]{40,}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27}", "<csrf>"),
    (r"(?<=nonce-)[A-Za-z0-9_-]{22}(?=')", "<nonce>"),
    (r'(?<=nonce=")[A-Za-z0-9_-]{22}(?=")', "<nonce>"),
    (r"(?<=/static/build/)([\w.]+?)-[A-Z0-9]{8}(?=\.\w+)", r"\1-<build>"),
    (r'(?<="request":")[0-9a-f]{12}(?=")', "<request>"),
    (r"(?<=编号 )[0-9a-f]{12}\b", "<request>"),
    (r"(?<=number )[0-9a-f]{12}\b", "<request>"),
)
DRAWN = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


class Normal:
    """How texts of one walk are made comparable. `words` are places and numbers of this walk, longest first."""

    def __init__(self, began: datetime) -> None:
        self._words: list[tuple[str, str]] = []
        days = {(began.astimezone(UTC) + timedelta(days=n)).date() for n in (-1, 0, 1)}
        forms = [form for day in sorted(days) for form in _spelled(day)]
        self._moment = re.compile(rf"(?<!\d)(?P<day>{'|'.join(map(re.escape, forms))}){CLOCK}")

    def say(self, word: str, instead: str) -> None:
        """From now on `instead` stands where `word` stood."""
        self._words.append((word, instead))
        self._words.sort(key=lambda pair: -len(pair[0]))

    def text(self, text: str) -> str:
        """Any text, its lines kept."""
        for word, instead in self._words:
            text = text.replace(word, instead)
        for pattern, instead in TOKENS:
            text = re.sub(pattern, instead, text)
        text = self._moment.sub(_shape_of_moment, text)
        return _numbered(text)

    def json(self, body: bytes | str) -> str:
        """JSON, a value to a line; the order of keys is kept, since somebody may read it."""
        try:
            payload = json.loads(body)
        except ValueError:
            return self.text(body if isinstance(body, str) else body.decode("utf-8", "backslashreplace"))
        return self.text(json.dumps(payload, ensure_ascii=False, indent=1))

    def html(self, body: str) -> str:
        """A tag or a text to a line, attributes in order of their names. `␠` marks white space at the edge of a text."""
        reader = _Lines()
        reader.feed(body)
        reader.close()
        return self.text("\n".join(reader.lines))


def _spelled(day: Any) -> list[str]:
    y, m, d = day.year, day.month, day.day
    return [
        f"{y}-{m:02}-{d:02}", f"{y}/{m:02}/{d:02}", f"{y}/{m}/{d}", f"{y}年{m}月{d}日", f"{y}{m:02}{d:02}",
        f"{MONTHS[m - 1]} {d}, {y}", f"{d} {MONTHS[m - 1]} {y}", f"{m}/{d}/{y % 100}",
    ]  # fmt: skip


def _shape_of_moment(found: re.Match[str]) -> str:
    day = re.sub(r"\d+", lambda n: "d" * min(len(n[0]), 8) if len(n[0]) > 2 else "dd", found["day"])
    for month in MONTHS:
        day = day.replace(month, "mmm")
    clock = (found["sep"] or "") + ("dd:dd" if found["hm"] else "") + (":dd" if found["s"] else "")
    return day + clock + (".f" if found["f"] else "")


def _numbered(text: str) -> str:
    """Names drawn by chance, by the order in which they come: which is which still shows."""
    known: dict[str, str] = {}
    return DRAWN.sub(lambda found: known.setdefault(found[0], f"<drawn {len(known) + 1}>"), text)


class _Lines(HTMLParser):
    """HTML as lines, indented by depth of nothing: a moved tag is a moved line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = "".join(
            f' {n}="{escape(v)}"' if v is not None else f" {n}" for n, v in sorted(attrs, key=lambda a: a[0])
        )
        self.lines.append(f"<{tag}{attributes}>")
        if tag not in VOID:
            self._inside.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.lines[-1] = self.lines[-1][:-1] + "/>"
        if tag not in VOID:
            self._inside.pop()

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()
        self.lines.append(f"</{tag}>")

    def handle_decl(self, decl: str) -> None:
        self.lines.append(f"<!{decl}>")

    def handle_comment(self, data: str) -> None:
        self.lines.append(f"<!--{data}-->")

    def handle_data(self, data: str) -> None:
        if self._inside and self._inside[-1] in VERBATIM:
            self.lines += [part for line in data.split("\n") if line.strip() for part in _shorter(line.rstrip())]
        elif data.strip():
            edge = ("␠" if data[0].isspace() else "", "␠" if data[-1].isspace() else "")
            self.lines.append(edge[0] + " ".join(data.split()) + edge[1])
        else:
            self.lines.append("␠")


def _shorter(line: str) -> list[str]:
    """A long line of a script or style, cut after its commas: a difference in it is then a short line too."""
    return re.sub(r'([,{}]) (?=["{])', r"\1\n", line).split("\n") if len(line) > 160 else [line]


Reader = Callable[[bytes], str]
