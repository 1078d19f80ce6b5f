"""The look into a file as a form: into which layer, what each column is, in which system; and back into a profile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from importers.cells.units import is_known, unit_of
from importers.crs.systems import candidates, named, resolve
from importers.errors import SourceError, UnknownCrs
from importers.normalise.attributes import properties_of
from importers.normalise.class_names import ClassBook
from importers.normalise.normaliser import SOURCES
from importers.profiles.column_names import ATTRIBUTE, FIELDS, IGNORE, POSITIONS
from importers.profiles.profile import Profile
from importers.records import Box, DeclaredCrs, Encoding, SourceLayer
from registry.assets.columns import field_label
from registry.catalogue.layers import Layer
from registry.errors import Invalid
from registry.i18n import Words, _, current_language, in_language
from web.http.translated import worded

KEEP = "keep"
OTHER = "other"
CONSTANTS = ("class", "source", "accuracy", "surveyed_on", "manager", "owner", "maintainer")
ENCODINGS = ("UTF-8", "GB18030", "Big5", "cp949", "Shift_JIS", "UTF-16")
SYSTEMS = ("EPSG:4490", "EPSG:4326", "GCJ-02", "BD-09", "EPSG:4549", "EPSG:4528", "EPSG:4510", "EPSG:4499", "EPSG:3857")
MOST_WORDS = 200
Source = Mapping[str, Any]


@dataclass(frozen=True)
class Option:
    """A line of a select; `unit` is what the register keeps the attribute in."""

    value: str
    label: str
    unit: str = ""


@dataclass(frozen=True)
class ColumnRow:
    """A column of the file in the form: what it is now, and its unit."""

    name: str
    type: str
    samples: tuple[str, ...]
    target: str
    unit: str


@dataclass(frozen=True)
class System:
    """A coordinate system to choose: `reason` says why it is offered, `score` 0..1 how well it fits where that is known."""

    value: str
    label: str
    reason: str = ""
    score: float | None = None


@dataclass(frozen=True)
class Word:
    """A word of the class column that no class of the layer has, and the class it is taken for."""

    word: str
    meant: str


@dataclass(frozen=True)
class LookForm:
    """Everything that the template shows."""

    source: Source
    layer: Layer
    columns: list[ColumnRow]
    targets: list[tuple[str, list[Option]]]
    systems: list[System]
    refusal: str
    system: str | None
    other_system: str
    words: list[Word]
    word_column: str
    constants: Mapping[str, str]
    scheme: str
    complete: bool
    swap_axes: bool

    @property
    def lacks_class(self) -> bool:
        """Whether neither a column, nor a code, nor a constant says of which class the rows are."""
        mapped = {column.target for column in self.columns} & {"class", "code"}
        return len(self.layer.classes) > 1 and not mapped and not self.constants["class"]


def choose_source(look: list[dict[str, Any]], asked: str | None) -> dict[str, Any]:
    """The layer of the file to show: the one asked for, else the first that seems to fit a layer of the register."""
    for source in look:
        if source["name"] == asked:
            return source
    return next((source for source in look if source.get("best")), look[0])


def starting_profile(source: Source, layer: Layer, kept: str | None) -> Profile:
    """What is filled in at first: what was ordered before for this layer of the file, else the suggestion."""
    if kept:
        before = Profile.from_toml(kept)
        if (before.layer, before.source_layer) == (layer.code, source["name"]):
            return before
    suggested = dict(source.get("suggestions", {}).get(layer.code) or {})
    known = {
        name: value for name, value in suggested.items() if name in Profile.__dataclass_fields__ and value is not None
    }
    known.pop("identity", None)
    known["accept_repairs"] = False
    return Profile(**{**known, "layer": layer.code})


def shown(
    source: Source,
    layer: Layer,
    profile: Profile,
    box: Box,
    strange: Iterable[str] = (),
    posted: Mapping[str, str] | None = None,
) -> LookForm:
    """The form of a profile, or of what was posted and found wrong, so that nobody types it twice.

    `box` is the district's, in degrees; `strange` are class words that a check before this found in no class.
    """
    given = posted or {}
    columns = [
        ColumnRow(c["name"], c["type"], tuple(c["samples"]),
                  given.get(f"column-{n}", profile.columns.get(c["name"], KEEP)),
                  given.get(f"unit-{n}", profile.units.get(c["name"], "")))
        for n, c in enumerate(source["columns"])
    ]  # fmt: skip
    systems, refusal = _systems(source, box, profile.crs)
    listed = {system.value for system in systems}
    chosen = given.get("crs", profile.crs or (None if refusal and not given else ""))
    other = given.get("crs-other", chosen if chosen is not None and chosen not in listed and chosen != OTHER else "")
    words, word_column = _words(source, layer, profile, strange)
    return LookForm(
        source, layer, columns, _targets(source, layer), systems, refusal,
        chosen if chosen is None or chosen in listed else OTHER, other or "",
        [Word(w.word, given.get(f"meant-{n}", w.meant)) for n, w in enumerate(words)], word_column,
        {name: given.get(f"constant-{name}", profile.constants.get(name, "")) for name in CONSTANTS},
        given.get("scheme", profile.scheme or ""), "complete" in given if given else profile.complete,
        "swap_axes" in given if given else profile.swap_axes,
    )  # fmt: skip


def _targets(source: Source, layer: Layer) -> list[tuple[str, list[Option]]]:
    """What a column may be, in groups."""
    places = [] if source.get("geometry") else [Option(name, _position(name)) for name in POSITIONS]
    attributes = [
        Option(ATTRIBUTE + name, in_language(declared.get("title", name), declared.get("title_en", "")), unit_of(name))
        for name, declared in properties_of(layer).items()
    ]
    groups = [
        (_("不对应"), [Option(KEEP, _("保留为附加属性")), Option(IGNORE, _("不导入"))]),
        (_("共有字段"), [Option(name, field_label(name)) for name in FIELDS]),
        (_("位置"), places),
        (_("图层“%(layer)s”的属性", layer=layer.name), attributes),
    ]
    return [(label, options) for label, options in groups if options]


def _position(name: str) -> str:
    return {
        "x": _("X / 经度 / 东坐标"), "y": _("Y / 纬度 / 北坐标"), "xy": _("X 与 Y 在同一格"), "wkt": _("图形（WKT）"),
    }.get(name, name)  # fmt: skip


def _systems(source: Source, box: Box, suggested: str | None) -> tuple[list[System], str]:
    """Systems with the reason to take each: what the file says, what the detective found, what the headers say, what would
    put the data inside the district. Besides, why the file's own word cannot be taken."""
    said, refusal = _declared(source, box)
    found = {system.value: system for system in said}
    verdict = source.get("crs_verdict") or {}
    for candidate in verdict.get("candidates", []):
        if candidate.get("axes", "xy") == "xy":
            name, score = candidate["crs"], candidate.get("score")
            label = name if _system_name(name) == name else f"{name}（{_system_name(name)}）"
            found.setdefault(name, System(name, label, worded(candidate.get("explanation")), score))
    if not refusal and verdict.get("contradicted"):
        refusal = worded(verdict.get("reason")) or _("按文件所写的坐标系，数据不在它的道路和资产所在之处。")
    if suggested:
        found.setdefault(suggested, System(suggested, suggested, _("列名所写")))
    if source.get("extent") and not verdict:
        for name in candidates(tuple(source["extent"]), box):
            if said and name == source["crs"]["name"]:
                continue
            found.setdefault(name, System(name, name, _("%(what)s；按此坐标系，数据落在本区", what=_system_name(name))))
    if len(found) < 2 and not said:
        found |= {name: System(name, name, _system_name(name)) for name in SYSTEMS}
    return list(found.values()), refusal


