"""Who is asking, and what follows from it: the functions that every policy calls."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import seed
from psycopg.sql import SQL, Identifier

from registry.access import accounts
from registry.access.permissions import Permission
from registry.access.scope import open_scope
from registry.database.connections import connect
from registry.errors import Conflict, NotAllowed, NotFound
from registry.operations.doctor import examine

Connection = psycopg.Connection[Any]


@pytest.fixture
def seeded(seeded_database: str) -> Iterator[Connection]:
    with connect(seeded_database) as connection:
        yield connection
        connection.rollback()


def person(connection: Connection, username: str) -> int:
    row = connection.execute("SELECT id FROM registry.person WHERE username = %s", (username,)).fetchone()
    assert row is not None
    return int(row[0])


def role_now(connection: Connection) -> str:
    row = connection.execute("SELECT current_user::text").fetchone()
    assert row is not None
    return str(row[0])


def test_a_contractor_works_under_a_role_of_his_own(seeded: Connection) -> None:
    """Until the transaction ends or another person is said to ask; and it has no more than its grants."""
    scope = open_scope(seeded, seed.DISTRICT, person(seeded, "contractor"))
    assert (scope.contractor, scope.zones, scope.layers, scope.writable) == (True, (), frozenset(), frozenset())
    assert role_now(seeded) == "chengji_contractor"
    assert not open_scope(seeded, seed.DISTRICT, _inspector(seeded)).contractor
    assert role_now(seeded) == "chengji_app"
    open_scope(seeded, seed.DISTRICT, scope.person_id)
    seeded.rollback()
    assert role_now(seeded) == "chengji_app"


def _inspector(connection: Connection) -> int:
    connection.execute("SET LOCAL ROLE chengji_app")
    return person(connection, "inspector")


@pytest.mark.parametrize(
    "table",
    ["asset_version", "asset_cell", "tile_revision", "change_set", "change", "record_change", "record_version", "problem",
     "delivery", "delivery_file", "profile", "person", "membership", "affiliation", "layer_grant", "guide_price", "duty",
     "coverage", "zone_piece", "code_sequence", "role_permission"],
)  # fmt: skip
def test_what_a_contractor_has_no_grant_for(seeded: Connection, table: str) -> None:
    open_scope(seeded, seed.DISTRICT, person(seeded, "contractor"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        seeded.execute(SQL("SELECT * FROM registry.{}").format(Identifier(table)))


def test_a_contractor_writes_nothing_but_his_looks(seeded: Connection) -> None:
    open_scope(seeded, seed.DISTRICT, person(seeded, "contractor"))
    rows = seeded.execute(
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
        " WHERE grantee = 'chengji_contractor' AND privilege_type <> 'SELECT'"
    ).fetchall()
    assert rows == [("access_log", "INSERT")]


def test_no_role_inherits_the_contractors_policies(seeded: Connection) -> None:
    """Else they would be ORed into every statement of the staff."""
    rows = seeded.execute(
        "SELECT a.rolname, b.rolname FROM pg_roles a, pg_roles b WHERE a.rolname LIKE 'chengji\\_%'"
        " AND b.rolname LIKE 'chengji\\_%' AND a.rolname <> b.rolname AND NOT a.rolsuper"
        " AND pg_has_role(a.oid, b.oid, 'member') AND 'chengji_contractor' IN (a.rolname, b.rolname)"
    ).fetchall()
    assert rows == []
    seen = seeded.execute(
        "SELECT tablename FROM pg_policies WHERE 'chengji_contractor' = ANY (roles) AND cardinality(roles) > 1"
        " OR roles = '{public}' AND tablename NOT IN ('district', 'area')"
    ).fetchall()
    assert seen == [("access_log",)], "one policy a role; districts and areas are everybody's who has a role there"


def test_doctor_watches_the_roles_and_the_operators(seeded_clone: str) -> None:
    with psycopg.connect(seeded_clone, autocommit=True) as connection:
        connection.execute("ALTER FUNCTION arrayoverlap(anyarray, anyarray) NOT LEAKPROOF")
    assert len([f for f in examine(seeded_clone) if not f.ok]) == 1
    with psycopg.connect(seeded_clone, autocommit=True) as connection:
        connection.execute("ALTER FUNCTION arrayoverlap(anyarray, anyarray) LEAKPROOF")
        name = Identifier("chengji_test_company")
        connection.execute(SQL("DROP ROLE IF EXISTS {}").format(name))
        connection.execute(SQL("CREATE ROLE {} LOGIN IN ROLE chengji_contractor").format(name))
        try:
            assert len([f for f in examine(seeded_clone) if not f.ok]) == 1, "no direct login for contractors"
        finally:
            connection.execute(SQL("DROP ROLE {}").format(name))
    assert [f.what for f in examine(seeded_clone) if not f.ok] == []


def test_a_direct_login_is_not_believed_to_be_somebody_else(seeded_clone: str) -> None:
    """Not even one that was made a member of the contractors' role by mistake."""
    name = "chengji_test_login"
    with psycopg.connect(seeded_clone, autocommit=True) as owner:
        owner.execute(SQL("DROP ROLE IF EXISTS {}").format(Identifier(name)))
        owner.execute(SQL("CREATE ROLE {} LOGIN PASSWORD 'x' IN ROLE chengji_contractor").format(Identifier(name)))
        inspector = person(owner, "inspector")
        try:
            with psycopg.connect(seeded_clone, user=name, password="x") as direct:
                direct.execute("SELECT set_config('registry.person', %s, false)", (str(inspector),))
                direct.execute("SET ROLE chengji_contractor")
                for asking in ("chengji_app", "chengji_contractor"):
                    assert direct.execute("SELECT registry.person_id(%s)", (asking,)).fetchone() == (None,)
                assert direct.execute("SELECT registry.my_zones(current_user)").fetchone() == ([],)
        finally:
            owner.execute(SQL("DROP ROLE {}").format(Identifier(name)))


