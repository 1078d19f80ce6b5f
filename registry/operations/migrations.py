"""Bring a database to this version: extension and roles, Alembic revisions, then functions, policies and reference data,
which are applied anew each time and give the same result each time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from psycopg.sql import SQL, Identifier
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from registry.catalogue.layers import add_layer, reference_layers, write_classes
from registry.database.connections import connect, options, plain_url
from registry.database.statements import folder, statement
from registry.errors import Unavailable
from registry.jobs import queue
from registry.slices import announcements

OWNER = "chengji_owner"


def configuration(url: str) -> Config:
    """Alembic's configuration; its revisions live beside the SQL they run."""
    config = Config()
    config.set_main_option("script_location", str(Path(str(folder().joinpath("migrations")))))
    config.set_main_option("path_separator", "os")
    config.attributes["engine"] = create_engine(
        plain_url(url).replace("postgresql://", "postgresql+psycopg://", 1),
        poolclass=NullPool,
        connect_args={"options": options(url, role=None)},
    )
    return config


def migrate(url: str, revision: str = "head") -> None:
    """Migrate the database at `url`. Migrating twice is a no-op.

    Raises Unavailable with what an administrator of the database must do where we lack a right.
    """
    with connect(url, role=None) as connection:
        _prepare(connection)
    command.upgrade(configuration(url), revision)
    if revision == "head":
        with connect(url, role=None) as connection:
            _apply_sources(connection)


def _prepare(connection: psycopg.Connection[Any]) -> None:
    """Extension, roles and the right to work as the owner: the three things that may need a superuser."""
    try:
        connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        connection.execute(statement("roles.sql").encode())
        connection.execute(
            "DO $$ BEGIN IF NOT pg_has_role('chengji_owner', 'member') THEN"
            " EXECUTE format('GRANT chengji_owner, chengji_app TO %I', current_user); END IF;"
            " EXECUTE format('GRANT CREATE, TEMPORARY ON DATABASE %I TO chengji_owner', current_database()); END $$"
        )
        for schema in ("registry", "layers", "queue"):
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {OWNER}")
        connection.commit()
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedFile) as error:
        raise Unavailable("database.rights_missing", error=str(error).strip()) from error


def _apply_sources(connection: psycopg.Connection[Any]) -> None:
    with connection.transaction():
        connection.execute(f"SET LOCAL ROLE {OWNER}")
        queue.install(connection)
        for part in ("functions", "policies"):
            for file in sorted(p.name for p in folder().joinpath(part).iterdir() if p.name[:1].isdigit()):
                connection.execute(statement(f"{part}/{file}").encode())
        _load_reference(connection)
        _load_roles(connection)
        connection.execute("SELECT registry.refresh_layer_views()")
        _take_statistics(connection)
    make_leakproof(connection)


def _take_statistics(connection: psycopg.Connection[Any]) -> None:
    """Of tables that hold rows and were never looked at, as after a restore or an upgrade: to a planner that knows
    nothing, district and layer seem to say more than a box on the map, and it would read a whole layer for each tile."""
    unknown = connection.execute(
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'registry'::regnamespace AND c.relkind = 'r'"
        " AND pg_relation_size(c.oid) > 0"
        " AND NOT EXISTS (SELECT FROM pg_stats s WHERE s.schemaname = 'registry' AND s.tablename = c.relname)"
    ).fetchall()
    for (table,) in unknown:
        connection.execute(SQL("ANALYZE (SKIP_LOCKED) registry.{}").format(Identifier(table)))


def make_leakproof(connection: psycopg.Connection[Any]) -> bool:
    """Mark the index operators' functions, where we may; `registry doctor` says so where we may not."""
    try:
        with connection.transaction():
            connection.execute(statement("policies/leakproof.sql").encode())
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def _load_reference(connection: psycopg.Connection[Any]) -> None:
    """The layers a register starts with, and the class lists. What an administrator changed in a layer is kept."""
    present = {row[0] for row in connection.execute("SELECT code FROM registry.layer")}
    for layer in reference_layers().values():
        if layer.code in present:
            write_classes(connection, layer)
        else:
            add_layer(connection, layer)


def _load_roles(connection: psycopg.Connection[Any]) -> None:
    """The roles that slices announce. One that is announced no longer stays: people may have it."""
    roles = [(code, *names) for announcement in announcements() for code, names in announcement.roles.items()]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO registry.role (name, name_zh, name_en) VALUES (%s, %s, %s)"
            " ON CONFLICT (name) DO UPDATE SET name_zh = excluded.name_zh, name_en = excluded.name_en",
            roles,
        )
