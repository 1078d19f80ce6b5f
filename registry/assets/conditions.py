"""The conditions that one can ask assets for: layer, class, state, area, party, text, box and moment."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from geoalchemy2 import functions as geo
from sqlalchemy import ColumnElement, CompoundSelect, and_, func, or_, select, tuple_, union_all
from sqlalchemy.orm import aliased

from registry.access.access_log import look
from registry.assets.filter_fields import Asked, Conditions, FilterField, Naming
from registry.errors import Invalid
from registry.i18n import N_, Words, _, in_language
from registry.models.areas import Area
from registry.models.assets import Asset, AssetCell, AssetVersion
from registry.models.catalogue import AssetClassRow
from registry.models.parties import Party
from registry.vocabulary.assets import AssetState
from registry.vocabulary.word_list import label

STATES = tuple(AssetState)
LIVE = tuple(state for state in AssetState if state is not AssetState.RETIRED)
Box = tuple[float, float, float, float]
"""West, south, east, north in degrees (EPSG:4490)."""


def _several(read: Callable[[str], Any]) -> Callable[[Sequence[str]], tuple[Any, ...]]:
    return lambda given: tuple(sorted({read(value) for value in given}))


def _one(read: Callable[[str], Any]) -> Callable[[Sequence[str]], Any]:
    return lambda given: read(given[-1])


def _as_they_are(value: Sequence[object]) -> list[str]:
    return [str(one) for one in value]


def _refuse(name: str, value: str, remedy: str, **values: Any) -> Invalid:
    return Invalid("filter.value_bad", name=name, value=value[:80], remedy=Words(remedy, values))


# Layers: the waist puts those of the scope and those of the filter into one condition (`Asked.within`).
def _layer_names(naming: Naming, _layers: tuple[str, ...]) -> Mapping[str, str]:
    return {code: layer.name for code, layer in naming.layers.items() if code in naming.scope.layers}


# Classes.
def _read_class(value: str) -> tuple[str, str]:
    scheme, colon, code = value.rpartition(":")
    if not (scheme and colon and code):
        raise _refuse("class", value, N_("写成“分类标准:代码”，如 CJ/T 214-2007:0118。"))
    return scheme, code


def _write_classes(classes: tuple[tuple[str, str], ...]) -> list[str]:
    return [f"{scheme}:{code}" for scheme, code in classes]


def _of_classes(asked: Asked, classes: tuple[tuple[str, str], ...]) -> Conditions:
    return (or_(*(and_(asked.table.scheme == s, asked.table.class_ == c) for s, c in classes)),)


def _class_names(naming: Naming, _classes: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    visible = (layer for code, layer in naming.layers.items() if code in naming.scope.layers)
    return {f"{kind.scheme}:{kind.code}": kind.name for layer in visible for kind in layer.classes}


# States: without one, whatever is not retired.
def _read_state(value: str) -> str:
    if value not in STATES:
        raise _refuse("state", value, N_("可用的值：%(values)s。"), values=list(STATES))
    return value


# Areas.
def _read_area(value: str) -> str:
    if not re.fullmatch(r"[0-9]{6}|[0-9]{9}|[0-9]{12}|[0-9]{14,15}", value):
        raise _refuse("area", value, N_("用区划代码：6、9、12 或 15 位数字。"))
    return value


def _area_names(naming: Naming, areas: tuple[str, ...]) -> Mapping[str, str]:
    """Unnamed ones are left out."""
    statement = select(Area.code, Area.name_zh, Area.name_en).where(
        Area.district == naming.scope.district, Area.code.in_(areas)
    )
    found = naming.session.execute(statement)
    return {r.code: name for r in found if (name := in_language(r.name_zh, r.name_en))}


# Parties: in any of the three roles.
def _read_party(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,15}", value):
        raise _refuse("party", value, N_("用单位的编号。"))
    return int(value)


def _of_parties(asked: Asked, parties: tuple[int, ...]) -> Conditions:
    columns = (asked.table.manager, asked.table.owner, asked.table.maintainer)
    return (or_(*(column.in_(parties) for column in columns)),)


def _party_names(naming: Naming, parties: tuple[int, ...]) -> Mapping[str, str]:
    """Of those that stand on an asset in scope: a name would tell of it."""
    found = naming.matching(parties=parties)
    columns = (found.table.manager, found.table.owner, found.table.maintainer)
    theirs = found.select(found.table.id).where(or_(*(column == Party.id for column in columns))).exists()
    statement = select(Party.id, Party.name).where(
        Party.district == naming.scope.district, Party.id.in_(parties), theirs
    )
    with look(naming.session, naming.scope, "party") as seen:
        names = {str(r.id): r.name for r in naming.session.execute(statement)}
        seen.layers(dict.fromkeys(naming.scope.restricted, len(names)))
    return names


# Text: names, class names, keys and codes.
def _read_text(value: str) -> str:
    if len(value) > 100 or "\0" in value:
        raise _refuse("q", value, N_("搜索词最多 100 个字。"))
    return value


def _named(asked: Asked, text: str) -> Conditions:
    other = asked.again()
    return (asked.table.id.in_(_ids_named(other, asked.within(other), text)),)


def _ids_named(table: Any, within: Conditions, text: str) -> CompoundSelect[Any]:
    """Ids by name, class name, supplier's key or the beginning of a code.

    A union, not an OR: each alternative then uses its own index. An asset that is named like its class carries no search
    terms and is found by its class.
    """
    folded = func.registry.folded(text)
    classes = select(AssetClassRow.scheme, AssetClassRow.code).where(
        folded != "",
        or_(func.strpos(func.registry.folded(AssetClassRow.name_zh), folded) > 0,
            func.lower(AssetClassRow.name_en) == text.lower()),
    )  # fmt: skip
    named = and_(table.terms.op("@>")(search_terms(text)), func.strpos(func.registry.folded(table.name), folded) > 0)
    alternatives = [named, tuple_(table.scheme, table.class_).in_(classes), table.external_key == text]
    if text.isascii() and text.isdigit():
        alternatives.append(and_(table.code >= text, table.code < text + ":"))  # ":" is the character after "9"
    return union_all(*(select(table.id).where(*within, alternative) for alternative in alternatives))


def search_terms(text: str) -> ColumnElement[Any]:
    """The terms of a typed text, computed once per statement."""
    return select(func.registry.search_terms(text)).scalar_subquery()


# A box.
def _read_box(value: str) -> Box:
    remedy = N_("写成 西,南,东,北 的经纬度，如 120.1,30.2,120.2,30.4。")
    try:
        west, south, east, north = (float(edge) for edge in value.split(","))
    except ValueError:
        raise _refuse("bbox", value, remedy) from None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise _refuse("bbox", value, remedy)
    return west, south, east, north


def _write_box(box: Box) -> list[str]:
    return [",".join(repr(round(edge, 7)) for edge in box)]


def _inside(asked: Asked, box: Box) -> Conditions:
    near = touching(asked.table, asked.scope.district, asked.filter.as_of is not None, box)
    return (*near, geo.ST_Intersects(asked.table.geom, box_geometry(box)))


def box_geometry(box: Box) -> ColumnElement[Any]:
    """An envelope in storage coordinates (EPSG:4490): the literal is transformed, never the indexed column."""
    return func.ST_MakeEnvelope(*box, 4490)


def touching(table: Any, district: str, past: bool, box: Box) -> tuple[ColumnElement[bool], ...]:
    """Earlier versions are in the spatial index only where the asset moved away afterwards. Any other lies where the next
    one does: it is found by the asset of today, or by the last version before the move."""
    envelope = box_geometry(box)
    touches = table.geom.op("&&")(envelope)
    if not past:
        return (touches,)
    there = select(Asset.id).where(Asset.district == district, Asset.geom.op("&&")(envelope))
    left = select(AssetVersion.id).where(
        AssetVersion.district == district, AssetVersion.moved_away, AssetVersion.geom.op("&&")(envelope)
    )
    return touches, table.id.in_(union_all(there, left))


# A moment.
def _read_moment(value: str) -> datetime:
    """A date means its end, in local time: what was so on that day."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            return datetime.combine(date.fromisoformat(value), datetime.max.time()).astimezone()
        return datetime.fromisoformat(value.replace(" ", "+")).astimezone()
    except (ValueError, OverflowError):
        raise _refuse("as_of", value, N_("写成日期，如 2026-01-31。")) from None


