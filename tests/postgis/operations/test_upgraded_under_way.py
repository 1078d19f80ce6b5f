"""PostgreSQL's package upgraded under a running private cluster: the programs here are a copy, replaced as dpkg does it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import seed
from at_work import until
from serving import descendants, free_port, served, wait_for

from registry.errors import Unavailable
from registry.operations import cluster, programs
from registry.operations.doctor import HealthCheck, examine, pulse
from registry.operations.migrations import migrate
from registry.settings import settings
from web.app import create_app

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which program a process runs")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The server programs in a folder of our own, with the libraries of the machine; PostgreSQL looks for them beside itself.
    Not below pytest's folder, which is root's alone, and root's server runs as another user."""
    try:
        real = programs.folder()
    except Unavailable as error:
        if os.environ.get("CI", "").lower() == "true":
            raise
        pytest.skip(f"no PostgreSQL to test with: {error}")
    if real.parts[:4] != ("/", "usr", "lib", "postgresql"):
        pytest.skip(f"laid out otherwise than Debian does it: {real}")
    with tempfile.TemporaryDirectory(prefix="chengji-") as folder:
        root, major = Path(folder), real.parts[4]
        root.chmod(0o755)
        place = root / "lib" / "postgresql" / major
        shutil.copytree(real, place / "bin")
        (place / "lib").symlink_to(real.parent / "lib")
        (root / "share" / "postgresql").mkdir(parents=True)
        (root / "share" / "postgresql" / major).symlink_to(f"/usr/share/postgresql/{major}")
        yield place / "bin"


@pytest.fixture
def own(installed: Path) -> Iterator[str]:
    """A register on a cluster of the test's own that runs from the copied programs."""
    with tempfile.TemporaryDirectory(prefix="chengji-") as folder, pytest.MonkeyPatch.context() as patch:
        Path(folder).chmod(0o711)
        patch.setenv("REGISTRY_HOME", folder)
        patch.setenv("REGISTRY_POSTGRES", str(installed))
        settings.cache_clear()
        url = cluster.keep().url
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        migrate(url)
        yield url
        cluster.stop()
    settings.cache_clear()


def registry(command: str) -> subprocess.CompletedProcess[str]:
    """One of our commands, as an operator gives it; the cluster is held, so that it goes on afterwards."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "registry.commands.main", *command.split()], capture_output=True, text=True,
        check=False, env={**os.environ, "REGISTRY_LANGUAGE": "zh"},
    )  # fmt: skip


def upgrade(folder: Path) -> str:
    """Another version in place of the present one, under its name, as a package brings it; returns that version.

    The same program with other figures in its text: it says another version of itself, before and after its start.
    """
    present = programs.on_disk(folder)
    number = present.split(" ", maxsplit=1)[0]
    major, _dot, minor = number.partition(".")
    other = f"{major}.{(int(minor) + 1) % 10 ** len(minor):0{len(minor)}}"
    for name in ("initdb", "pg_ctl", "postgres"):  # they insist on being of one version
        replace(folder / name, (folder / name).read_bytes().replace(number.encode(), other.encode()))
    assert programs.on_disk(folder) == present.replace(number, other)
    return programs.on_disk(folder)


def replace(program: Path, contents: bytes) -> None:
    new = program.with_suffix(".dpkg-new")
    new.write_bytes(contents)
    new.chmod(0o755)
    new.rename(program)


def running_version(url: str) -> str:
    with psycopg.connect(url, application_name="chengji") as connection:
        return connection.info.parameter_status("server_version") or ""


def process() -> int:
    return int((_cluster().data / "postmaster.pid").read_text().split()[0])


def _cluster() -> cluster.Cluster:
    found = cluster.find()
    assert found is not None
    return found


def ill(findings: list[HealthCheck]) -> list[str]:
    return [finding.what for finding in findings if not finding.ok]


def test_doctor_and_the_health_check_see_it(own: str, installed: Path) -> None:
    present = running_version(own)
    assert ill(examine(own)) == []
    app = create_app(settings(), own)
    assert app.test_client().get("/healthz").status_code == 200
    new = upgrade(installed)
    (what,) = ill(examine(own))
    assert present in what
    assert new in what
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["programs"] is False
    assert "registry down" in answer.json["remedies"]["programs"]
    app.extensions["chengji.engine"].dispose()


def test_the_same_version_in_another_file_is_seen_too(own: str, installed: Path) -> None:
    """A package built anew: its number may be the same, its libraries are not."""
    replace(installed / "postgres", (installed / "postgres").read_bytes())
    assert cluster.is_outdated(_cluster())
    assert len(ill(examine(own))) == 1


def test_the_next_command_starts_it_anew_and_keeps_the_data(own: str, installed: Path) -> None:
    seed.fill(own)
    before, new = process(), upgrade(installed)
    done = registry("doctor --json")
    assert done.returncode == 0, done.stdout
    assert process() != before
    assert running_version(own) == new
    with psycopg.connect(own, application_name="chengji") as connection:
        assert connection.execute("SELECT count(*) > 100 FROM registry.asset").fetchone() == (True,)


@contextmanager
def in_a_transaction(url: str) -> Iterator[None]:
    with psycopg.connect(url, application_name="chengji") as connection:
        connection.execute("SELECT 1")
        yield


@contextmanager
def with_a_delivery_locked(url: str) -> Iterator[None]:
    with psycopg.connect(url, application_name="chengji", autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(1)")
        yield


@contextmanager
def at_somebodys_desk(url: str) -> Iterator[None]:
    with psycopg.connect(url, application_name="psql", autocommit=True):
        yield


@contextmanager
def between_two_sessions(url: str) -> Iterator[None]:
    with cluster.undisturbed(url):
        yield


@pytest.mark.parametrize("work", [in_a_transaction, with_a_delivery_locked, at_somebodys_desk, between_two_sessions])
def test_who_works_is_not_disturbed(own: str, installed: Path, work: Callable[[str], Any]) -> None:
    """Nor is he by commands and the server's worker together; when he has ended, the next one starts it anew."""
    before = process()
    with work(own):
        new = upgrade(installed)
        assert registry("layer list").returncode == 0
        assert not cluster.renew(own)
        assert process() == before
        assert len(ill(examine(own))) == 1
    assert cluster.renew(own)
    assert running_version(own) == new


