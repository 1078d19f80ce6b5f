"""Rows that are known by their fingerprint are not looked at again; whatever could change their fate must change that."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest

from importers.pipeline import ImportRequest, Report, run
from importers.problems.problem import Code
from importers.profiles.profile import Profile
from importers.stage.fingerprints import Fingerprinter
from importers.stage.unchanged import UnchangedRows
from registry.access.scope import Scope, open_scope
from registry.changes import change_sets
from registry.changes.edits import Edit, propose_edit
from registry.identity.fingerprints import KnownFingerprints

Connection = psycopg.Connection[Any]
HEAD = "标识码\t编号\t小类\t名称\t状态\t养护单位\t材质\t经度\t纬度\n"


def line(n: int, **other: str) -> str:
    row = {"code": f"3301050118{n:06d}", "key": f"L-{n}", "class": "0118", "name": f"试验灯{n}", "state": "完好",
           "maintainer": "试验养护有限公司", "material": "铸铁", "x": f"{120.15 + n * 0.0005:.7f}",
           "y": "30.3200123"}  # fmt: skip
    return "\t".join({**row, **other}.values()) + "\n"


LINES = [line(n) for n in range(1, 41)]

PLAIN = Profile("component", {"编号": "external_key", "小类": "class", "经度": "x", "纬度": "y"}, crs="EPSG:4490")


class Register:
    """An empty register, and what is delivered to it; `looked_at` is how many rows of the last delivery were not known."""

    def __init__(self, connection: Connection, scope: Scope, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.connection, self.scope, self.file = connection, scope, folder / "lamps.tsv"
        self.looked_at = 0
        really = UnchangedRows.remaining

        def counting(unchanged: UnchangedRows, rows: Any) -> Any:
            left = really(unchanged, rows)
            self.looked_at += len(left[0])
            return left

        monkeypatch.setattr(UnchangedRows, "remaining", counting)

    def deliver(self, lines: list[str], **how: Any) -> Report:
        self.file.write_text(HEAD + "".join(lines), encoding="utf-8")
        self.looked_at = 0
        how = {"columns": {"编号": "external_key"}, "crs": "EPSG:4490", "scheme": "CJ/T 214-2007", "apply": True} | how
        return run(self.connection, self.scope, ImportRequest(self.file, "component", **how))

    def as_owner(self, sql: str) -> None:
        self.connection.execute("SET LOCAL ROLE chengji_owner")
        self.connection.execute(sql.encode())
        self.connection.execute("SET LOCAL ROLE chengji_app")

    def asset(self, n: int) -> tuple[int, int]:
        row = self.connection.execute(
            "SELECT id, version FROM registry.asset WHERE code = %s", (f"3301050118{n:06d}",)
        ).fetchone()
        assert row is not None
        return row[0], row[1]

    def edit(self, n: int, **values: Any) -> int:
        number = propose_edit(self.connection, self.scope, Edit(*self.asset(n), values))
        change_sets.apply(self.connection, self.scope, number)
        return number


@pytest.fixture
def register(
    connection: Connection, people: dict[str, int], district: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Register:
    made = Register(connection, open_scope(connection, district, people["surveyor"]), tmp_path, monkeypatch)
    report = made.deliver(LINES)
    assert (report.summary.added, report.problems) == (40, [])
    return made


def test_the_same_file_is_not_looked_at_again(register: Register) -> None:
    report = register.deliver(LINES)
    assert (report.summary.changes, report.summary.unchanged, register.looked_at, report.rows) == (0, 40, 0, 40)
    assert register.deliver(LINES[::-1]).summary.unchanged == 40
    assert register.looked_at == 0, "the order of rows does not matter"


def test_a_known_delivery_is_not_held_against_the_register_again(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its system was judged when its rows came first. One that lies elsewhere is judged anew, whatever it is called."""
    register.file = register.file.with_suffix(".geojson")

    def deliver(off: float) -> Report:
        features = [
            {"type": "Feature", "properties": {"标识码": f"3301050118{n:06d}", "小类": "0118", "名称": f"试验灯{n}"},
             "geometry": {"type": "Point", "coordinates": [120.15 + n * 0.0005 + off, 30.3200123]}}
            for n in range(1, 41)
        ]  # fmt: skip
        register.file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        return run(
            register.connection,
            register.scope,
            ImportRequest(register.file, "component", scheme="CJ/T 214-2007", apply=True),
        )

    assert deliver(0.0).summary.unchanged == 40, "the lamps of the fixture, from a file of another format"

    def load(*_given: Any, **_more: Any) -> None:
        raise AssertionError("held against the register")

    monkeypatch.setattr("importers.inspection.crs_choice.load_reference", load)
    assert deliver(0.0).summary.unchanged == 40
    with pytest.raises(AssertionError, match="held against"):
        deliver(0.004)


def test_only_what_changed_is_looked_at(register: Register) -> None:
    report = register.deliver([line(1, state="破损"), *LINES[1:], line(50)])
    assert (report.summary.updated, report.summary.added, report.summary.unchanged) == (1, 1, 39)
    assert register.looked_at == 2
    register.deliver([line(1, state="破损"), *LINES[1:], line(50)])
    assert register.looked_at == 0


