"""What a delivery would do: codes that change hands, what a complete delivery lacks, doubtful rows and their decision."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
import seed
import shapely
from seed import Delivered, put

from importers.pipeline import ImportRequest, run
from importers.problems.problem import Code
from registry.access.scope import Scope, open_scope
from registry.areas.areas import AreaShape, load_areas, relocate
from registry.changes import change_sets
from registry.changes.edits import Edit, propose_edit
from registry.vocabulary.changes import Reason
from registry.vocabulary.word_list import label

CJ = "CJ/T 214-2007"
Connection = psycopg.Connection[Any]


def code(n: int) -> str:
    return f"3301050118{n:06d}"


def lamp(n: int, **values: Any) -> Delivered:
    return Delivered(CJ, "0118", shapely.Point(120.15 + n * 0.0001, 30.32), **values)


@pytest.fixture
def scope(connection: Connection, people: dict[str, int], district: str) -> Scope:
    return open_scope(connection, district, people["surveyor"])


def deliver(connection: Connection, scope: Scope, rows: list[Delivered], apply: bool = True) -> change_sets.Summary:
    return put(connection, scope.district, scope.person_id, "component", rows, apply=apply)


def undo(connection: Connection, scope: Scope, change_set: int) -> int:
    done = change_sets.undo(connection, scope, change_set).change_set
    change_sets.apply(connection, scope, done)
    return done


def edit(connection: Connection, scope: Scope, key: str, **values: Any) -> None:
    row = connection.execute("SELECT id, version FROM registry.asset WHERE external_key = %s", (key,)).fetchone()
    assert row is not None
    change_sets.apply(connection, scope, propose_edit(connection, scope, Edit(*row, values)))


def named(connection: Connection) -> dict[str, str]:
    """Which code each asset has, by the supplier's key."""
    return dict(
        connection.execute("SELECT external_key, code FROM registry.asset WHERE external_key IS NOT NULL").fetchall()
    )


def aliases(connection: Connection) -> set[tuple[str, str]]:
    return set(
        connection.execute(
            "SELECT l.alias, a.external_key FROM registry.asset_alias l JOIN registry.asset a ON a.id = l.asset_id"
        ).fetchall()
    )


def keyed(*codes: int) -> list[Delivered]:
    """Assets K1, K2, … with these codes."""
    return [lamp(n, external_key=f"K{n}", code=code(c)) for n, c in enumerate(codes, 1)]


@pytest.mark.parametrize("codes", [(2, 1, 3), (2, 3, 1), (2, 3, 9), (7, 8, 9), (9, 1, 2)])
def test_codes_change_hands_within_a_delivery(connection: Connection, scope: Scope, codes: tuple[int, ...]) -> None:
    """Swapped, rotated, moved on by one, all new: the supplier's key tells which asset it is."""
    deliver(connection, scope, keyed(1, 2, 3))
    summary = deliver(connection, scope, keyed(*codes))
    assert (summary.added, summary.conflicts) == (0, 0)
    assert named(connection) == {f"K{n}": code(c) for n, c in enumerate(codes, 1)}
    changed = {(code(n), f"K{n}") for n, c in enumerate(codes, 1) if n != c}
    assert aliases(connection) == changed
    done = undo(connection, scope, summary.change_set)
    assert named(connection) == {f"K{n}": code(n) for n in (1, 2, 3)}
    assert aliases(connection) == set()
    undo(connection, scope, done)
    assert named(connection) == {f"K{n}": code(c) for n, c in enumerate(codes, 1)}
    assert aliases(connection) == changed


def test_a_code_whose_asset_keeps_it_does_not_change_hands(connection: Connection, scope: Scope) -> None:
    deliver(connection, scope, keyed(1, 2, 3))
    summary = deliver(connection, scope, keyed(2, 2)[:1], apply=False)
    assert (summary.conflicts, summary.changes) == (1, 0)
    reason = connection.execute("SELECT reason FROM registry.change WHERE action = 'conflict'").fetchone()
    assert reason == (Reason.KEY_OF_OTHER_ASSET,)
    assert label(Reason, reason[0]) == "供图单位编号属于另一项资产"


