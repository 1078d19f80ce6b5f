"""Two recordings side by side: the same difference in many answers is told once."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

# The port of the private database, milliseconds of a log; how long each step of an import took (which steps there were counts).
NUMBER = re.compile(r"(?<=/socket&port=)\d+|(?<=^dddd-dd-dd dd:dd:dd,)\d{3}", re.MULTILINE)
SECONDS = re.compile(r'("seconds": \{)([^{}]*)(\})')
REQUEST = re.compile(r'(?<=^  "request": ")[0-9a-f]{12}(?=")|(?<=^ "request": ")[0-9a-f]{12}(?=")', re.MULTILINE)
# A session's cookie is renewed once a minute, by whichever page comes then; the acts of signing in and out keep theirs.
RENEWED = re.compile(r"^set-cookie: chengji=<session>; Expires=<moment>; .*\n", re.MULTILINE)
TIDIED = re.compile(r"^.* mended \d+ steps that a dead worker left\n", re.MULTILINE)  # as the machine was busy
ALLOW = re.compile(r"(?<=^allow: ).*$", re.MULTILINE)  # a set has no order
Hunk = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Word:
    """A word that is meant to be another one afterwards; a pattern where it began with `re:`."""

    old: str
    new: str
    is_pattern: bool = False

    def put(self, text: str) -> str:
        """The text with the new word."""
        return re.sub(self.old, self.new, text) if self.is_pattern else text.replace(self.old, self.new)


@dataclass
class Differences:
    """What differs: answers that are on one side only, and kinds of difference with the answers that have them."""

    same: int = 0
    gone: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    kinds: dict[Hunk, list[str]] = field(default_factory=lambda: defaultdict(list))
    differing: int = 0
    unused: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def declared(file: Path) -> list[Word]:
    """Declared words. Empty lines and those with `#` say nothing."""
    words = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            old, tab, new = line.partition("\t")
            if not tab:
                raise ValueError(f"no tab in {line!r}")
            words.append(Word(old.removeprefix("re:"), new, old.startswith("re:")))
    return words


def differences(before: Path, after: Path, words: list[Word]) -> Differences:
    """Compare answer by answer. Words are put into what was before."""
    found, used = Differences(warnings=_incomparable(before, after)), set()
    left, right = dict(_answers(before)), dict(_answers(after))
    found.gone, found.new = sorted(left.keys() - right.keys()), sorted(right.keys() - left.keys())
    for name in sorted(left.keys() & right.keys()):
        old = left[name]
        for word in words if old != right[name] else ():
            changed = word.put(old)
            if changed != old:
                used.add(word)
            old = changed
        if old == right[name]:
            found.same += 1
            continue
        found.differing += 1
        for hunk in set(_hunks(old.splitlines(), right[name].splitlines())):
            found.kinds[hunk].append(name)
    found.unused = [word.old for word in words if word not in used]
    return found


def _about(folder: Path) -> dict[str, Any]:
    """What the recording said of itself."""
    payload: dict[str, Any] = json.loads((folder / "walk.json").read_text(encoding="utf-8"))
    return payload


def _answers(folder: Path) -> Iterator[tuple[str, str]]:
    """Names and texts, in the order of names."""
    root = folder / "answers"
    for file in sorted(root.rglob("*.txt")):
        if file.is_file():
            yield file.relative_to(root).as_posix().removesuffix(".txt"), _undated(file.read_text(encoding="utf-8"))


def _undated(text: str) -> str:
    text = REQUEST.sub("<request>", NUMBER.sub("<n>", text))
    text = ALLOW.sub(lambda found: ", ".join(sorted(found[0].split(", "))), text)
    text = TIDIED.sub("", text)
    if text.startswith("GET "):
        text = RENEWED.sub("", text)
    if text.startswith("--- columns"):
        text = _without_job(text)
    return SECONDS.sub(lambda found: found[1] + re.sub(r"\d+(\.\d+)?", "<s>", found[2]) + found[3], text)


def _without_job(text: str) -> str:
    """A table without the numbers of the queue's jobs: a step that was taken up again has another one."""
    lines = text.split("\n")
    rows = next(n for n, line in enumerate(lines) if line.endswith(" rows"))
    heads = [line.partition(" ")[0] for line in lines[1:rows]]
    if "job" in heads:
        place = heads.index("job")
        for n in range(rows + 1, len(lines)):
            values = lines[n].split("\t")
            if len(values) == len(heads):
                lines[n] = "\t".join([*values[:place], "<job>", *values[place + 1 :]])
    return "\n".join(lines)


def _incomparable(before: Path, after: Path) -> list[str]:
    one, other = _about(before), _about(after)
    differing = [
        f"{key}: {one.get(key)} and {other.get(key)}"
        for key in ("walk", "quick", "missed", "failures")
        if one.get(key) != other.get(key)
    ]
    return [f"recorded differently, {each}" for each in differing]


def _hunks(old: list[str], new: list[str]) -> list[Hunk]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [
        (tuple(old[i:j]), tuple(new[k:m])) for verb, i, j, k, m in matcher.get_opcodes() if verb != "equal"
    ]  # fmt: skip


def shown(found: Differences, most: int) -> str:
    """The differences for a reader: the kind with most answers first."""
    lines = [
        *found.warnings,
        f"{found.same} answers equal, {found.differing} differ, {len(found.gone)} gone, {len(found.new)} new",
    ]
    lines += [f"declared word without use: {word}" for word in found.unused]
    lines += [f"gone: {name}" for name in found.gone[:most]] + [f"new: {name}" for name in found.new[:most]]
    kinds = sorted(found.kinds.items(), key=lambda item: (-len(item[1]), item[1]))
    for (old, new), names in kinds[:most]:
        space = " (white space only)" if _bare(old) == _bare(new) else ""
        lines += ["", f"== {len(names)} answers{space}: {', '.join(names[:3])}{' …' if len(names) > 3 else ''}"]
        lines += [f"- {line[:300]}" for line in old[:12]] + [f"+ {line[:300]}" for line in new[:12]]
    if len(kinds) > most:
        lines += ["", f"{len(kinds) - most} kinds more"]
    return "\n".join(lines)


def _bare(lines: tuple[str, ...]) -> str:
    return re.sub(r"[\s␠]+", "", "".join(lines))
