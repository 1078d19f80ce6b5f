"""Writing the rows that wait, in a process of its own: the delivered file is read again, and may crash what reads it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from importers.errors import DamagedFile, as_json, of_json
from importers.quarantine.export import Quarantine, write_quarantine
from registry.database.processes import die_with_parent
from registry.errors import RegistryError
from registry.i18n import current_language, set_language

Findings = Mapping[int, Sequence[Mapping[str, Any]]]


def write_apart(
    source: Path,
    layer: str | None,
    rows: Findings,
    folder: Path,
    *,
    encoding: str | None = None,
    header_row: int | None = None,
    megabytes: int = 1024,
    seconds: int = 120,
) -> Quarantine:
    """As `write_quarantine`. Raises what it raises; DamagedFile also where the process crashed or took too long."""
    request = {
        "source": str(source), "layer": layer, "rows": list(rows.items()), "folder": str(folder), "encoding": encoding,
        "header_row": header_row, "language": current_language(), "megabytes": megabytes,
    }  # fmt: skip
    try:
        ended = subprocess.run(
            [sys.executable, "-m", __name__], input=json.dumps(request), capture_output=True, text=True, timeout=seconds,
            check=True,
        )  # fmt: skip
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise DamagedFile("quarantine.not_written") from error
    answer = json.loads(ended.stdout)
    if "code" in answer:
        raise of_json(answer)
    return Quarantine(folder / answer["name"], answer["format"], answer["rows"], answer["remark"])


def _main() -> None:
    import resource
    import signal

    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())  # the others set a gigabyte aside, which would count as used
    die_with_parent(signal.SIGKILL)
    request = json.load(sys.stdin)
    set_language(request["language"])
    tempfile.tempdir = request["folder"]  # which the other side removes, however this process ends
    resource.setrlimit(resource.RLIMIT_DATA, (request["megabytes"] << 20,) * 2)
    rows = {int(number): findings for number, findings in request["rows"]}
    try:
        made = write_quarantine(
            Path(request["source"]),
            request["layer"],
            rows,
            Path(request["folder"]),
            request["encoding"],
            request["header_row"],
        )
        answer = {"name": made.path.name, "format": made.format, "rows": made.rows, "remark": made.remark}
    except RegistryError as error:
        answer = as_json(error)
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    _main()