def test_idle_sessions_of_ours_do_not_hold_it_up(own: str, installed: Path) -> None:
    """The pages keep a pool of them; whoever takes one up again is given a new one."""
    app = create_app(settings(), own)
    assert app.test_client().get("/healthz").status_code == 200
    upgrade(installed)
    assert cluster.renew(own)
    assert app.test_client().get("/healthz").status_code == 200
    app.extensions["chengji.engine"].dispose()


def test_many_at_once_start_it_anew_once(own: str, installed: Path) -> None:
    before = process()
    upgrade(installed)
    with ThreadPoolExecutor(4) as desks:
        done = list(desks.map(registry, ["layer list"] * 4))
    assert [each.stderr for each in done if each.returncode] == []
    log = (_cluster().data / "server.log").read_text()
    assert process() != before
    assert log.count("received fast shutdown request") == 1


def test_a_server_that_runs_on_does_it_by_its_worker(own: str, installed: Path) -> None:
    """Nobody gives a command for months: the worker looks from time to time, and goes on with a new one of its kind."""
    port = free_port()
    with served("run --no-demo", port, REGISTRY_POSTGRES=str(installed)) as program:
        until(lambda: len(descendants(program.pid)) >= 4)
        new = upgrade(installed)
        until(lambda: running_version_or_none(own) == new, seconds=90)
        until(lambda: wait_for(f"http://127.0.0.1:{port}") == 200, seconds=30)


def running_version_or_none(url: str) -> str | None:
    try:
        return running_version(url)
    except psycopg.OperationalError:
        time.sleep(0.2)
        return None


def test_programs_of_another_major_version_are_refused_in_words(own: str) -> None:
    """They cannot read the data: PostgreSQL would say so in its log alone."""
    cluster.stop()
    version_file = _cluster().data / "PG_VERSION"
    version_file.write_text("14\n")
    with pytest.raises(Unavailable, match="属于 PostgreSQL 14") as refused:
        cluster.start()
    assert "postgresql-14" in refused.value.hint
    version_file.write_text(f"{programs.major_of(_cluster().programs)}\n")


def test_pulse_of_the_private_cluster_alone_speaks_of_programs(own: str) -> None:
    with psycopg.connect(own, options="-c plan_cache_mode=force_custom_plan") as connection:
        assert "programs" in pulse(connection, own)
        assert "programs" not in pulse(connection, own.replace("host=", "host=/nowhere"))