def _declared(source: Source, box: Box) -> tuple[list[System], str]:
    """The file's own word as a choice, or the reason why it is none."""
    crs = source["crs"]
    said = crs.get("name") or crs.get("text") or ""
    itself = System("", _("自动判定"), _("与本区的道路和已有资产比对；有把握才采用，否则停下来问"))
    if not said:
        return [itself], _("文件没有说明坐标系。")
    look = SourceLayer(source["name"], source["format"], None, (), source.get("geometry"), Encoding("", "", Words()),
                       DeclaredCrs(crs["text"], crs["name"], crs["basis"]), extent=source.get("extent"))  # fmt: skip
    try:
        resolve(look, None, box)
    except UnknownCrs as error:
        return [itself], error.message
    except SourceError as error:
        return [], error.message
    basis = {"prj": _("文件旁的 .prj 所写"), "file": _("文件内所写"), "format": _("文件未说明，按格式的规定")}
    return [System("", _("按文件：%(crs)s", crs=said[:60]), basis.get(crs["basis"], ""))], ""


def _system_name(code: str) -> str:
    """What people call a system."""
    return {
        "EPSG:4490": _("CGCS2000 经纬度"), "EPSG:4326": _("WGS 84 经纬度"), "GCJ-02": _("国测局坐标（高德、腾讯）"),
        "BD-09": _("百度坐标"), "EPSG:4549": _("CGCS2000 三度带，中央经线 120°"), "EPSG:4528": _("CGCS2000 三度带，40 带"),
        "EPSG:4510": _("CGCS2000 六度带，中央经线 123°"), "EPSG:4499": _("CGCS2000 六度带，21 带"),
        "EPSG:3857": _("网络墨卡托"),
    }.get(code, code)  # fmt: skip


