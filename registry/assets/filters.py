"""What a person asks for. One query string makes one Filter, for the list, the map, the counts, the search and exports."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from registry.errors import Invalid
from registry.i18n import _
from registry.vocabulary.assets import AssetState

STATES = tuple(AssetState)
LIVE = tuple(state for state in AssetState if state is not AssetState.RETIRED)


@dataclass(frozen=True)
class Filter:
    """Conditions that an asset must meet; an empty field asks for nothing. Lists are alternatives.

    `box` is west, south, east, north in degrees (EPSG:4490); `as_of` asks for the state at that moment.
    Without `states`, retired assets are left out.
    """

    layers: tuple[str, ...] = ()
    classes: tuple[tuple[str, str], ...] = ()
    states: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    parties: tuple[int, ...] = ()
    text: str = ""
    box: tuple[float, float, float, float] | None = None
    as_of: datetime | None = None

    @classmethod
    def parse(cls, pairs: Iterable[tuple[str, str]]) -> Filter:
        """A filter from the pairs of a query string; names that are no filter are ignored, empty values too.

        Raises Invalid for a value that cannot be understood.
        """
        given: dict[str, list[str]] = {}
        for name, value in pairs:
            if value.strip():
                given.setdefault(name, []).append(value.strip())
        one = {name: values[-1] for name, values in given.items()}
        return cls(
            layers=_several(given, "layer", str),
            classes=_several(given, "class", _class),
            states=_several(given, "state", _state),
            areas=_several(given, "area", _area),
            parties=_several(given, "party", _number),
            text=_short(one.get("q", "")),
            box=_box(one["bbox"]) if "bbox" in one else None,
            as_of=_moment(one["as_of"]) if "as_of" in one else None,
        )

    def query_pairs(self) -> list[tuple[str, str]]:
        """The filter as pairs of a query string, in one order for one filter."""
        pairs = [("layer", layer) for layer in self.layers]
        pairs += [("class", f"{scheme}:{code}") for scheme, code in self.classes]
        pairs += [("state", state) for state in self.states]
        pairs += [("area", area) for area in self.areas]
        pairs += [("party", str(party)) for party in self.parties]
        pairs += [("q", self.text)] if self.text else []
        pairs += [("bbox", ",".join(repr(round(edge, 7)) for edge in self.box))] if self.box else []
        pairs += [("as_of", self.as_of.isoformat())] if self.as_of else []
        return pairs

    def query_string(self) -> str:
        """The filter as a query string, so that a view can be shared."""
        return urlencode(self.query_pairs())

    @property
    def is_plain(self) -> bool:
        """Whether layers and classes alone decide: then the roll-up of clusters answers."""
        return not (self.states or self.areas or self.parties or self.text or self.box or self.as_of)


def _several(given: dict[str, list[str]], name: str, read: Callable[[str], Any]) -> tuple[Any, ...]:
    return tuple(sorted({read(value) for value in given.get(name, [])}))


def _refuse(name: str, value: str, remedy: str) -> Invalid:
    return Invalid(_("筛选条件 %(name)s 的值“%(value)s”无法理解。", name=name, value=value[:80]), remedy)


def _class(value: str) -> tuple[str, str]:
    scheme, colon, code = value.rpartition(":")
    if not (scheme and colon and code):
        raise _refuse("class", value, _("写成“分类标准:代码”，如 CJ/T 214-2007:0118。"))
    return scheme, code


def _state(value: str) -> str:
    if value not in STATES:
        raise _refuse("state", value, _("可用的值：%(values)s。", values="、".join(STATES)))
    return value


def _area(value: str) -> str:
    if not re.fullmatch(r"[0-9]{6}|[0-9]{9}|[0-9]{12}|[0-9]{14,15}", value):
        raise _refuse("area", value, _("用区划代码：6、9、12 或 15 位数字。"))
    return value


def _number(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,15}", value):
        raise _refuse("party", value, _("用单位的编号。"))
    return int(value)


def _short(value: str) -> str:
    if len(value) > 100 or "\0" in value:
        raise _refuse("q", value, _("搜索词最多 100 个字。"))
    return value


def _box(value: str) -> tuple[float, float, float, float]:
    remedy = _("写成 西,南,东,北 的经纬度，如 120.1,30.2,120.2,30.4。")
    try:
        west, south, east, north = (float(edge) for edge in value.split(","))
    except ValueError:
        raise _refuse("bbox", value, remedy) from None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise _refuse("bbox", value, remedy)
    return west, south, east, north


def _moment(value: str) -> datetime:
    """A date means its end, in local time: what was so on that day."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            return datetime.combine(date.fromisoformat(value), datetime.max.time()).astimezone()
        return datetime.fromisoformat(value.replace(" ", "+")).astimezone()
    except (ValueError, OverflowError):
        raise _refuse("as_of", value, _("写成日期，如 2026-01-31。")) from None
