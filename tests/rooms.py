"""How many rooms the house has: `python -m tests.rooms [CHECKOUT]`.

For each floor the rooms (modules and folders right below it, which is what a newcomer sees first), the floors of rooms (the
longest way of imports from the top one to the bottom) and the arrows (imports from one room to another). It reads the syntax
tree of whatever checkout it is given, an older one too.
"""

from __future__ import annotations

import ast
import sys
from functools import cache
from pathlib import Path

FLOORS = ("registry", "importers", "demo", "web")


def rooms_of(floor: Path) -> dict[str, list[Path]]:
    """The modules of each room of a floor; templates, translations and browser files are no rooms."""
    found: dict[str, list[Path]] = {}
    for path in sorted(floor.rglob("*.py")):
        room = path.relative_to(floor).parts[0].removesuffix(".py")
        if room != "__init__":
            found.setdefault(room, []).append(path)
    return found


def arrows_of(floor: Path) -> set[tuple[str, str]]:
    """Which room imports which, strings such as "importers.read.reader" not counted."""
    rooms = rooms_of(floor)
    return {
        (room, other)
        for room, paths in rooms.items()
        for path in paths
        for other in _imported(path, floor.name)
        if other in rooms and other != room
    }


def _imported(path: Path, floor: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == floor:
            module = (node.module or "").split(".")
            names |= {module[1]} if len(module) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith(f"{floor}.")}
    return names


def height(arrows: set[tuple[str, str]]) -> int:
    """Rooms one above the other: the longest way along the arrows. Raises ValueError where they run in a circle."""
    below: dict[str, set[str]] = {}
    for room, other in arrows:
        below.setdefault(room, set()).add(other)
    entered: set[str] = set()

    @cache
    def of(room: str) -> int:
        if room in entered:
            raise ValueError(f"{room}: a circle of imports")
        entered.add(room)
        tall = 1 + max((of(other) for other in below.get(room, ())), default=0)
        entered.discard(room)
        return tall

    return max((of(room) for room in below), default=1)


def main(checkout: Path) -> None:
    """Print the table."""
    print("| floor | rooms | floors of rooms | arrows |\n| --- | --- | --- | --- |")  # noqa: T201
    for name in FLOORS:
        if (floor := checkout / name).is_dir():
            arrows = arrows_of(floor)
            print(f"| {name} | {len(rooms_of(floor))} | {height(arrows)} | {len(arrows)} |")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1])
