"""The contract of an asset's columns: every place that lists them lists those that are declared in `registry.assets.columns`.

A place is a stretch of a file, from one pattern to another, and the columns that it must name. No mention of the marker column
may lie outside the places, so that a new list of columns cannot be written without a place here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from registry.assets import columns
from registry.assets.columns import CELLS, COLUMNS, DELIVERED, EDITABLE, FACTS, Column, Part
from registry.models.assets import Asset, AssetVersion
from registry.models.changes import Change

ROOT = Path(__file__).resolve().parents[3]
# A column that nothing else is called like: where it stands, an asset's columns are listed.
MARKER = "surveyed_on"


@dataclass(frozen=True)
class Place:
    """From `start` to the next `end` in a file: the columns that stand there. `but` are left out, with the reason in `why`."""

    file: str
    start: str
    end: str
    names: Iterable[str]
    but: frozenset[str] = frozenset()
    why: str = ""

    def __str__(self) -> str:
        return f"{self.file}: {self.start[:40]}"

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where it stands."""
        return [found.span() for found in re.finditer(f"(?:{self.start}).*?(?={self.end})", text, re.S)]

    def lacks(self, text: str) -> set[str]:
        """What a stretch should name and does not. In Python `class` is written `class_` or `class_code`."""
        words = set(re.findall(r"[a-z_0-9]+", text))
        words |= {"class"} if words & {"class_", "class_code"} else set()
        words |= {"geom"} if "geometry" in words else set()
        return set(self.names) - self.but - words


def _but(*names: str) -> frozenset[str]:
    return frozenset(names)


