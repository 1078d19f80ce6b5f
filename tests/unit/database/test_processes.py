"""Processes that end with the one that started them, however early that one is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from registry.database.processes import at_work_in


@pytest.mark.skipif(sys.platform != "linux", reason="the system says so on Linux only")
@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (["registry.commands.main", "work", "--started-by"], 0, ""),
        (["importers.jobs.worker"], -signal.SIGTERM, ""),
        (["importers.jobs.step", "330105", "1", "1"], 1, "ended before it began"),
    ],
)
def test_who_was_started_by_somebody_gone_ends_at_once(command: list[str], code: int, said: str) -> None:
    """Killed before his child could ask the system to be told of it: nobody is left behind to work for ever."""
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    nowhere = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    ended = subprocess.run(
        [sys.executable, "-m", *command, str(gone.pid)],
        env=nowhere,
        timeout=60,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, said in ended.stderr) == (code, True), ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the system says so on Linux only")
def test_who_is_at_work_in_a_folder(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"], cwd=tmp_path) as sleeping:
        assert at_work_in(tmp_path) == [sleeping.pid]
        sleeping.kill()
    assert at_work_in(tmp_path) == []