def _rows_then(moment: datetime) -> Any:
    """The register as it was: present rows that held already, and versions that still held."""
    now = select(*Asset.__table__.columns).where(Asset.valid_from <= moment)
    columns = [AssetVersion.__table__.c[column.name] for column in Asset.__table__.columns]
    before = select(*columns).where(AssetVersion.valid_from <= moment, AssetVersion.valid_to > moment)
    return aliased(Asset, union_all(now, before).subquery("asset_then"))


BUILT_IN: tuple[FilterField[Any], ...] = (
    FilterField(
        "layers", "layer", lambda: _("图层"), _several(str), _as_they_are, lambda _asked, _layers: (), (),
        rolled_up=lambda layers: (AssetCell.layer.in_(layers),), names=_layer_names,
    ),
    FilterField(
        "classes", "class", lambda: _("分类"), _several(_read_class), _write_classes, _of_classes, (),
        rolled_up=lambda classes: (tuple_(AssetCell.scheme, AssetCell.class_).in_(classes),), names=_class_names,
    ),
    FilterField(
        "states", "state", lambda: _("状态"), _several(_read_state), _as_they_are,
        lambda asked, states: (asked.table.state.in_(states),), (), unasked=LIVE,
        names=lambda _naming, states: {state: label(AssetState, state) for state in states},
    ),
    FilterField(
        "areas", "area", lambda: _("辖区"), _several(_read_area), _as_they_are,
        lambda asked, areas: (asked.table.areas.overlap(list(areas)),), (), names=_area_names,
    ),
    FilterField(
        "parties", "party", lambda: _("单位"), _several(_read_party), _as_they_are, _of_parties, (), names=_party_names
    ),
    FilterField("text", "q", lambda: _("文字"), _one(_read_text), lambda text: [text], _named, ""),
    FilterField(
        "box", "bbox", lambda: _("范围"), _one(_read_box), _write_box, _inside, None,
        names=lambda _naming, box: dict.fromkeys(_write_box(box), _("地图上的范围")),
    ),
    FilterField(
        "as_of", "as_of", lambda: _("截至"), _one(_read_moment), lambda moment: [moment.isoformat()],
        lambda _asked, _moment: (), None, rows=_rows_then,
    ),
)  # fmt: skip
