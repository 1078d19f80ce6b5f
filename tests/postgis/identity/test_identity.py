"""A row that names no asset finds the one it is: by a rule, by being the same, by its place. What is not clear is doubtful."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import psycopg
import pytest
import seed
import shapely
from numpy.typing import NDArray
from seed import Delivered, put

from registry.access.scope import open_scope
from registry.changes import change_sets
from registry.identity.matcher import Rules

CJ, ROAD, PARK = "CJ/T 214-2007", "GB 50220-95 / CJJ 37-2012", "CJJ/T 85-2017"
EAST, NORTH = 96_160.0, 110_856.0
"""Metres in a degree at 30.32 N."""
Connection = psycopg.Connection[Any]
Places = NDArray[np.float64]


def at(xy: Places) -> NDArray[Any]:
    """Points so many metres east and north of the seed's centre."""
    points: NDArray[Any] = shapely.points(seed.LON + xy[..., 0] / EAST, seed.LAT + xy[..., 1] / NORTH)
    return points


def lamps(xy: Iterable[Any], **values: Any) -> list[Delivered]:
    return [Delivered(CJ, "0118", point, **values) for point in at(np.array(list(xy), float))]


@dataclass
class Register:
    """A register of one test, in one transaction."""

    connection: Connection
    person: int

    def holds(self, rows: list[Delivered], layer: str = "component") -> list[int]:
        """Put rows in; the ids of their assets, in their order."""
        coded = [replace(row, code=row.code or f"33010599{n:08d}") for n, row in enumerate(rows)]
        change_set = put(self.connection, seed.DISTRICT, self.person, layer, coded).change_set
        return [row[0] for row in self._changes("asset_id", change_set)]

    def outcomes(
        self, rows: list[Delivered], layer: str = "component", rules: Rules | None = None
    ) -> list[tuple[Any, ...]]:
        """Deliver rows without applying: action, asset, how matched, doubtful and candidates, for each that would change."""
        scope = open_scope(self.connection, seed.DISTRICT, self.person)
        change_set = change_sets.propose(self.connection, scope, layer, "import", change_sets.ChangeSetOrigin("again"))
        with change_sets.staging(self.connection) as copy:
            copy.write("".join(seed._csv(rows, seed.DISTRICT)))
        change_sets.diff(self.connection, scope, layer, change_set, rules)
        return self._changes("source_row - 2, action, asset_id, matched_by, doubtful, candidates, accepted", change_set)

    def _changes(self, columns: str, change_set: int) -> list[tuple[Any, ...]]:
        asked = f"SELECT {columns} FROM registry.change WHERE change_set = %s ORDER BY source_row"
        return self.connection.execute(asked.encode(), (change_set,)).fetchall()


@pytest.fixture
def register(connection: Connection, people: dict[str, int]) -> Register:
    return Register(connection, people["surveyor"])


def scattered(count: int, rng: np.random.Generator, spacing: float = 4.0) -> Places:
    """Points on a grid of `spacing` metres, shaken by a quarter of it: neighbours of one class are 2 to 6 m apart."""
    side = int(np.ceil(count**0.5))
    grid = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2)[:count] * spacing
    shaken: Places = grid + rng.uniform(-spacing / 4, spacing / 4, (count, 2))
    return shaken


def jitter(count: int, rng: np.random.Generator, most: float = 1.0) -> Places:
    """Up to `most` metres in any direction."""
    angle, away = rng.uniform(0, 2 * np.pi, count), most * rng.uniform(0, 1, count) ** 0.5
    return np.stack([away * np.cos(angle), away * np.sin(angle)], axis=1)


def verdict(outcomes: list[tuple[Any, ...]], truth: list[int | None]) -> tuple[int, int, int, int]:
    """Rows that kept their id without doubt; that got another's or a new one though they had one; doubtful ones; new ones."""
    sure = [(row[2] if row[1] != "add" else None, truth[row[0]]) for row in outcomes if not row[4]]
    kept = sum(got == true for got, true in sure if true is not None)
    wrong = sum(got != true for got, true in sure)
    return kept, wrong, sum(row[4] for row in outcomes), sum(got is None for got, true in sure if true is None)


