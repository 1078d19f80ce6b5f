"""What can be wrong with a database, looked for."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import psycopg
from alembic.script import ScriptDirectory

from registry.database.connections import connect
from registry.database.statements import statement
from registry.errors import Unavailable
from registry.i18n import _
from registry.operations import programs
from registry.operations.cluster import Cluster, is_outdated, private
from registry.operations.migrations import configuration

FRESH_SECONDS = 10
# What plans rest on: these tables are joined and searched with thousands of rows at once.
PLANNED = ["area", "asset", "asset_alias", "asset_cell", "asset_version", "change"]


@dataclass(frozen=True)
class HealthCheck:
    """One thing looked at, whether it is well, and what to do if not. `grave`: as long as it is not, nobody is served well."""

    what: str
    ok: bool
    remedy: str = ""
    grave: bool = True


def examine(url: str) -> list[HealthCheck]:
    """All findings, the good ones too. Raises Unavailable when the database does not answer."""
    cluster = private(url)
    with connect(url, role=None) as connection:
        findings = [_versions(connection, cluster), _locale(connection)]
        if not findings[0].ok:
            return findings
        findings += [_programs(connection, cluster)] if cluster else []
        findings += [_sessions(url), _extension(connection)]
        findings += [_settings(connection), _leakproof(connection), _migrated(connection, url)]
        if findings[-1].ok:
            findings += [
                _row_security(connection),
                _roll_up(connection),
                _read_only(connection),
                _apart(connection),
                _covered(connection),
                _statistics(connection),
            ]
        return findings


def _one(connection: psycopg.Connection[Any], query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def _versions(connection: psycopg.Connection[Any], cluster: Cluster | None) -> HealthCheck:
    postgis = _one(connection, "SELECT extversion FROM pg_extension WHERE extname = 'postgis'")
    new_enough = (
        connection.info.server_version >= 150000
        and postgis is not None
        and tuple(map(int, postgis.split(".")[:2])) >= (3, 3)
    )
    return HealthCheck(
        _(
            "PostgreSQL %(postgres)s，PostGIS %(postgis)s；%(where)s",
            postgres=_running(connection),
            postgis=postgis or "–",
            where=_where(connection, cluster),
        ),
        new_enough,
        _("需要 PostgreSQL 15 与 PostGIS 3.3 以上。"),
    )


def _running(connection: psycopg.Connection[Any]) -> str:
    """The whole version of the server: `15.20 (Debian 15.20-0+deb12u1)`."""
    return connection.info.parameter_status("server_version") or "?"


def _where(connection: psycopg.Connection[Any], cluster: Cluster | None) -> str:
    """Which server this is: the wrong one is a common fault, and whose it is decides what can be done."""
    if cluster:
        return _("自带数据库 %(folder)s", folder=cluster.data)
    info = connection.info
    return _("DATABASE_URL 所指的 %(host)s:%(port)s/%(name)s", host=info.host, port=info.port, name=info.dbname)


def _programs(connection: psycopg.Connection[Any], cluster: Cluster) -> HealthCheck:
    """Only of the private cluster: the disk of another machine is not to be seen from here."""
    running, present = _running(connection), programs.on_disk(cluster.programs)
    return HealthCheck(
        _("运行的 PostgreSQL 是 %(running)s，磁盘上的是 %(present)s", running=running, present=present),
        running == present and not is_outdated(cluster),
        _(
            "软件包在运行中被升级，新的会话会出错。无人使用时程序会自行重启数据库；要立即重启，"
            "结束 registry run 或 serve（或执行 registry down）后再启动。"
        ),
    )


def _sessions(url: str) -> HealthCheck:
    """One that begins now: those that are open have loaded long ago what a new one may not find."""
    trouble = None
    try:
        with connect(url, role=None, statement_seconds=5) as fresh:
            fresh.execute("DO LANGUAGE plpgsql 'BEGIN END'")
            fresh.execute("SELECT postgis_lib_version()")
    except (psycopg.Error, Unavailable) as error:
        trouble = str(error).strip()
    return HealthCheck(
        _("新的会话能运行 PL/pgSQL 与 PostGIS：%(trouble)s", trouble=trouble or "✓"),
        trouble is None,
        _("多半是软件包在运行中被升级：在无人使用时重启 PostgreSQL。自带数据库用 registry down 再启动。"),
    )


@lru_cache(maxsize=1)
def _sessions_at(url: str, _moment: int) -> HealthCheck:
    return _sessions(url)


def _extension(connection: psycopg.Connection[Any]) -> HealthCheck:
    row = connection.execute(
        "SELECT installed_version, default_version FROM pg_available_extensions WHERE name = 'postgis'"
    ).fetchone()
    installed, present = row or (None, None)
    return HealthCheck(
        _("PostGIS 扩展是 %(installed)s，其软件包是 %(present)s", installed=installed or "–", present=present or "–"),
        installed == present,
        _("由超级用户在本库执行 ALTER EXTENSION postgis UPDATE，再执行 sql/policies/leakproof.sql。"),
    )


def _settings(connection: psycopg.Connection[Any]) -> HealthCheck:
    """What the register asks for in each connection; a pooler between it and the server may drop it."""
    jit = _one(connection, "SHOW jit")
    plans = _one(connection, "SHOW plan_cache_mode")
    return HealthCheck(
        _("连接的设置：jit = %(jit)s，plan_cache_mode = %(plans)s", jit=jit, plans=plans),
        (jit, plans) == ("off", "force_custom_plan"),
        _(
            "须为 jit = off、plan_cache_mode = force_custom_plan，否则导入慢上百倍。连接池（如 PgBouncer）要放行启动参数"
            " options，或对登录角色执行 ALTER ROLE … SET。"
        ),
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


def marked_functions() -> list[str]:
    """The functions that `leakproof.sql` marks, as the database names them."""
    return re.findall(r"^ALTER FUNCTION (.+) LEAKPROOF;$", statement("policies/leakproof.sql"), re.MULTILINE)


def _leakproof(connection: psycopg.Connection[Any]) -> HealthCheck:
    row = connection.execute(
        "SELECT string_agg(f, ', ') FROM unnest(%s::text[]) f"
        " WHERE NOT coalesce((SELECT proleakproof FROM pg_proc WHERE oid = to_regprocedure(f)), false)",
        (marked_functions(),),
    ).fetchone()
    bare = row[0] if row else None
    return HealthCheck(
        _("行级安全下仍可使用空间索引：%(bare)s", bare=bare or "✓"),
        bare is None,
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


def _covered(connection: psycopg.Connection[Any]) -> HealthCheck:
    wrong = _one(connection, "SELECT coalesce(sum(registry.coverage_faults(code)), 0)::bigint FROM registry.district")
    return HealthCheck(
        _("责任覆盖与责任区、资产一致（不一致：%(n)s）", n=wrong), wrong == 0, _("停止写入后运行 registry rebuild。")
    )


def _read_only(connection: psycopg.Connection[Any]) -> HealthCheck:
    may = _one(
        connection,
        "SELECT bool_or(has_table_privilege('chengji_app', 'registry.' || t, p))"
        " FROM unnest(ARRAY['asset', 'asset_version', 'asset_alias', 'asset_cell']) t,"
        " unnest(ARRAY['INSERT', 'UPDATE', 'DELETE']) p",
    )
    return HealthCheck(_("程序的数据库角色不能绕过变更集写入资产"), not may, "registry migrate")


def _apart(connection: psycopg.Connection[Any]) -> HealthCheck:
    """A role that inherits another gets its policies ORed in; and nobody may be a contractor but through the application."""
    mixed = _one(
        connection,
        "SELECT bool_or(pg_has_role(a, b, 'member')) OR EXISTS (SELECT FROM pg_roles r WHERE r.rolcanlogin AND NOT r.rolsuper"
        " AND pg_has_role(r.oid, 'chengji_contractor', 'member') AND NOT pg_has_role(r.oid, 'chengji_app', 'member'))"
        " FROM (VALUES ('chengji_app', 'chengji_contractor'), ('chengji_reader', 'chengji_contractor'),"
        " ('chengji_contractor', 'chengji_app')) AS apart (a, b)",
    )
    return HealthCheck(
        _("养护单位的数据库角色与其他角色分开"),
        not mixed,
        "REVOKE chengji_contractor FROM chengji_app, chengji_reader, …;",
    )


def _statistics(connection: psycopg.Connection[Any]) -> HealthCheck:
    """Changed since they were analysed: more than half of what was there then, and more than a handful."""
    row = connection.execute(
        "SELECT string_agg(c.relname, ', ' ORDER BY c.relname) FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid"
        " WHERE s.schemaname = 'registry' AND s.relname = ANY (%s)"
        " AND s.n_mod_since_analyze > 1000 + greatest(c.reltuples, 0) / 2",
        (PLANNED,),
    ).fetchone()
    stale = row[0] if row else None
    return HealthCheck(
        _("统计信息跟得上数据：%(stale)s", stale=stale or "✓"),
        stale is None,
        _("以属主登录执行 ANALYZE；服务器的 autovacuum 须为 on，否则每次大批导入后都要执行。"),
        grave=False,
    )


def pulse(connection: psycopg.Connection[Any], url: str) -> dict[str, HealthCheck]:
    """What a health check asks every few seconds, on the application's own connection to `url`.

    `leakproof`, `locale`, `migrated`, `sessions`, `settings`, `statistics`; of a private cluster `programs`. Whether new
    sessions work is tried at most every ten seconds.
    """
    found = {
        "leakproof": _leakproof(connection),
        "locale": _locale(connection),
        "migrated": _migrated(connection, "postgresql://"),
        "sessions": _sessions_at(url, int(time.monotonic() / FRESH_SECONDS)),
        "settings": _settings(connection),
        "statistics": _statistics(connection),
    }
    cluster = private(url)
    return found | ({"programs": _programs(connection, cluster)} if cluster else {})