def _words(source: Source, layer: Layer, profile: Profile, strange: Iterable[str]) -> tuple[list[Word], str]:
    """The words of the class column that mean no class by themselves; and that column."""
    column = profile.column_for("class")
    described = next((c for c in source["columns"] if c["name"] == column), None)
    if column is None or described is None:
        return [], ""
    book, meant = ClassBook(layer, profile.scheme), profile.values.get(column, {})
    samples = [word for word in (*described["samples"], *strange) if word not in meant and book.find(word) is None]
    return [Word(word, meant.get(word, "")) for word in (*meant, *dict.fromkeys(samples))][:MOST_WORDS], column


def read(form: Mapping[str, str], source: Source, layer: Layer) -> Profile:
    """The profile that a posted form means. Raises Invalid and ProfileMismatch, saying which field is wrong."""
    columns: dict[str, str] = {}
    units: dict[str, str] = {}
    for number, column in enumerate(source["columns"]):
        name, target = column["name"], form.get(f"column-{number}", KEEP)
        if target != KEEP:
            columns[name] = target
        unit = form.get(f"unit-{number}", "").strip()
        if unit and target.startswith(ATTRIBUTE):
            if not is_known(unit):
                raise Invalid("form.unit_bad", column=name, unit=unit[:20])  # fmt: skip
            units[name] = unit
    return Profile(
        layer.code,
        columns,
        crs=_system(form),
        encoding=source["encoding"]["name"] if source["encoding"]["basis"] == "option" else None,
        source_layer=source["name"],
        header_row=source.get("header_row"),
        scheme=form.get("scheme") or None,
        swap_axes="swap_axes" in form,
        complete="complete" in form,
        values=_values(form, columns),
        units=units,
        constants={n: v for n in CONSTANTS if (v := form.get(f"constant-{n}", "").strip()[:200])},
    )


def posted_profile(form: Mapping[str, str], source: Source, layer: Layer) -> Profile | None:
    """As `read`; None where nothing was posted, or what was posted is not a profile yet."""
    try:
        return read(form, source, layer) if form else None
    except (Invalid, SourceError):
        return None


def _system(form: Mapping[str, str]) -> str | None:
    """The coordinate system chosen or typed; None: the file's own. Raises Invalid."""
    chosen = form.get("crs")
    if chosen == OTHER:
        chosen = form.get("crs-other", "").strip() or None
    if chosen is None:
        raise Invalid("form.crs_missing")
    if not chosen:
        return None
    try:
        return named(chosen[:200], "option").name
    except SourceError as error:
        raise Invalid(error.code, **error.details) from error


def _values(form: Mapping[str, str], columns: Mapping[str, str]) -> dict[str, dict[str, str]]:
    column = form.get("word-column", "")
    if columns.get(column) != "class":
        return {}
    pairs = ((form.get(f"word-{n}"), form.get(f"meant-{n}", "")) for n in range(MOST_WORDS))
    meant = {word: class_ for word, class_ in pairs if word and class_}
    return {column: meant} if meant else {}


def require_usable(profile: Profile, source: Source) -> None:
    """Raise Invalid for a profile with which no row could be placed."""
    has_place = any(map(profile.column_for, ("wkt", "xy"))) or (profile.column_for("x") and profile.column_for("y"))
    if not source.get("geometry") and not has_place:
        raise Invalid("form.without_place", name=source["name"])  # fmt: skip


def agreed(kept: str, rows: Iterable[int] | None) -> str:
    """The profile (TOML) with the repairs of these rows agreed to, or of all rows."""
    before = Profile.from_toml(kept)
    if rows is None:
        return replace(before, accept_repairs=True).to_toml()
    already = before.accept_repairs if isinstance(before.accept_repairs, tuple) else ()
    accepted = before.accept_repairs is True or tuple(sorted({*already, *rows}))
    return replace(before, accept_repairs=accepted).to_toml()


def classes_of(layer: Layer, scheme: str | None) -> list[Option]:
    """The classes of a layer's scheme, to choose from."""
    wanted = scheme or (layer.schemes[0] if layer.schemes else "")
    return [Option(c.code, f"{c.name} {c.code}" if current_language() == "en" else f"{c.code} {c.name}")
            for c in layer.classes if c.scheme == wanted]  # fmt: skip


__all__ = [
    "CONSTANTS", "ENCODINGS", "KEEP", "OTHER", "SOURCES", "SYSTEMS", "LookForm", "agreed",
    "choose_source", "classes_of", "field_label", "posted_profile", "read", "require_usable", "shown", "starting_profile",
]  # fmt: skip