@pytest.mark.parametrize("shift", [(0.0, 0.0), (1.2, -0.9)], ids=["as it was", "1.5 m off as a whole"])
def test_a_survey_without_codes_in_another_order_keeps_its_ids(register: Register, shift: tuple[float, float]) -> None:
    """5,000 lamps, each within 1 m of where it was; one in a hundred gone, one in a hundred new between the others."""
    rng = np.random.default_rng(5)
    places = scattered(5_000, rng, 6.0)
    ids = register.holds(lamps(places))
    order = rng.permutation(len(places))[50:]
    fresh = places[order[:50]] + [3.0, 3.0]
    again = np.concatenate([places[order] + jitter(len(order), rng), fresh]) + shift
    outcomes = register.outcomes(lamps(again))
    kept, wrong, doubtful, new = verdict(outcomes, [*(ids[i] for i in order), *[None] * 50])
    assert wrong == 0
    assert kept >= 0.99 * len(order)
    assert doubtful <= 0.01 * len(order) + 50
    assert kept + doubtful + new == len(outcomes) == 5_000


def test_among_crowded_neighbours_nobody_is_swapped(register: Register) -> None:
    """Neighbours of one class about 1.2 m apart, measured with up to 1 m of error: mostly doubtful, never wrong."""
    rng = np.random.default_rng(6)
    places = scattered(900, rng, 1.2)
    ids = register.holds(lamps(places))
    order = rng.permutation(len(places))
    outcomes = register.outcomes(lamps(places[order] + jitter(len(order), rng)))
    _kept, wrong, doubtful, _new = verdict(outcomes, [ids[i] for i in order])
    assert wrong == 0
    assert doubtful > 450
    assert all(row[5] and not row[6] for row in outcomes if row[4]), (
        "doubtful rows name candidates and are not accepted"
    )


@pytest.mark.parametrize("seed_", range(12))
def test_two_lamps_closer_than_the_error_are_right_or_doubtful(register: Register, seed_: int) -> None:
    rng = np.random.default_rng(seed_)
    places = np.array([[0.0, 0.0], [0.6, 0.0]])
    ids = register.holds(lamps(places))
    outcomes = register.outcomes(lamps(places + jitter(2, rng)))
    for row, _action, asset, by, doubtful, candidates, _accepted in outcomes:
        assert by == "place"
        assert doubtful or asset == ids[row]
        assert not doubtful or set(candidates) <= set(ids)
    assert len({row[2] for row in outcomes}) == 2


def test_attributes_tell_neighbours_apart(register: Register) -> None:
    """The same two lamps, crossed over: what they are made of and who looks after them says who is who."""
    first = {"maintainer": "甲公司", "attributes": '{"material": "钢", "location": "文一路K0+100"}'}
    second = {"maintainer": "乙公司", "attributes": '{"material": "铝合金", "location": "文一路K0+130"}'}
    ids = register.holds([*lamps([[0, 0]], **first), *lamps([[0.6, 0]], **second)])
    outcomes = register.outcomes([*lamps([[0.55, 0]], **first), *lamps([[0.05, 0]], **second)])
    assert [(row[2], row[4]) for row in outcomes] == [(ids[0], False), (ids[1], False)]


def test_a_rule_of_the_profile_comes_before_the_place(register: Register) -> None:
    """Road and pole number identify; a pole moved by 300 m is found, one whose number is another's is not taken by place."""

    def pole(x: float, number: str) -> Delivered:
        return lamps([[x, 0]], attributes=f'{{"road": "文一路", "pole": "{number}"}}')[0]

    ids = register.holds([pole(0, "1"), pole(30, "2"), pole(60, "3")])
    rules = Rules(("attributes.road", "attributes.pole"))
    outcomes = register.outcomes([pole(300, "2"), pole(0.5, "1"), pole(60.5, "4")], rules=rules)
    assert [(row[2], row[3], row[4]) for row in outcomes[:2]] == [(ids[1], "rule", False), (ids[0], "rule", False)]
    assert outcomes[2][4] and outcomes[2][5] == [ids[2]]


def test_a_rule_that_two_rows_fulfil_decides_nothing(register: Register) -> None:
    ids = register.holds(lamps([[0, 0], [50, 0]], attributes='{"pole": "7"}'))
    outcomes = register.outcomes(
        lamps([[0.2, 0], [50.2, 0]], attributes='{"pole": "7"}'), rules=Rules(("attributes.pole",))
    )
    assert [(row[2], row[3], row[4]) for row in outcomes] == [(ids[0], "place", False), (ids[1], "place", False)]


def test_a_key_that_is_new_goes_to_the_asset_in_its_place_that_has_none(register: Register) -> None:
    ids = register.holds([*lamps([[0, 0]]), *lamps([[30, 0]], external_key="A-1")])
    outcomes = register.outcomes([*lamps([[0.3, 0]], external_key="B-1"), *lamps([[30.3, 0]], external_key="B-2")])
    assert (outcomes[0][2], outcomes[0][3], outcomes[0][4]) == (ids[0], "place", False)
    assert (outcomes[1][1], outcomes[1][4]) == ("add", False), "another key is another thing"


