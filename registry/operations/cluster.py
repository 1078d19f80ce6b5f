"""The private PostGIS cluster: the embedded default where no DATABASE_URL is given.

It lives in a folder of its own below the home folder and listens on a unix socket that only its owner may reach, and on
a free loopback port with a password. PostgreSQL refuses to run as root, so that root lends it an unprivileged user.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from registry.database.connections import plain_url
from registry.database.processes import at_work_in
from registry.errors import Unavailable
from registry.operations import programs
from registry.operations.renewal import at_work, nobody_at_work
from registry.settings import settings

DATABASE = "chengji"
OWNER = "chengji"
PATIENCE = 20.0  # with processes that were told to end at once

# Sized for one district on a small server; a DATABASE_URL brings its own.
CONFIGURATION = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{sockets}'
max_connections = 60
shared_buffers = 512MB
work_mem = 32MB
maintenance_work_mem = 256MB
effective_cache_size = 2GB
random_page_cost = 1.1
jit = off
wal_level = minimal
max_wal_senders = 0
wal_compression = lz4
max_wal_size = 4GB
checkpoint_timeout = 15min
timezone = 'Asia/Shanghai'
"""


@dataclass(frozen=True)
class Cluster:
    """A private cluster: its data folder, socket folder, port and the user it runs as."""

    data: Path
    sockets: Path
    port: int
    user: str | None

    @property
    def url(self) -> str:
        """Connection string of its owner, over the unix socket."""
        return f"postgresql://{OWNER}@/{DATABASE}?host={quote(str(self.sockets))}&port={self.port}"

    @property
    def major(self) -> int | None:
        """The version of PostgreSQL that its data are of; no other one can read them. None before there are any."""
        version_file = self.data / "PG_VERSION"
        return int(version_file.read_text()) if version_file.is_file() else None

    @property
    def programs(self) -> Path:
        """Folder of the server programs: of its own version, as long as they are installed."""
        return programs.folder(self.major)


def _unprivileged_user() -> str | None:
    """The user that the server runs as: ourselves, or `postgres` when we are root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise Unavailable("cluster.root_needs_user")


def _run(user: str | None, *command: str | Path) -> subprocess.CompletedProcess[str]:
    lowered = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
    with tempfile.TemporaryFile("w+") as output:  # a pipe would be inherited by the server and never close
        done = subprocess.run(
            [str(part) for part in command], stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            cwd="/", text=True, check=False, **lowered,  # type: ignore[call-overload]
        )  # fmt: skip
        output.seek(0)
        return subprocess.CompletedProcess(done.args, done.returncode, output.read())


def _place(home: Path, user: str | None) -> Path:
    """The cluster's folder: below the home folder, or beside the system's data where the lent user cannot go there."""
    wanted = home / "postgres"
    wanted.mkdir(parents=True, exist_ok=True)
    if user is None or _run(user, "/usr/bin/test", "-x", wanted).returncode == 0:
        return wanted
    elsewhere = Path("/var/lib/chengji") / _short(home)
    elsewhere.mkdir(parents=True, exist_ok=True)
    return elsewhere


def _short(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


def _sockets(place: Path) -> Path:
    """A unix socket's path is at most 107 bytes long; a deep checkout needs a shorter folder."""
    inside = place / "socket"
    return inside if len(str(inside)) < 80 else Path(tempfile.gettempdir()) / f"chengji-{_short(place)}"


def _own(path: Path, user: str | None) -> None:
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    if user:
        entry = pwd.getpwnam(user)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def find() -> Cluster | None:
    """The cluster of this home folder, if one was made."""
    user = _unprivileged_user()
    place = _place(settings().home, user)
    port = place / "port"
    return Cluster(place / "data", _sockets(place), int(port.read_text()), user) if port.is_file() else None


def private(url: str) -> Cluster | None:
    """The cluster of this home folder, if that is where this address leads."""
    if not (settings().home / "postgres").is_dir():
        return None
    cluster = find()
    return cluster if cluster and urlsplit(plain_url(url)).query == urlsplit(cluster.url).query else None


