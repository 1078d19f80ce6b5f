"""PostgreSQL servers with another configuration than the private cluster's, or other binaries than the installed ones."""

from __future__ import annotations

import pwd
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from registry.operations import cluster, programs

CHECKOUT = Path(__file__).resolve().parents[1]
# Where requirements/newest_postgresql.sh unpacks what apt offers beyond what is installed.
UNPACKED = CHECKOUT / ".cache" / "postgresql-newest" / "usr" / "lib" / "postgresql"

# As a distribution ships it: nothing said at all.
DEFAULT: Mapping[str, str] = {}
# As an administrator may have set it for other programs: everything that this one must not rest on.
HARDENED: Mapping[str, str] = {
    "jit": "on", "jit_above_cost": "0", "jit_inline_above_cost": "0", "jit_optimize_above_cost": "0",
    "work_mem": "64kB", "maintenance_work_mem": "1MB", "temp_buffers": "800kB", "effective_cache_size": "8MB",
    "random_page_cost": "10", "parallel_setup_cost": "0", "parallel_tuple_cost": "0", "min_parallel_table_scan_size": "0",
    "min_parallel_index_scan_size": "0", "max_parallel_workers_per_gather": "2", "plan_cache_mode": "force_generic_plan",
    "timezone": "UTC", "datestyle": "German", "intervalstyle": "iso_8601", "extra_float_digits": "0",
    "bytea_output": "escape", "standard_conforming_strings": "off", "backslash_quote": "off",
    "default_transaction_isolation": "repeatable read", "idle_in_transaction_session_timeout": "2s", "lock_timeout": "2s",
    "search_path": "pg_catalog", "autovacuum": "off", "default_statistics_target": "10",
}  # fmt: skip


def newest() -> Path:
    """The folder of the newest server programs: what apt offers beyond the installed ones, else the installed ones."""
    unpacked = sorted(UNPACKED.glob("*/bin"), key=lambda folder: int(folder.parent.name))
    return unpacked[-1] if unpacked else programs.folder()


@contextmanager
def server(settings: Mapping[str, str], binaries: Path | None = None) -> Iterator[str]:
    """A server of one's own, for as long as this lasts: the URL of its superuser. It is reached over its socket alone."""
    binaries, user = binaries or programs.folder(), cluster._unprivileged_user()
    place = Path(tempfile.mkdtemp(prefix="chengji-server-"))
    try:
        _owned(place, user)
        data = place / "data"
        _done(
            cluster._run(
                user, binaries / "initdb", "-D", data, "-U", "tester", "--encoding=UTF8", "--locale=C.UTF-8", "-N"
            )
        )
        ours = {"listen_addresses": "", "unix_socket_directories": str(place), "fsync": "off", "max_connections": "20"}
        with (data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in {**ours, **settings}.items())
        _done(cluster._run(user, binaries / "pg_ctl", "start", "-w", "-t", "60", "-D", data, "-l", place / "log"))
        try:
            yield f"postgresql://tester@/postgres?host={quote(str(place))}"
        finally:
            cluster._run(user, binaries / "pg_ctl", "stop", "-w", "-m", "immediate", "-D", data)
    finally:
        shutil.rmtree(place)


def _owned(place: Path, user: str | None) -> None:
    if user is not None:
        entry = pwd.getpwnam(user)
        shutil.chown(place, entry.pw_uid, entry.pw_gid)


def _done(ran: object) -> None:
    code, output = ran.returncode, ran.stdout  # type: ignore[attr-defined]
    assert code == 0, output