def test_another_class_in_the_same_place_is_doubtful_and_only_if_all_else_agrees(register: Register) -> None:
    same = {"attributes": '{"material": "钢", "location": "文一路K0+100"}', "maintainer": "甲公司"}
    ids = register.holds([*lamps([[0, 0]], **same), *lamps([[40, 0]], attributes='{"material": "铸铁"}')])
    point, other = at(np.array([[0.3, 0], [40.3, 0]]))
    outcomes = register.outcomes(
        [Delivered(CJ, "0102", point, **same), Delivered(CJ, "0102", other, attributes='{"material": "混凝土"}')]
    )
    assert (outcomes[0][1], outcomes[0][2], outcomes[0][4]) == ("move", ids[0], True)
    assert (outcomes[1][1], outcomes[1][4]) == ("add", False)


def test_retired_assets_come_last(register: Register) -> None:
    """A row beside a retired and a live asset is the live one, though the retired one is nearer."""
    ids = register.holds([*lamps([[0, 0]], state="retired"), *lamps([[1.5, 0]]), *lamps([[90, 0]], state="retired")])
    outcomes = register.outcomes(lamps([[0.2, 0], [90.2, 0]]))
    assert (outcomes[0][2], outcomes[0][4]) == (ids[1], False)
    assert (outcomes[1][2], outcomes[1][4]) == (ids[2], False), "nothing else there: it is back"


def test_what_lies_farther_than_the_tolerance_is_new(register: Register) -> None:
    ids = register.holds(lamps([[0, 0]]))
    assert register.outcomes(lamps([[8, 0]]))[0][1] == "add"
    outcomes = register.outcomes(lamps([[8, 0]]), rules=Rules(tolerance_m=10))
    assert (outcomes[0][2], outcomes[0][4]) == (ids[0], False)


def road(xy: Places, name: str | None = None) -> Delivered:
    return Delivered(ROAD, "2", shapely.MultiLineString([shapely.get_coordinates(at(xy))]), name)


def test_redigitised_roads_keep_their_ids(register: Register) -> None:
    """Other vertices, up to 1 m beside, other direction, ends some metres on; 8 m beside runs the other carriageway."""
    rng = np.random.default_rng(3)
    x = np.linspace(0, 600, 13)
    lines = [np.stack([x, 30 * np.sin(x / 90) + 8 * n], axis=1) for n in range(20)]
    ids = register.holds([road(line) for line in lines], "road")
    order = rng.permutation(20)
    again = []
    for n in order:
        dense = np.linspace(0, 596, 80)
        y = np.interp(dense, x, lines[n][:, 1])
        again.append(road((np.stack([dense, y], axis=1) + jitter(80, rng))[:: rng.choice([1, -1])]))
    outcomes = register.outcomes(again, "road")
    assert verdict(outcomes, [ids[n] for n in order]) == (20, 0, 0, 0)


def test_a_road_cut_in_two_is_doubtful(register: Register) -> None:
    ids = register.holds([road(np.array([[0, 0], [300, 0], [600, 0]]))], "road")
    outcomes = register.outcomes(
        [road(np.array([[0, 0.2], [380, 0.2]])), road(np.array([[380, 0.2], [600, 0.2]]))], "road"
    )
    assert (outcomes[0][2], outcomes[0][4], outcomes[0][5]) == (ids[0], True, ids)
    assert outcomes[1][1] == "add"


def test_redigitised_parks_keep_their_ids(register: Register) -> None:
    """Neighbours that share an edge; corners off by up to 1 m, and one pond drawn 4 m wider all around."""
    rng = np.random.default_rng(4)

    def park(xy: Places) -> Delivered:
        return Delivered(PARK, "G11", shapely.MultiPolygon([shapely.Polygon(shapely.get_coordinates(at(xy)))]))

    square = np.array([[0, 0], [60, 0], [60, 60], [0, 60]], float)
    places = [square + np.array([60.0 * i, 60.0 * j]) for i in range(5) for j in range(5)]
    pond = square * 3 + [600.0, 0.0]
    ids = register.holds([park(xy) for xy in [*places, pond]], "green")
    order = rng.permutation(25)
    wider = (pond - pond.mean(axis=0)) * 1.045 + pond.mean(axis=0)
    outcomes = register.outcomes([*(park(places[n] + jitter(4, rng)) for n in order), park(wider)], "green")
    assert verdict(outcomes, [*(ids[n] for n in order), ids[25]]) == (26, 0, 0, 0)