def places(declared: Sequence[Column]) -> list[Place]:
    """The places, and what each must name of the columns that are declared."""
    every = tuple(column.name for column in declared)
    kept = tuple(column.name for column in declared if column.part is not Part.COVERED)
    written = tuple(column.name for column in declared if column.part not in {Part.GENERATED, Part.COVERED})
    facts = tuple(column.name for column in declared if column.part is Part.FACT)
    cells = tuple(column.name for column in declared if column.part is Part.FACT and column.cell)
    proposed = (*facts, "areas")
    delivered = (*(name for name in facts if name != "layer"), "source_row", "areas", "fingerprint")
    editable = set(facts) - {"layer", "scheme"}
    of_set = tuple(name for name in facts if name != "layer")
    without_place = tuple(name for name in of_set if name != "geom")
    same_everywhere = tuple(name for name in cells if name not in {"code", "external_key"})
    shown = {*cells, "district", "id", "areas", "length_m", "area_m2", "version", "valid_from", "geom"}
    days = ("surveyed_on", "changed_on")
    return [
        # what apply writes
        Place("sql/functions/030_apply.sql", r"INSERT INTO registry.asset_version \(", r"\)", kept),
        Place("sql/functions/030_apply.sql", r"SELECT\s+a.district, a.id", "FROM", kept),
        Place(
            "sql/functions/030_apply.sql",
            r"UPDATE registry.asset a SET\s+code = c.code",
            "FROM",
            written,
            _but("district", "id", "layer"),
            "what an asset is known by, and its layer, never change",
        ),
        Place("sql/functions/030_apply.sql", r"INSERT INTO registry.asset \(", r"\)", written),
        Place(
            "sql/functions/030_apply.sql",
            r"SELECT\s+c.district, c.asset_id",
            "FROM",
            written,
            _but("id", "length_m", "area_m2", "terms", "version", "change_set", "valid_from"),
            "computed there",
        ),
        # what is proposed
        *(
            Place(file, r"INSERT INTO registry.change \(", r"\)", proposed)
            for file in (
                "sql/changes/diff_known.sql",
                "sql/changes/diff_new.sql",
                "sql/changes/diff_missing.sql",
                "sql/changes/undo.sql",
                "registry/changes/edits.py",
            )
        ),
        Place(
            "sql/changes/diff_known.sql",
            r"WITH merged AS",
            r"\bFROM \(\s+SELECT r\.\*",
            proposed,
            _but("layer"),
            "the set's",
        ),
        Place("sql/changes/diff_known.sql", r"array_remove\(ARRAY", r"\], NULL\)", editable),
        Place(
            "sql/changes/diff_known.sql",
            r"SELECT\s+%\(district\)s, %\(change_set\)s, c.source_row",
            "FROM compared",
            proposed,
        ),
        Place(
            "sql/changes/diff_new.sql",
            r"SELECT\s+%\(district\)s, %\(change_set\)s, f.source_row",
            "ORDER BY",
            proposed,
        ),
        Place(
            "sql/changes/diff_missing.sql", r"SELECT\s+a.district, %\(change_set\)s", "FROM registry.asset", proposed
        ),
        Place("sql/changes/undo.sql", r"SELECT\s+c.district, %\(change_set\)s", "FROM registry.change", proposed),
        Place("sql/changes/staging_tables.sql", r"TABLE delivery \(", r"\) ON COMMIT", delivered),
        Place("sql/changes/resolve_known.sql", r"jsonb_build_object\(", r"\) AS new", without_place),
        *(
            Place(f"sql/changes/resolve_{name}.sql", r"AS d \(", r"\)", (*without_place, "areas"))
            for name in ("known", "new")
        ),
        Place(
            "sql/changes/resolve_known.sql", r"UPDATE registry.change c SET", "FROM compared", (*without_place, "areas")
        ),
        Place(
            "sql/changes/resolve_new.sql",
            r"UPDATE registry.change c SET",
            "FROM delivered_row",
            (*without_place, "areas"),
        ),
        Place("sql/policies/010_grants.sql", r"GRANT UPDATE \(accepted", r"\)", (*without_place, "areas")),
        Place("registry/changes/edits.py", r"SELECT layer, code", "FROM", facts),
        Place("registry/changes/edits.py", r"SELECT a.district, %\(change_set\)s", "FROM registry.asset", proposed),
        Place("registry/changes/edits.py", r"def _check_facts", r"\}\n", days),
        # what is shown, printed, compared
        Place("sql/functions/040_layer_views.sql", r"SELECT a.district, a.id", "FROM registry.asset", shown),
        Place(
            "sql/functions/040_layer_views.sql",
            r"\(VALUES\s+\('district'",
            r"AS c \(name",
            shown,
            _but("geom"),
            "needs no heading",
        ),
        Place("sql/reporting/acceptance_checksum.sql", r"jsonb_build_array\(", r"\)::text", facts),
        Place(
            "sql/identity/match_rule.sql",
            r"jsonb_build_object\('name', [ad]",
            r"\) ->>",
            same_everywhere,
            _but("scheme", "state", "accuracy"),
            "no profile says that these tell one asset from another",
        ),
        Place("registry/models/assets.py", r"class AssetState", r"\n\n\n", every),
        Place("registry/models/changes.py", r"class Change\(", r"\Z", (*proposed, "fingerprint")),
        Place("registry/assets/columns.py", r"COLUMNS = \(", r"\n\)", every),
        Place(
            "registry/assets/detail.py",
            r"class Card",
            r"\n\n\n",
            {*cells, "areas", "attributes", "version", "valid_from"},
        ),
        Place(
            "registry/assets/detail.py",
            r"return Card\(",
            r"\n    \)",
            {*cells, "areas", "attributes", "version", "valid_from"},
        ),
        Place(
            "web/templates/register/_asset_facts.html",
            r"macro parties\(",
            r"\{#- A lamp",
            same_everywhere,
            _but("scheme", "class", "name", "state"),
            "in the heading",
        ),
        Place("web/templates/register/asset.html", r"asset    id", r"#\}", cells, _but("class"), "by its name"),
        # what is read from files and forms, and written to them
        Place(
            "importers/exports.py",
            r"table.code, table.external_key",
            r"\.select_from",
            facts,
            _but("layer", "manager", "owner", "maintainer"),
            "one layer a file; parties by name, from PartyRole",
        ),
        Place("importers/profiles/column_names.py", r"FIELDS = \(", r"\)", cells),
        Place("importers/profiles/column_names.py", r"\nSYNONYMS = \{", r"\n\}", cells),
        Place("importers/normalise/normaliser.py", r"class Prepared", r"\n\n    def |\n\n\n", of_set),
        Place("importers/normalise/normaliser.py", r"\{[^{}]*\"class_index\"", r"\}", same_everywhere),
        Place("importers/validate/validator.py", r"CONTENT = \(", r"\)", {*same_everywhere, "attributes"}),
        Place("importers/validate/validator.py", r"def _dates", r"\n\n", days),
        Place(
            "importers/inspection/preview.py",
            r"BEFORE, AFTER",
            r"PLACE\)",
            cells,
            _but("scheme"),
            "shown with the class",
        ),
        Place("importers/inspection/suggest.py", r"PARSERS: dict", r"\}", ("state", "accuracy", *days)),
        Place(
            "web/deliveries/mapping_form.py",
            r"CONSTANTS = \(",
            r"\)",
            same_everywhere,
            _but("scheme", "name", "state", "changed_on"),
            "not the same in every row of a delivery",
        ),
        Place(
            "web/templates/deliveries/delivery_look.html",
            r"constant-class",
            r"\{% if layer.schemes",
            same_everywhere,
            _but("scheme", "name", "state", "changed_on"),
            "as above",
        ),
        Place("web/register/edit_form.py", r"TEXTS = \(", r"def _refuse", editable),
    ]