def test_new_codes_beside_rows_without_one(connection: Connection, scope: Scope) -> None:
    """Numbers that the delivery itself brings for known assets are not given out to its new ones."""
    deliver(connection, scope, keyed(1))
    deliver(connection, scope, [*keyed(2), lamp(5), lamp(6)])
    assert named(connection) == {"K1": code(2)}
    codes = [row[0] for row in connection.execute("SELECT code FROM registry.asset ORDER BY code").fetchall()]
    assert len(set(codes)) == 3
    assert code(2) in codes


def test_an_earlier_code_finds_its_asset_and_does_not_come_back(connection: Connection, scope: Scope) -> None:
    deliver(connection, scope, keyed(1))
    deliver(connection, scope, keyed(7))
    summary = deliver(connection, scope, [lamp(1, code=code(1), state="damaged")])
    assert (summary.updated, summary.added) == (1, 0)
    assert named(connection) == {"K1": code(7)}


def test_an_undo_gives_an_alias_back_to_whom_it_led_before(connection: Connection, scope: Scope) -> None:
    """1 was K1's code, then K2's; with the second change undone it leads to K1 again, and with the first to nobody."""
    deliver(connection, scope, keyed(1, 2))
    first = deliver(connection, scope, keyed(5)).change_set
    edit(connection, scope, "K2", code=code(1))
    second = deliver(connection, scope, [lamp(2, external_key="K2", code=code(6))]).change_set
    assert aliases(connection) == {(code(1), "K2"), (code(2), "K2")}
    undo(connection, scope, second)
    assert aliases(connection) == {(code(1), "K1"), (code(2), "K2")}
    edit(connection, scope, "K2", code=code(6))
    undo(connection, scope, first)
    assert named(connection) == {"K1": code(1), "K2": code(6)}


def test_a_complete_delivery_retires_what_it_lacks(
    connection: Connection, scope: Scope, tmp_path: Path, people: dict[str, int]
) -> None:
    """But not the assets of rows in quarantine, nor, where a constant limits the class, those of other classes."""
    head = "标识码\t编号\t名称\t状态\t经度\t纬度\n"

    def line(n: int, lat: str = "30.32", key: str = "") -> str:
        return f"{code(n)}\t{key or f'L{n}'}\t灯{n}\t完好\t{120.15 + n * 0.0005:.6f}\t{lat}12345\n"

    profile = (
        'layer = "component"\ncrs = "EPSG:4490"\ncomplete = true\n[columns]\n"标识码" = "code"\n"编号" = "external_key"\n'
        '"名称" = "name"\n"状态" = "state"\n"经度" = "x"\n"纬度" = "y"\n[constants]\nclass = "路灯"\n'
    )
    (tmp_path / "p.toml").write_text(profile, encoding="utf-8")

    def bring(lines: list[str]) -> Any:
        (tmp_path / "l.tsv").write_text(head + "".join(lines), encoding="utf-8")
        order = ImportRequest(tmp_path / "l.tsv", "component", profile=str(tmp_path / "p.toml"), apply=True)
        return run(connection, scope, order)

    deliver(connection, scope, [Delivered(CJ, "0102", shapely.Point(120.16, 30.321), code="3301050102000001")])
    whole = [line(n) for n in range(1, 13)]
    assert bring(whole).summary.retired == 0
    damaged = line(3, lat="33.32")
    report = bring([*whole[:2], damaged, *whole[3:11]])
    assert (report.summary.retired, report.summary.unchanged, report.rows_in_error, report.applied) == (1, 10, 1, True)
    gone = connection.execute("SELECT code FROM registry.asset WHERE state = 'retired'").fetchall()
    assert gone == [(code(12),)]
    undo(connection, scope, report.summary.change_set)
    report = bring(whole[:6])
    assert (report.summary.retired, report.summary.unconfirmed, report.applied) == (6, 6, False)
    assert [p.code for p in report.problems] == [Code.RETIRES_MANY]
    proposed = connection.execute(
        "SELECT count(*) FROM registry.change WHERE action = 'retire' AND NOT accepted"
    ).fetchone()
    assert proposed == (6,)
    assert bring(whole).summary.changes == 0, "a proposal that waits changes nothing"