def create() -> Cluster:
    """Make the cluster (initdb) and its configuration; the database comes with the first start."""
    user = _unprivileged_user()
    place = _place(settings().home, user)
    cluster = Cluster(place / "data", _sockets(place), _free_port(), user)
    shutil.rmtree(cluster.data, ignore_errors=True)  # left by an initdb that was interrupted: `port` is written last
    _own(cluster.data, user)
    password = place / "password"
    password.write_text(secrets.token_urlsafe(24))
    password.chmod(0o600)
    if user:
        os.chown(password, pwd.getpwnam(user).pw_uid, -1)
    made = _run(
        user, programs.folder() / "initdb", "-D", cluster.data, "-U", OWNER, "--encoding=UTF8", "--locale=C.UTF-8",
        "--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={password}",
    )  # fmt: skip
    if made.returncode:
        raise Unavailable("cluster.not_made", output=made.stdout.strip()[-800:])
    included = cluster.data / "chengji.conf"
    included.write_text(CONFIGURATION.format(port=cluster.port, sockets=cluster.sockets))
    if user:
        os.chown(included, pwd.getpwnam(user).pw_uid, -1)
    with (cluster.data / "postgresql.conf").open("a") as file:
        file.write("\ninclude = 'chengji.conf'\n")
    (place / "port").write_text(str(cluster.port))
    return cluster


def is_running(cluster: Cluster) -> bool:
    """Whether the server process is alive (a stale pid file after a kill -9 does not count)."""
    if _run(cluster.user, cluster.programs / "pg_ctl", "status", "-D", cluster.data).returncode:
        return False
    return not _is_stale(cluster.data / "postmaster.pid", cluster)


def _is_stale(lock: Path, cluster: Cluster) -> bool:
    """Whether the process of a lock file is gone. Its number may be taken: by another one since a restart of the machine, or
    by itself, dead, until its parent has asked after it."""
    pid = _holder_of(lock)
    return pid is None or (sys.platform == "linux" and pid not in at_work_in(cluster.data))


def _holder_of(lock: Path) -> int | None:
    try:
        return int(lock.read_text().split("\n", maxsplit=1)[0])
    except FileNotFoundError:
        return None


def _server(cluster: Cluster) -> int | None:
    """The server's process."""
    return _holder_of(cluster.data / "postmaster.pid")


def _clear_away(cluster: Cluster) -> None:
    """What a server that was killed left. Its sessions go on with the statement they are at, for minutes maybe, and no new
    server starts beside them: they end now, as the server ends them itself when one of them crashes."""
    deadline = time.monotonic() + PATIENCE
    while left := at_work_in(cluster.data):
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT if time.monotonic() < deadline else signal.SIGKILL)
        time.sleep(0.1)
    for lock in (cluster.data / "postmaster.pid", cluster.sockets / f".s.PGSQL.{cluster.port}.lock"):
        if _is_stale(lock, cluster):
            lock.unlink(missing_ok=True)


def start() -> Cluster:
    """Start the cluster of this home folder, made now if need be. Recovers from a crash; one whose programs were replaced is
    started anew where nobody works in it."""
    cluster = find() or create()
    if is_running(cluster) and not is_outdated(cluster):
        return cluster
    with _turn(cluster):
        if is_running(cluster):
            _renew(cluster)
        else:
            _clear_away(cluster)
            _begin(cluster)
    return cluster


