"""The GeoAlchemy2 models are a mirror of what the migrations make."""

from sqlalchemy import create_engine, inspect

from registry.contracts.kinds import Kind
from registry.models.mapping import Base

WORDS = {"TEXT", "BIGINT", "INTEGER", "BOOLEAN", "DOUBLE", "JSONB", "ARRAY", "TIMESTAMP", "DATE", "UUID", "Geometry"}
# Written and read by fixed statements alone.
BY_STATEMENT = {"problem", "profile", "layer_grant", "code_sequence", "alembic_version", "role_permission", "affiliation",
                "trade", "task_kind", "record_change", "record_version", "zone_piece", "coverage",
                *(kind for kind in Kind if kind != "party")}  # fmt: skip


def _kind(type_: object) -> str:
    name = type(type_).__name__
    aliases = {"DateTime": "TIMESTAMP", "Text": "TEXT", "BigInteger": "BIGINT", "Integer": "INTEGER", "Boolean": "BOOLEAN",
               "Float": "DOUBLE", "DOUBLE_PRECISION": "DOUBLE", "Date": "DATE", "Double": "DOUBLE", "Uuid": "UUID"}  # fmt: skip
    return aliases.get(name, name)


def test_models_agree_with_the_database(database: str) -> None:
    looked_at = inspect(create_engine(database.replace("postgresql://", "postgresql+psycopg://")))
    for table in Base.metadata.tables.values():
        stored = {c["name"]: c for c in looked_at.get_columns(table.name, schema="registry")}
        assert {c.name for c in table.columns} == stored.keys(), table.name
        for column in table.columns:
            found = stored[column.name]
            assert _kind(column.type) == _kind(found["type"]), f"{table.name}.{column.name}"
            assert _kind(column.type) in WORDS
            assert column.nullable == found["nullable"] or found.get("computed"), f"{table.name}.{column.name}"
            if _kind(column.type) == "Geometry":
                assert (column.type.srid, column.type.geometry_type) == (
                    found["type"].srid,
                    found["type"].geometry_type,
                )
        key = looked_at.get_pk_constraint(table.name, schema="registry")["constrained_columns"]
        assert [c.name for c in table.primary_key.columns] == key, table.name


def test_every_table_has_its_mirror(database: str) -> None:
    looked_at = inspect(create_engine(database.replace("postgresql://", "postgresql+psycopg://")))
    stored = set(looked_at.get_table_names(schema="registry"))
    assert {table.name for table in Base.metadata.tables.values()} == stored - BY_STATEMENT
    assert stored > BY_STATEMENT


def test_foreign_keys_of_the_mirror_are_those_of_the_database(database: str) -> None:
    looked_at = inspect(create_engine(database.replace("postgresql://", "postgresql+psycopg://")))
    for table in Base.metadata.tables.values():
        stored = {
            (key["constrained_columns"][0], key["referred_table"], key["referred_columns"][0])
            for key in looked_at.get_foreign_keys(table.name, schema="registry")
            if len(key["constrained_columns"]) == 1
        }
        mirrored = {(key.parent.name, key.column.table.name, key.column.name) for key in table.foreign_keys}
        assert mirrored <= stored, table.name


def test_what_grows_is_keyed_by_district_first(database: str) -> None:
    looked_at = inspect(create_engine(database.replace("postgresql://", "postgresql+psycopg://")))
    global_tables = {"district", "layer", "asset_class", "role", "person", "alembic_version", "role_permission",
                     "trade", "task_kind"}  # fmt: skip
    tables = set(looked_at.get_table_names(schema="registry")) - global_tables
    assert tables
    for table in tables:
        keys = [looked_at.get_pk_constraint(table, schema="registry")["constrained_columns"]]
        keys += [u["column_names"] for u in looked_at.get_unique_constraints(table, schema="registry")]
        assert all(key[0] == "district" for key in keys), (table, keys)
        for reference in looked_at.get_foreign_keys(table, schema="registry"):
            if reference["referred_table"] not in global_tables:
                assert reference["constrained_columns"][0] == "district", (table, reference)


def test_nothing_that_citus_refuses(database: str) -> None:
    import psycopg

    with psycopg.connect(database) as connection:
        identities = connection.execute(
            "SELECT attrelid::regclass::text FROM pg_attribute WHERE attidentity <> ''"
            " AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'registry'::regnamespace)"
        ).fetchall()
        triggers = connection.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
            " AND tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'registry'::regnamespace)"
        ).fetchall()
    assert (identities, triggers) == ([], [])