def test_the_permissions_are_those_of_the_database(seeded: Connection) -> None:
    stored = {row[0] for row in seeded.execute("SELECT permission FROM registry.role_permission")}
    assert stored == set(Permission)


def test_a_scope_knows_its_permissions(seeded: Connection) -> None:
    scope = open_scope(seeded, seed.DISTRICT, person(seeded, "inspector"))
    scope.require(Permission.CONTRACT_READ)
    with pytest.raises(NotAllowed, match="price:read"):
        scope.require(Permission.PRICE_READ)


def test_staff_or_contractor_never_both(seeded: Connection) -> None:
    seeded.execute("SET LOCAL ROLE chengji_owner")
    with pytest.raises(Conflict, match="contractor"):
        accounts.grant_role(seeded, "contractor", seed.DISTRICT, "inspector")
    accounts.grant_role(seeded, "contractor", seed.OTHER_DISTRICT, "inspector")
    accounts.grant_role(seeded, "inspector", seed.DISTRICT, "surveyor")


def test_an_affiliation_needs_its_company(seeded: Connection) -> None:
    seeded.execute("SET LOCAL ROLE chengji_owner")
    with pytest.raises(NotFound, match="不存在的公司"):
        accounts.affiliate(seeded, "contractor", seed.DISTRICT, "不存在的公司")
    accounts.affiliate(seeded, "contractor", seed.DISTRICT, "试验养护有限公司")
    with pytest.raises(NotFound, match="一班"):
        accounts.affiliate(seeded, "contractor", seed.DISTRICT, "试验养护有限公司", crew="一班")


def test_the_day_is_the_districts(seeded: Connection) -> None:
    """Neither the session's nor the server's: fourteen hours east it is tomorrow when it is today twelve hours west."""
    seeded.execute("SET LOCAL ROLE chengji_owner")
    days = []
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
        seeded.execute("UPDATE registry.district SET time_zone = %s WHERE code = %s", (zone, seed.DISTRICT))
        seeded.execute("SET LOCAL TimeZone = 'UTC'")
        days.append(seeded.execute("SELECT registry.today(%s)", (seed.DISTRICT,)).fetchone())
    assert days[0] != days[1]
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        seeded.execute("UPDATE registry.district SET time_zone = 'Nowhere/At_all'")
