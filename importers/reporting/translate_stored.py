"""Problems that were kept in words, told again in the language of whoever reads them."""

from __future__ import annotations

import re
from functools import cache

from importers.crs.detect import EXPLANATIONS
from importers.problems.codes import Code
from importers.problems.texts import TEXTS
from registry.i18n import _, in_languages

EXPLAINED = frozenset({Code.CRS_DETECTED})


def translate_stored(code: str, message: str, remedy: str) -> tuple[str, str]:
    """Message and remedy in the language of this context; as they were kept where they cannot be read back."""
    try:
        text = TEXTS[Code(code)]
    except (ValueError, KeyError):
        return message, remedy  # a code of a newer or an older program
    if not message:
        return in_general(code)
    values = _values(text.message, message)
    if values is None:
        return message, remedy
    more = _values(text.remedy, remedy)
    values = {name: _again(value) for name, value in values.items()} if code in EXPLAINED else values
    return _(text.message, **values), remedy if more is None else _(text.remedy, **more)


def in_general(code: str) -> tuple[str, str]:
    """Message and remedy of a code in the language of this context, with … for what they would quote: of many rows at once,
    or of one of which no more is kept."""
    text = TEXTS[Code(code)]
    return _(text.message) % _Anything(), _(text.remedy) % _Anything()


class _Anything(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def _again(told: str) -> str:
    """A value that is words itself, in the language of this context; any other value as it is."""
    for template in EXPLANATIONS:
        if (values := _values(template, told)) is not None:
            return _(template, **{name: _again(value) for name, value in values.items()})
    return told


def _values(template: str, told: str) -> dict[str, str] | None:
    """What stands in the text where the template has names, in whichever language it was told."""
    for spelling in in_languages(template):
        if match := _pattern(spelling).fullmatch(told):
            return match.groupdict()
    return None


@cache
def _pattern(template: str) -> re.Pattern[str]:
    seen: set[str] = set()

    def group(name: str) -> str:
        again = name in seen
        seen.add(name)
        return f"(?P={name})" if again else f"(?P<{name}>.*?)"

    parts = re.split(r"%\((\w+)\)s", template)
    return re.compile(
        "".join(group(part) if n % 2 else re.escape(part.replace("%%", "%")) for n, part in enumerate(parts)), re.DOTALL
    )
