"""What is exported is what the list shows, and imports again as no change."""

from collections.abc import Iterator
from pathlib import Path

import pyogrio
import pytest
import seed
from sqlalchemy.orm import Session

from importers.exports import export
from importers.pipeline import ImportRequest, run
from registry.access.scope import open_scope_by_name
from registry.assets import query as assets
from registry.assets.filters import Filter
from registry.catalogue.layers import stored_layer
from registry.database.connections import engine, raw
from registry.errors import Invalid, NotFound


@pytest.fixture
def session(seeded_database: str) -> Iterator[Session]:
    made = engine(seeded_database, 60)
    with Session(made) as opened:
        yield opened
        opened.rollback()
    made.dispose()


@pytest.mark.parametrize("layer", ["component", "road", "green", "camera"])
@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".csv"])
def test_export_and_import_again_is_no_change(session: Session, tmp_path: Path, layer: str, suffix: str) -> None:
    file, connection = tmp_path / f"{layer}{suffix}", raw(session)
    scope = open_scope_by_name(connection, seed.DISTRICT, "camera_surveyor")
    wanted = Filter(layers=(layer,))
    written = export(session, scope, stored_layer(connection, layer), wanted, file)
    assert written == assets.counts(session, scope, wanted).total > 0
    report = run(connection, scope, ImportRequest(file, layer, crs="EPSG:4490" if suffix == ".csv" else None))
    assert [str(p) for p in report.problems if p.severity == "error"] == []
    assert (report.rows, report.summary.changes, report.summary.unchanged) == (written, 0, written)


def test_a_filter_holds_for_the_export_too(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "damaged.gpkg"
    scope = open_scope_by_name(raw(session), seed.DISTRICT, "inspector")
    wanted = Filter(layers=("component",), states=("damaged",))
    assert export(session, scope, stored_layer(raw(session), "component"), wanted, file) == 7
    assert pyogrio.read_info(file)["features"] == 7


def test_out_of_scope_and_unknown_formats_are_refused(session: Session, tmp_path: Path) -> None:
    scope = open_scope_by_name(raw(session), seed.DISTRICT, "inspector")
    camera, road = stored_layer(raw(session), "camera"), stored_layer(raw(session), "road")
    with pytest.raises(NotFound):
        export(session, scope, camera, Filter(layers=("camera",)), tmp_path / "c.gpkg")
    with pytest.raises(Invalid):
        export(session, scope, road, Filter(layers=("road",)), tmp_path / "c.docx")


def test_no_cell_of_an_export_is_a_formula(session: Session, tmp_path: Path) -> None:
    """What a supplier wrote as a formula stays text: in the register, in the CSV, and when that comes back."""
    connection, formula = raw(session), "=HYPERLINK(1)"
    scope = open_scope_by_name(connection, seed.DISTRICT, "camera_surveyor")
    layer, wanted = stored_layer(connection, "component"), Filter(layers=("component",))
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    export(session, scope, layer, wanted, first)
    lines = first.read_text(encoding="utf-8-sig").splitlines()
    first.write_text("\n".join([lines[0] + ",备注", *(f"{line},{formula}" for line in lines[1:])]), encoding="utf-8")
    report = run(connection, scope, ImportRequest(first, "component", crs="EPSG:4490", apply=True))
    assert {str(p.code) for p in report.problems if p.field == "备注"} == {"text_formula"}
    stored = connection.execute("SELECT DISTINCT attributes->>'备注' FROM registry.asset WHERE layer = 'component'")
    assert (formula,) in stored.fetchall()
    export(session, scope, layer, wanted, second)
    text = second.read_text(encoding="utf-8-sig")
    assert f"'{formula}" in text
    assert f",{formula}" not in text
    again = run(connection, scope, ImportRequest(second, "component", crs="EPSG:4490"))
    assert again.summary.changes == 0