def test_an_edit_by_hand_is_looked_at(register: Register) -> None:
    register.edit(7, state="missing")
    report = register.deliver(LINES)
    assert (report.summary.updated, report.summary.unchanged, register.looked_at) == (1, 39, 1)


def test_a_retired_asset_is_looked_at(register: Register) -> None:
    register.edit(7, state="retired")
    report = register.deliver(LINES)
    assert (report.summary.updated, register.looked_at) == (1, 1), "delivered again, it is there again"


def test_an_undo_gives_fingerprints_back(register: Register) -> None:
    """Undone, the earlier delivery is what the register holds; done again, the later one is."""
    later = [line(n, name=f"新名{n}") for n in range(1, 11)] + LINES[10:]
    done = register.deliver(later).summary.change_set
    undone = change_sets.undo(register.connection, register.scope, done).change_set
    change_sets.apply(register.connection, register.scope, undone)
    assert (register.deliver(LINES).summary.changes, register.looked_at) == (0, 0)
    again = change_sets.undo(register.connection, register.scope, undone).change_set
    change_sets.apply(register.connection, register.scope, again)
    assert (register.deliver(LINES, apply=False).summary.updated, register.looked_at) == (10, 10)


def test_what_was_rejected_is_proposed_again(register: Register) -> None:
    changed = [line(1, state="破损"), *LINES[1:]]
    first = register.deliver(changed, apply=False)
    change_sets.reject(register.connection, register.scope, first.summary.change_set)
    assert register.deliver(changed, apply=False).summary.updated == 1


@pytest.mark.parametrize(
    ("how", "changed"),
    [
        ({"constants": {"source": "普查"}}, 40),
        ({"columns": {"编号": "external_key", "材质": "attributes.kind"}}, 40),
        ({"crs": "GCJ-02"}, 40),
        ({"columns": {"编号": "attributes.number"}}, 40),
    ],
)
def test_treated_otherwise_it_is_looked_at(register: Register, how: dict[str, Any], changed: int) -> None:
    report = register.deliver(LINES, **how)
    assert (register.looked_at, report.summary.changes) == (40, changed)


@pytest.mark.parametrize(
    "tampered",
    [
        "DELETE FROM registry.asset_class WHERE (scheme, code) = ('CJ/T 214-2007', '0120')",
        "UPDATE registry.layer SET schema = schema || '{\"description\": \"x\"}' WHERE code = 'component'",
        "UPDATE registry.district SET box = ST_Expand(box, 0.01)",
        "UPDATE registry.area SET geom = ST_Multi(ST_Buffer(geom, 0.001)) WHERE kind = 'district'",
    ],
)
def test_judged_by_other_rules_it_is_looked_at(register: Register, tampered: str) -> None:
    """And found to be the same all the same, which is remembered without a new version."""
    register.as_owner(tampered)
    report = register.deliver(LINES)
    assert (register.looked_at, report.summary.changes, report.summary.unchanged) == (40, 0, 40)
    register.deliver(LINES)
    assert register.looked_at == 0
    assert register.asset(1)[1] == 1


def test_a_class_that_is_gone_is_told(register: Register) -> None:
    register.as_owner("UPDATE registry.asset_class SET code = '0199' WHERE (scheme, code) = ('CJ/T 214-2007', '0118')")
    report = register.deliver(LINES)
    assert register.looked_at == 40
    assert {p.code for p in report.problems} & {
        Code.CLASS_UNKNOWN,
        Code.CLASS_OF_OTHER_LAYER,
        Code.CLASS_OF_OTHER_SCHEME,
    }


def test_a_warning_is_told_again(register: Register) -> None:
    warned = [*LINES, line(60, code="3301050102000060", key="L-60")]  # the digits of another class
    assert [p.code for p in register.deliver(warned).problems] == [Code.CODE_CLASS_DIFFERS]
    report = register.deliver(warned)
    assert [p.code for p in report.problems] == [Code.CODE_CLASS_DIFFERS]
    assert (register.looked_at, report.summary.unchanged) == (1, 41)


@pytest.mark.parametrize(
    ("lines", "how", "said"),
    [
        ([line(n, code="", x=f"{40_512_000 + 50 * n}", y=f"{3_355_000 + 30 * n}.5") for n in range(1, 31)],
         {"crs": "EPSG:4549"}, "zone_prefix_removed"),
        ([line(n, **{"class": "118"}) for n in range(1, 31)], {}, "class_zero_lost"),
        ([line(n, code="", name="") for n in range(1, 31)], {"scheme": None, "profile_toml": PLAIN.to_toml()},
         "scheme_ambiguous"),
    ],
)  # fmt: skip
def test_what_was_said_of_the_whole_is_said_again(register: Register, lines: list[str], how: Any, said: str) -> None:
    """Of the delivery as such, that is, and once: though not one of its rows is looked at."""
    first, again, third = (register.deliver(lines, **how) for _time in range(3))
    assert (again.summary.unchanged, again.summary.changes) == (30, 0)
    assert register.looked_at == 0
    remarks = [[(str(p.code), p.value) for p in report.problems if p.row is None] for report in (first, again, third)]
    assert [code for code, _value in remarks[1]] == [said]
    assert remarks[0] == remarks[1] == remarks[2]