def _text(file: str) -> str:
    text = (ROOT / file).read_text("utf-8")
    return re.sub(r"--[^\n]*", lambda found: " " * len(found[0]), text) if file.endswith(".sql") else text


def lacking(declared: Sequence[Column] = COLUMNS) -> dict[str, set[str]]:
    """Each place that does not name what it must."""
    found = {}
    for place in places(declared):
        text = _text(place.file)
        spans = place.spans(text)
        assert spans, f"{place}: not there any more"
        for start, end in spans:
            if lacks := place.lacks(text[start:end]):
                found[str(place)] = lacks
    return found


def test_every_place_names_every_column() -> None:
    assert lacking() == {}


def test_no_place_is_without_its_rule() -> None:
    """A list of an asset's columns that nobody holds to the declaration: give it a Place."""
    ruled = places(COLUMNS)
    assert all(place.why or not place.but for place in ruled)
    for pattern in ("registry/**/*.py", "importers/**/*.py", "web/**/*.py", "web/templates/**/*.html", "sql/**/*.sql"):
        for path in ROOT.glob(pattern):
            file = str(path.relative_to(ROOT))
            if "migrations" in path.parts:
                continue
            text = _text(file)
            spans = [span for place in ruled if place.file == file for span in place.spans(text)]
            for found in re.finditer(rf"\b{MARKER}\b", text):
                inside = any(start <= found.start() < end for start, end in spans)
                assert inside, f"{file}:{text.count(chr(10), 0, found.start()) + 1}"


def test_a_new_column_shows_every_place() -> None:
    """All places that list what a delivery may say of an asset miss it."""
    toy = Column("colour_of_paint", Part.FACT, "油漆颜色", "Colour of paint")
    missing = lacking((*COLUMNS, toy))
    assert {name for lacks in missing.values() for name in lacks} == {toy.name}
    # But for those that list days, or words to read, alone.
    assert len(missing) == len(places(COLUMNS)) - 3


def test_what_is_derived_of_the_declaration() -> None:
    assert len({column.name for column in COLUMNS}) == len(COLUMNS)
    assert {column.name for column in COLUMNS if not column.zh} == {
        "terms",
        "zones",
        "geom_3857",
        "gx",
        "gy",
        "fingerprint",
    }
    assert columns.field_label("surveyed_on") == "初始日期"
    assert columns.field_label("height_m") == "height_m"
    assert set(CELLS) == set(FACTS) - {"layer", "attributes", "geom"}
    assert set(DELIVERED) == set(FACTS) - {"layer"} | {"source_row", "areas", "fingerprint"}
    assert set(EDITABLE) == set(FACTS) - {"layer", "scheme"}


def test_the_models_have_the_columns() -> None:
    of = {column.name for column in Asset.__table__.columns}
    assert of == {column.name for column in COLUMNS}
    assert {column.name for column in AssetVersion.__table__.columns} == of | {"valid_to", "ended_by", "moved_away"}
    assert {column.name for column in Change.__table__.columns} >= {*FACTS, "areas", "fingerprint"}
