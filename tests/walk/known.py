"""What is in the walk's register: the numbers that addresses are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import asinh, floor, pi, radians, tan
from pathlib import Path

from .deliveries import LAT, LON, OTHER, OWN
from .place import Place

NUMBER_OF_NOTHING = 999_999_999


@dataclass
class Known:
    """Ids by what they are. The acts fill `deliveries`, and `problems`: the addresses of groups of problems."""

    assets: dict[str, int]
    sets: dict[str, int]
    photos: list[tuple[str, int, int]]
    unassigned: dict[str, int]
    deliveries: dict[str, tuple[int, int]] = field(default_factory=dict)
    static: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def know(place: Place, built: Path) -> Known:
    """Read it from the database."""
    assets: dict[str, int] = dict(place.ask(
            "SELECT DISTINCT ON (layer) layer, id FROM registry.asset WHERE district = %s AND state <> 'retired'"
            " ORDER BY layer, code", OWN,
    ))  # fmt: skip
    extra = {
        "changed": "district = '330105' AND layer = 'component' AND version > 1 AND state <> 'retired'",
        "retired": "district = '330105' AND state = 'retired'", "out-of-scope": f"district = '{OTHER}'",
    }  # fmt: skip
    for name, where in extra.items():
        found = place.ask(f"SELECT id FROM registry.asset WHERE {where} ORDER BY code LIMIT 1")
        if found:
            assets[name] = found[0][0]
    sets = {
        f"{title} {kind}": id
        for title, kind, id in place.ask(
            "SELECT title, kind, max(id) FROM registry.change_set GROUP BY title, kind ORDER BY 3"
        )
    }
    photos = place.ask("SELECT name, asset_id, id FROM registry.attachment WHERE asset_id IS NOT NULL ORDER BY id")
    unassigned = place.ask(
        "SELECT min(name), min(id) FROM registry.attachment WHERE asset_id IS NULL GROUP BY name, change_set ORDER BY 2"
    )
    static = sorted(file.name for file in built.iterdir() if file.is_file()) if built.is_dir() else []
    return Known(assets, sets, [(str(n), int(a), int(p)) for n, a, p in photos],
                 {f"{name} {id}": id for name, id in unassigned}, static=static)  # fmt: skip


def tile_of(z: int, lon: float = LON - 0.005, lat: float = LAT - 0.0002) -> tuple[int, int, int]:
    """The tile over a place."""
    return z, floor((lon + 180) / 360 * 2**z), floor((0.5 - asinh(tan(radians(lat))) / (2 * pi)) * 2**z)