@contextmanager
def _turn(cluster: Cluster) -> Iterator[None]:
    """One process at a time starts and stops: what another one starts must not be cleared away."""
    with (cluster.data.parent / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def is_outdated(cluster: Cluster) -> bool:
    """Whether the server that runs is no longer the one on the disk."""
    server = _server(cluster)
    return server is not None and programs.is_replaced(server)


def renew(url: str) -> bool:
    """Start the private cluster behind this address anew, if its programs were replaced and nobody works in it; tells whether
    it did. For whoever serves: commands have it from `start`."""
    cluster = private(url)
    if cluster is None or not is_outdated(cluster):
        return False
    with _turn(cluster):
        return _renew(cluster)


def _renew(cluster: Cluster) -> bool:
    if not is_outdated(cluster):  # somebody else's turn came first
        return False
    with nobody_at_work(cluster.data.parent, cluster.url) as alone:
        if alone:
            _end(cluster)
            _begin(cluster)
        return alone


def _begin(cluster: Cluster) -> None:
    _require_its_version(cluster)
    _own(cluster.sockets, cluster.user)
    log = cluster.data / "server.log"
    began = _run(cluster.user, cluster.programs / "pg_ctl", "start", "-w", "-t", "120", "-D", cluster.data, "-l", log)
    if began.returncode:
        tail = log.read_text(errors="replace")[-800:] if log.exists() else began.stdout
        raise Unavailable("cluster.not_started", output=tail.strip(), log=log)
    _ensure_database(cluster)


def _require_its_version(cluster: Cluster) -> None:
    if cluster.major not in (None, programs.major_of(cluster.programs)):
        found = programs.on_disk(cluster.programs)
        raise Unavailable("cluster.other_major", major=cluster.major, found=found)


def _ensure_database(cluster: Cluster) -> None:
    tool = cluster.programs / "psql"
    address = ("-h", str(cluster.sockets), "-p", str(cluster.port), "-U", OWNER)
    found = _run(
        None, tool, *address, "-d", "postgres", "-Atc", f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"
    )
    if found.returncode == 0 and not found.stdout:
        found = _run(None, cluster.programs / "createdb", *address, DATABASE)
    if found.returncode:
        raise Unavailable("cluster.database_not_made", output=found.stdout.strip())


def stop() -> bool:
    """Stop the cluster if it runs; tells whether it did."""
    cluster = find()
    if cluster is None or not is_running(cluster):
        return False
    _holder(cluster).unlink(missing_ok=True)
    _end(cluster)
    return True


def _end(cluster: Cluster) -> None:
    ended = _run(cluster.user, cluster.programs / "pg_ctl", "stop", "-w", "-m", "fast", "-D", cluster.data)
    if ended.returncode:
        raise Unavailable("cluster.not_stopped", output=ended.stdout.strip())


def keep() -> Cluster:
    """Start the cluster and leave it running until `stop`, whoever else uses it meanwhile."""
    cluster = start()
    _holder(cluster).write_text("0")
    return cluster


def _holder(cluster: Cluster) -> Path:
    """Holds the process that will stop the cluster: 0 for `registry up`, which leaves that to `registry down`."""
    return cluster.data.parent / "holder"


def _is_held(cluster: Cluster) -> bool:
    """Whether somebody else will stop the cluster. A holder that was killed holds nothing."""
    try:
        holder = int(_holder(cluster).read_text())
        if holder:
            os.kill(holder, 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return holder != os.getpid()


@contextmanager
def running() -> Iterator[str]:
    """The address of the database to work in: DATABASE_URL, or the private cluster for as long as this lasts.

    A cluster that somebody else holds keeps running; one that this started, or found left over, is stopped at the end.
    """
    with serving() as url, undisturbed(url):
        yield url


@contextmanager
def serving() -> Iterator[str]:
    """As `running`, for what lasts long and mostly waits: whenever nobody works, the cluster may be started anew."""
    given = settings().database_url
    if given:
        yield given
        return
    cluster = start()
    held = _is_held(cluster)
    if not held:
        _holder(cluster).write_text(str(os.getpid()))
    try:
        yield cluster.url
    finally:
        if not held:
            stop()


@contextmanager
def undisturbed(url: str) -> Iterator[None]:
    """A piece of work: until its end nobody starts the private cluster anew, sessions or not."""
    cluster = private(url)
    with at_work(cluster.data.parent) if cluster else nullcontext():
        yield
