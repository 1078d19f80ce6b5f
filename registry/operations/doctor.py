"""What can be wrong with a database, looked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from alembic.script import ScriptDirectory

from registry.database.connections import connect
from registry.i18n import _
from registry.operations.migrations import configuration


@dataclass(frozen=True)
class HealthCheck:
    """One thing looked at, whether it is well, and what to do if not."""

    what: str
    ok: bool
    remedy: str = ""


def examine(url: str) -> list[HealthCheck]:
    """All findings, the good ones too. Raises Unavailable when the database does not answer."""
    with connect(url, role=None) as connection:
        findings = [_versions(connection), _locale(connection)]
        if not findings[0].ok:
            return findings
        findings += [_leakproof(connection), _migrated(connection, url)]
        if findings[-1].ok:
            findings += [_row_security(connection), _roll_up(connection), _read_only(connection)]
        return findings


def _one(connection: psycopg.Connection[Any], query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def _versions(connection: psycopg.Connection[Any]) -> HealthCheck:
    postgres = int(_one(connection, "SHOW server_version_num")) // 10000
    postgis = _one(connection, "SELECT extversion FROM pg_extension WHERE extname = 'postgis'")
    new_enough = postgres >= 15 and postgis is not None and tuple(map(int, postgis.split(".")[:2])) >= (3, 3)
    return HealthCheck(
        f"PostgreSQL {postgres}, PostGIS {postgis or '–'}", new_enough, _("需要 PostgreSQL 15 与 PostGIS 3.3 以上。")
    )


def _locale(connection: psycopg.Connection[Any]) -> HealthCheck:
    row = connection.execute(
        "SELECT datctype, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    assert row is not None
    return HealthCheck(
        _("字符集 %(encoding)s，区域 %(ctype)s", encoding=row[1], ctype=row[0]),
        row[1] == "UTF8" and row[0] not in ("C", "POSIX"),
        _("数据库须用 UTF-8 与非 C 的区域（如 C.UTF-8）建立，否则中文检索失效。"),
    )


def _leakproof(connection: psycopg.Connection[Any]) -> HealthCheck:
    marked = _one(
        connection,
        "SELECT bool_and(proleakproof) FROM pg_proc WHERE oid IN"
        " ('geometry_overlaps(geometry,geometry)'::regprocedure, 'arraycontains(anyarray,anyarray)'::regprocedure)",
    )
    return HealthCheck(
        _("行级安全下仍可使用空间索引"),
        bool(marked),
        _("由超级用户在本库执行 sql/policies/leakproof.sql；扩展升级后须再执行。"),
    )


def _migrated(connection: psycopg.Connection[Any], url: str) -> HealthCheck:
    head = ScriptDirectory.from_config(configuration(url)).get_current_head()
    present = _one(connection, "SELECT to_regclass('registry.alembic_version')::text")
    current = _one(connection, "SELECT version_num FROM registry.alembic_version") if present else None
    return HealthCheck(
        _("数据库结构版本 %(current)s（程序需要 %(head)s）", current=current or "–", head=head),
        current == head,
        "registry migrate",
    )


def _row_security(connection: psycopg.Connection[Any]) -> HealthCheck:
    bare = _one(
        connection,
        "SELECT string_agg(relname, ', ') FROM pg_class WHERE relnamespace = 'registry'::regnamespace AND relkind IN ('r', 'p')"
        " AND NOT relrowsecurity AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'district')"
        " AND relname NOT IN ('membership', 'layer_grant')",
    )
    return HealthCheck(
        _("每张按行政区分的表都有行级安全：%(bare)s", bare=bare or "✓"), bare is None, "registry migrate"
    )


def _roll_up(connection: psycopg.Connection[Any]) -> HealthCheck:
    wrong = _one(
        connection,
        "SELECT count(*) FROM (SELECT district, layer, scheme, class, count(*) AS n FROM registry.asset"
        " WHERE gx IS NOT NULL AND state <> 'retired' GROUP BY 1, 2, 3, 4) a"
        " FULL JOIN (SELECT district, layer, scheme, class, sum(n) AS n FROM registry.asset_cell GROUP BY 1, 2, 3, 4"
        "            HAVING sum(n) > 0) c USING (district, layer, scheme, class) WHERE a.n IS DISTINCT FROM c.n",
    )
    return HealthCheck(
        _("聚合计数与资产一致（不一致的类：%(n)s）", n=wrong), wrong == 0, _("停止写入后运行 registry rebuild。")
    )


def _read_only(connection: psycopg.Connection[Any]) -> HealthCheck:
    may = _one(
        connection,
        "SELECT bool_or(has_table_privilege('chengji_app', 'registry.' || t, p))"
        " FROM unnest(ARRAY['asset', 'asset_version', 'asset_alias', 'asset_cell']) t,"
        " unnest(ARRAY['INSERT', 'UPDATE', 'DELETE']) p",
    )
    return HealthCheck(_("应用角色不能绕过变更集写入资产"), not may, "registry migrate")


def pulse(connection: psycopg.Connection[Any]) -> dict[str, HealthCheck]:
    """What a health check asks every few seconds, on the application's own connection: `leakproof` and `migrated`."""
    return {"leakproof": _leakproof(connection), "migrated": _migrated(connection, "postgresql://")}
