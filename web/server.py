"""gunicorn, run by our own program: no configuration file, no shell."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from registry.errors import Unavailable
from registry.i18n import _
from registry.settings import Settings
from web.app import THREADS, create_app


class Server(BaseApplication):
    """Worker processes of eight threads each; every worker makes its own application and its own connections."""

    def __init__(self, settings: Settings, database_url: str) -> None:
        self._settings = settings
        self._database_url = database_url
        super().__init__()

    def load_config(self) -> None:
        """gunicorn's settings, from ours."""
        chosen: dict[str, Any] = {
            "bind": f"{self._settings.host}:{self._settings.port}",
            "workers": self._settings.workers,
            "worker_class": "gthread",
            "threads": THREADS,
            "timeout": self._settings.statement_seconds + 50,
            "graceful_timeout": 5,
            "keepalive": 30,  # a map asks for its tiles in bursts
            "limit_request_line": 8190,  # a filter of many classes
            "forwarded_allow_ips": "",  # ProxyFix decides, and only behind HTTPS
            "control_socket_disable": True,
            "loglevel": "warning",
            "when_ready": lambda _arbiter: self._say_ready(),
            "post_worker_init": lambda _worker: _log_to_stderr(),
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application, made in the worker."""
        return create_app(self._settings, self._database_url)

    def _say_ready(self) -> None:
        everywhere = ip_address(self._settings.host).is_unspecified if self._settings.host[0] in "0:" else False
        address = f"http://{'127.0.0.1' if everywhere else self._settings.host}:{self._settings.port}/"
        click.echo(_("城籍已启动：%(address)s  （Ctrl-C 结束）", address=address))


def serve(settings: Settings, database_url: str) -> None:
    """Serve until Ctrl-C or SIGTERM. Raises Unavailable when the port is taken."""
    _require_free_port(settings.host, settings.port)
    master = os.getpid()
    try:
        with _import_workers(settings.import_workers, database_url):
            Server(settings, database_url).run()
    except SystemExit as ended:
        if ended.code and os.getpid() == master:
            raise


@contextmanager
def _import_workers(count: int, database_url: str) -> Iterator[None]:
    """Processes that work on deliveries, for as long as the pages are served."""
    master = os.getpid()
    # -P: not what lies in the working folder, such as the command list of an earlier install
    command = [sys.executable, "-P", "-m", "registry.commands.main", "work", "--started-by", str(master)]
    started = [subprocess.Popen(command, env={**os.environ, "DATABASE_URL": database_url}) for _each in range(count)]
    try:
        yield
    except SystemExit as ended:
        if os.getpid() != master:
            # A gunicorn worker, on its way out through the master's stack: what is open there is the master's to close.
            sys.stderr.flush()
            os._exit(ended.code if isinstance(ended.code, int) else 1)
        raise
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()


def _require_free_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Unavailable("server.port_taken", port=port, error=error.strerror) from error


def _log_to_stderr() -> None:
    """Sign-ins and unexpected errors, for the operator's log."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("chengji").setLevel(logging.INFO)