def test_two_rows_in_one_place_are_told_again_and_what_was_taken_in_beside_an_asset_is_not(register: Register) -> None:
    beside = [line(n, code="", key=f"B-{n}", x=f"{120.15 + n * 0.0005 + 2e-6:.7f}") for n in (5, 9)]
    near_duplicates = [line(60), line(61, name="试验灯60", x=f"{120.15 + 60 * 0.0005 + 1e-6:.7f}")]
    first, again = (register.deliver([*LINES, *beside, *near_duplicates]) for _time in range(2))
    assert [(str(p.code), p.row) for p in first.problems if p.code == Code.NEAR_EXISTING] == [
        ("near_existing", 42), ("near_existing", 43),
    ]  # fmt: skip
    assert first.summary.added == 4
    assert (again.summary.changes, again.summary.unchanged) == (0, 44)
    repeated = [(str(p.code), p.row, p.details) for p in first.problems if p.code != Code.NEAR_EXISTING]
    assert [code for code, _row, _details in repeated] == ["place_repeated"]
    assert [(str(p.code), p.row, p.details) for p in again.problems] == repeated, "decided when they were applied"
    assert register.looked_at == 2


@pytest.mark.parametrize("place", [0, 20, 40])
def test_a_code_that_repeats_a_known_row_is_told(register: Register, place: int) -> None:
    """Wherever the new row stands: the later of the two is the one that repeats."""
    new = line(5, key="L-99", name="另一盏")
    rows = [*LINES[:place], new, *LINES[place:]]
    report = register.deliver(rows, apply=False)
    assert [p.code for p in report.problems] == [Code.CODE_REPEATED]
    assert report.problems[0].row == (place + 2 if place > 4 else 7)


def test_another_row_for_a_known_rows_asset_is_a_conflict(register: Register) -> None:
    """By its key alone, which the known row does not have."""
    register.deliver([line(n, key="") for n in range(1, 41)])
    report = register.deliver([*(line(n, key="") for n in range(1, 41)), line(3, code="", state="破损")], apply=False)
    assert (report.summary.conflicts, report.summary.unchanged, report.summary.changes) == (1, 40, 0)


def test_equal_rows_each_find_their_own_asset(register: Register) -> None:
    near_duplicates = [line(n, code="", key="", name="孪生") for n in (70, 70, 71)]
    assert register.deliver([*LINES, *near_duplicates]).summary.added == 3
    report = register.deliver([*LINES, *near_duplicates])
    assert (report.summary.changes, report.summary.unchanged) == (0, 43)
    assert register.deliver([*LINES, *near_duplicates, near_duplicates[0]], apply=False).summary.added == 1


def test_a_code_that_became_another_assets_is_looked_at(register: Register) -> None:
    """Known by its earlier code, a row would be the other asset's as soon as that has the code."""
    register.edit(3, code="3301050118000903")
    old = [line(3, key="")]
    assert register.deliver(old).summary.changes == 0 or register.deliver(old).summary.changes == 0
    assert register.looked_at == 1, "compared each time"


def test_many_known_rows_are_found_by_place() -> None:
    rng = np.random.default_rng(1)
    prints = rng.integers(0, 1 << 63, (10_000, 2), dtype=np.uint64)
    prints[5] = prints[4]
    known = KnownFingerprints(np.arange(10_000), prints)
    usable = np.ones(4, dtype=bool)
    places, found = known.find(np.array([prints[9_999], prints[4], prints[0], prints[0]]), usable)
    assert dict(zip(places.tolist(), known.take(found).tolist(), strict=True)) == {0: 9_999, 2: 0}
    assert len(known.find(prints[[0, 9_999]], usable[:2])[0]) == 0, "each asset once"
    assert len(KnownFingerprints(np.zeros(0, np.int64), np.zeros((0, 2), np.uint64)).find(prints[:4], usable)[0]) == 0


def test_cells_cannot_pretend_to_be_other_cells(make: Callable[..., Any]) -> None:
    _same, true = make(["a\x1fb", "a"], ["c", "b\x1fc"])
    assert not true.any()
    plain, true = make(["a", None, "a"], ["b", "ab", None])
    assert true.all()
    assert len(np.unique(plain, axis=0)) == 3
    assert not make(["\x1e"], ["b"])[1].any()


@pytest.fixture
def make() -> Callable[..., Any]:
    import pyarrow as pa

    from importers.crs.systems import SourceCrs
    from importers.profiles.profile import Profile
    from importers.records import Rows
    from registry.catalogue.layers import reference_layers

    maker = Fingerprinter(
        Profile("component"), SourceCrs("EPSG:4490", "option", "EPSG:4490"), reference_layers()["component"], ""
    )

    def of(*columns: list[str | None]) -> Any:
        named = {f"c{n}": pa.array(column, pa.string()) for n, column in enumerate(columns)}
        return maker.of(Rows(np.arange(len(columns[0])), named))

    return of