@pytest.fixture
def doubtful(connection: Connection, scope: Scope, monkeypatch: pytest.MonkeyPatch) -> tuple[int, list[int]]:
    """A proposed set whose one row, by its match, could be the first asset or the second."""
    deliver(connection, scope, [lamp(1, code=code(1), name="甲"), lamp(2, code=code(2), name="乙")])
    ids = [row[0] for row in connection.execute("SELECT id FROM registry.asset ORDER BY id").fetchall()]

    def unsure(connection: Connection, *_rest: Any) -> None:
        connection.execute(
            "INSERT INTO matched SELECT source_row, %s, 'place', 0.6, true, %s FROM delivery", (ids[0], ids)
        )

    with monkeypatch.context() as patch:
        patch.setattr("registry.identity.matcher.match", unsure)
        row = Delivered(
            CJ, "0118", shapely.Point(120.1501512345678, 30.32), state="damaged", attributes='{"size_mm": 7}'
        )
        summary = deliver(connection, scope, [row], apply=False)
    assert (summary.doubtful, summary.moved) == (1, 1)
    return summary.change_set, ids


def proposed(connection: Connection, change_set: int) -> Any:
    return connection.execute(
        "SELECT action, asset_id, code, name, accepted, doubtful, matched_by, base_version, ST_X(geom), state"
        " FROM registry.change WHERE change_set = %s",
        (change_set,),
    ).fetchall()


def test_a_doubtful_row_is_not_applied_undecided(
    connection: Connection, scope: Scope, doubtful: tuple[int, list[int]]
) -> None:
    change_set, ids = doubtful
    assert proposed(connection, change_set)[0][:6] == ("move", ids[0], code(1), "甲", False, True)
    change_sets.apply(connection, scope, change_set)
    assert connection.execute(
        "SELECT count(*) FROM registry.asset WHERE version > 1 OR state <> 'intact'"
    ).fetchone() == (0,)


def test_an_undo_after_areas_were_redrawn_speaks_of_the_new_ones(connection: Connection, scope: Scope) -> None:
    def redraw(middle: float) -> None:
        connection.execute("SET LOCAL ROLE chengji_owner")
        lon, lat = seed.LON, seed.LAT
        shapes = [
            AreaShape(f"{seed.DISTRICT}00100101", "西格", "", shapely.box(lon - 0.04, lat - 0.04, middle, lat + 0.04)),
            AreaShape(f"{seed.DISTRICT}00200101", "东格", "", shapely.box(middle, lat - 0.04, lon + 0.04, lat + 0.04)),
        ]
        load_areas(connection, seed.DISTRICT, shapes)
        relocate(connection, seed.DISTRICT)
        connection.execute("SET LOCAL ROLE chengji_app")

    def grids() -> list[Any]:
        return connection.execute("SELECT areas[array_upper(areas, 1)] FROM registry.asset ORDER BY id").fetchall()

    redraw(seed.LON)
    deliver(connection, scope, [Delivered(CJ, "0118", shapely.Point(seed.LON + 0.01, seed.LAT), code=code(1))])
    relocated = Delivered(CJ, "0118", shapely.Point(seed.LON - 0.01, seed.LAT), code=code(1))
    moved = deliver(connection, scope, [relocated]).change_set
    proposed = deliver(
        connection, scope, [Delivered(CJ, "0118", shapely.Point(seed.LON + 0.005, seed.LAT), code=code(2))], False
    )
    redraw(seed.LON + 0.02)
    assert grids() == [("33010500100101",)]
    undo(connection, scope, moved)
    assert grids() == [("33010500100101",)], "where it is back now lies in the western grid, as redrawn"
    change_sets.apply(connection, scope, proposed.change_set)
    assert grids() == [("33010500100101",)] * 2


def test_a_failed_undo_can_be_tried_again(connection: Connection, scope: Scope) -> None:
    """arches#12238: its code is somebody else's by now; once that is corrected, the same undo goes through."""
    deliver(connection, scope, keyed(1))
    done = deliver(connection, scope, keyed(7)).change_set
    deliver(connection, scope, [lamp(9, code=code(50), external_key="K9")])
    edit(connection, scope, "K9", code=code(1))
    with pytest.raises(change_sets.StaleChanges) as stale:
        undo(connection, scope, done)
    assert [(r.code, r.reason) for r in stale.value.rows] == [(code(1), Reason.CODE)]
    assert named(connection) == {"K1": code(7), "K9": code(1)}
    edit(connection, scope, "K9", code=code(51))
    undo(connection, scope, done)
    assert named(connection) == {"K1": code(1), "K9": code(51)}
