"""The small map of a record: where the changes are, each action with a mark of its own, so that it prints in grey too."""

from __future__ import annotations

from collections.abc import Iterator
from math import cos, log1p, radians

import shapely
from markupsafe import Markup

from importers.reporting.acceptance import Places
from registry.i18n import _
from registry.vocabulary.changes import Action, Decision
from registry.vocabulary.word_list import labels

WIDTH, HEIGHT, MARGIN = 680.0, 220.0, 10.0
# A delivery that lies in one corner is drawn large, with the district's outline as far as it comes into the picture.
AROUND = 0.08
COLOURS: dict[str, str] = {
    Action.ADD: "#2e7d32", Action.UPDATE: "#1565c0", Action.MOVE: "#e65100", Action.RETIRE: "#b71c1c",
    Action.CONFLICT: "#6a1b9a", Decision.REJECTED: "#757575",
}  # fmt: skip


def drawn(places: Places) -> Markup:
    """An SVG, empty where there is nothing to show."""
    if not places.marks:
        return Markup()
    frame = _Frame(places)
    outline = "".join(_path(ring, frame) for ring in _rings(places.outline))
    marks = "".join(
        _mark(action, *frame.at(x, y), 1.6 + 0.5 * log1p(n))
        for action, x, y, n in sorted(places.marks, key=lambda m: m[0])
    )
    return Markup(
        '<svg viewBox="0 0 {w} {h}" role="img" class="map"><clipPath id="f"><rect width="{w}" height="{h}"/></clipPath>'
        '<g clip-path="url(#f)"><path d="{outline}" fill="#f4f4ef" stroke="#9e9e9e" stroke-width="1"/>{marks}</g>'
        '<rect width="{w}" height="{h}" fill="none" stroke="#bdbdbd"/></svg>{legend}'
    ).format(w=WIDTH, h=HEIGHT, outline=outline, marks=Markup(marks), legend=_legend(places))  # noqa: S704 - our own numbers


class _Frame:
    """From degrees to the picture: east stretched by the latitude, the marks in the middle."""

    def __init__(self, places: Places) -> None:
        xs, ys = [m[1] for m in places.marks], [m[2] for m in places.marks]
        west, east, south, north = min(xs), max(xs), min(ys), max(ys)
        self._turn = cos(radians((south + north) / 2))
        wide, high = max((east - west) * self._turn, 1e-4), max(north - south, 1e-4)
        room = 1 + 2 * AROUND
        self._scale = min((WIDTH - 2 * MARGIN) / (wide * room), (HEIGHT - 2 * MARGIN) / (high * room))
        self._x, self._y = (west + east) / 2, (south + north) / 2

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A place in the picture."""
        return (
            WIDTH / 2 + (x - self._x) * self._turn * self._scale,
            HEIGHT / 2 - (y - self._y) * self._scale,
        )


def _rings(shape: shapely.Geometry | None) -> Iterator[list[tuple[float, ...]]]:
    for part in shapely.get_parts(shape) if shape is not None else []:
        if part.geom_type == "Polygon":
            yield from (list(ring.coords) for ring in (part.exterior, *part.interiors))


def _path(ring: list[tuple[float, ...]], frame: _Frame) -> str:
    points = (frame.at(point[0], point[1]) for point in ring)
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z"


def _mark(action: str, x: float, y: float, size: float) -> str:
    """A circle for what is new, a square for changed values, a diamond for moved, a cross for retired, else a ring."""
    colour = COLOURS.get(action, "#424242")
    if action == Action.ADD:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}" fill="{colour}"/>'
    if action == Action.UPDATE:
        return (
            f'<path d="M{x - size:.1f} {y - size:.1f}h{2 * size:.1f}v{2 * size:.1f}h-{2 * size:.1f}Z" fill="{colour}"/>'
        )
    if action == Action.MOVE:
        s = 1.3 * size
        return f'<path d="M{x:.1f} {y - s:.1f}l{s:.1f} {s:.1f}l-{s:.1f} {s:.1f}l-{s:.1f} -{s:.1f}Z" fill="{colour}"/>'
    if action == Action.RETIRE:
        cross = f"M{x - size:.1f} {y - size:.1f}l{2 * size:.1f} {2 * size:.1f}m0 -{2 * size:.1f}l-{2 * size:.1f} {2 * size:.1f}"
        return f'<path d="{cross}" fill="none" stroke="{colour}" stroke-width="1.6"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}" fill="none" stroke="{colour}" stroke-width="1.4"/>'


def _legend(places: Places) -> Markup:
    names = {**dict(labels(Action)), str(Decision.REJECTED): _("审核剔除")}
    counts = {action: sum(n for a, _x, _y, n in places.marks if a == action) for action in names}
    parts = [
        Markup('<span><svg viewBox="0 0 10 10" class="mark">{}</svg> {} {}</span>').format(
            Markup(_mark(action, 5, 5, 3.2)),  # noqa: S704 - our own numbers
            name,
            f"{counts[action]:,}",
        )
        for action, name in names.items()
        if counts[action]
    ]
    return Markup('<p class="legend">{}</p>').format(Markup(" ").join(parts))
