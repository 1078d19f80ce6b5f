"""The environment is read at the edges: a command, a process of its own, the start of the server. Inside, it is handed in."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# `cluster` is the operator's own tool; his datum parameters are asked for where a system is named, deep in reading.
EDGES = {
    "registry/commands/", "importers/commands/", "demo/commands.py", "web/commands.py", "web/run.py", "importers/jobs/",
    "registry/operations/cluster.py", "registry/operations/programs.py", "importers/crs/parameters.py",
}  # fmt: skip


def test_settings_are_read_at_the_edges() -> None:
    for floor in ("registry", "importers", "demo", "web"):
        for path in sorted((ROOT / floor).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module == "registry.settings":
                    reads = any(alias.name == "settings" for alias in node.names)
                    assert not reads or any(name.startswith(edge) for edge in EDGES), name
