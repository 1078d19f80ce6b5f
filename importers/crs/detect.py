"""The datum detective: which coordinate system a delivery is in, told by where it then lies.

Numbers alone narrow it down: degrees or metres, which axis is north, a zone number in front of eastings. What they cannot
tell - WGS 84, GCJ-02 and BD-09 differ by 500 m and 1,150 m, Beijing 54 and a local system by tens of metres - is told by
holding the delivery against the district, its roads and its own layer. What nothing tells is asked, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from importers.crs.fit import FARTHEST_M, Fit, Plane, Target, measure, target_of
from importers.crs.parameters import supplied_planes
from importers.crs.systems import SourceCrs, grown, literally, named, systems_around, usable_declared
from importers.crs.transform import to_degrees
from importers.records import Box, DeclaredCrs, Geometries
from registry.assets.reference_features import Reference, ReferenceFeatures
from registry.i18n import N_, Words

Floats = NDArray[np.float64]

SURE = 0.95
FAR_BETTER, MARGIN = 0.8, 0.05
MOST_FEATURES, MOST_PLACES, MOST_EACH, QUICK = 2_000, 2_000, 200, 300
INSIDE_ENOUGH, HALF = 0.95, 0.5
SAME_PLACE_M = 5.0
OUT_OF_REACH = 1e9
OUTLINE_MARGIN_M, SEEN_M = 500.0, 300.0
WGS84 = re.compile(r"WGS|World_Geodetic|EPSG:4326|CRS84", re.IGNORECASE)
# Match distances in metres for points and for lines: a re-survey moves an asset by some metres, a street is up to 50 m wide.
OWN, ROADS, OUTLINE = (5.0, 8.0), (20.0, 20.0), (20.0, 20.0)
# Spreads above chance, and above the runner-up, at which a fit is believed as much as not.
SURPRISING, AHEAD, STEEPNESS = 4.0, 1.5, 1.6

INSIDE = N_("%(share)s %% 在本区内")
FITTING = N_("%(inside)s；距最近的%(what)s中位数 %(metres)s 米，吻合度 %(share)s %%，高出偶然 %(surprise)s 倍标准差")
SHIFTED = N_("%(text)s；再向东 %(east)s 米、向北 %(north)s 米才更吻合，可能是另一基准")
SWAPPED = N_("%(crs)s（两轴对调）")
TARGETS = {"assets": N_("同类资产"), "roads": N_("道路"), "outline": N_("行政区边界")}
# Whatever an explanation is put together from, so that one which was kept in words can be told again.
EXPLANATIONS = (SHIFTED, FITTING, INSIDE, SWAPPED, *TARGETS.values())


@dataclass(frozen=True, slots=True)
class CrsCandidate:
    """A system that the delivery may be in. `axes` is xy, or yx where the first ordinate is north.

    `share_inside` is the part of the delivery inside the district; `residual_m` the median distance to the nearest
    reference after conversion, NaN without one; `score` 0..1; `explanation` says in words what it rests on.
    """

    crs: str
    axes: str
    share_inside: float
    residual_m: float
    score: float
    explanation: Words

    @property
    def label(self) -> Words | str:
        """The system, and the order of the axes where it is not the usual one."""
        return self.crs if self.axes == "xy" else Words(SWAPPED, {"crs": self.crs})


@dataclass(frozen=True, slots=True)
class CrsVerdict:
    """Candidates, best first. `proposed` is the first one where its score is above 0.95; None means: ask.

    `declared` judges the system that the file declares, None where it declares none that can be used. `contradicted`
    says that another candidate, which lies elsewhere, fits far better than the declared one. `reason` says why it is
    asked, empty where something is proposed.
    """

    candidates: tuple[CrsCandidate, ...]
    proposed: CrsCandidate | None
    declared: CrsCandidate | None
    contradicted: bool
    reason: Words


@dataclass(frozen=True)
class _Hypothesis:
    """Where the delivery lies if it is in this system: degrees, metres, and how that fits."""

    crs: str
    axes: str
    metres: Floats
    inside: NDArray[np.bool_]
    fits: list[Fit]

    @property
    def share_inside(self) -> float:
        return float(self.inside.mean())

    @property
    def surprise(self) -> float:
        """Spreads above chance of the best fit. Not above 0 where a small shift would do better, unless most of it lies
        on its own earlier self."""
        best = self.fits[0] if self.fits else None
        if best is None or (any(f.off for f in self.fits) and not (best.target == "assets" and best.share > HALF)):
            return 0.0
        return best.surprise

    @property
    def residual(self) -> float:
        return self.fits[0].residual_m if self.fits else float("nan")


class _Ground:
    """The reference in metres, put together once."""

    def __init__(self, reference: Reference, areas: bool) -> None:
        west, south, east, north = reference.box
        self.plane = Plane((west + east) / 2, (south + north) / 2)
        self.targets = list(self._targets(reference, areas))
        self.district = self._district(reference)

    def _targets(self, reference: Reference, areas: bool) -> Iterator[Target]:
        outline = None if reference.outline is None else self.plane.geometry(np.array([reference.outline]))[0]
        if len(reference.assets):
            yield target_of("assets", reference.assets, self.plane, outline, OWN)
        if len(reference.roads) and reference.roads is not reference.assets:
            yield target_of("roads", reference.roads, self.plane, outline, ROADS)
        if areas and reference.outline is not None:
            yield target_of("outline", ReferenceFeatures(np.array([reference.outline])), self.plane, None, OUTLINE)

    def _district(self, reference: Reference) -> shapely.Geometry:
        if reference.outline is None:
            shape = self.plane.geometry(np.array([shapely.box(*grown(reference.box))]))[0]
        else:
            shape = shapely.buffer(self.plane.geometry(np.array([reference.outline]))[0], OUTLINE_MARGIN_M)
        shapely.prepare(shape)
        return shape

    def hypothesis(self, places: Floats, crs: SourceCrs, axes: str) -> _Hypothesis:
        """Where the places (source coordinates, n × 2) lie in this system; not measured yet."""
        metres = self.plane.metres(*_degrees(places, crs, axes))
        metres[~np.isfinite(metres).all(axis=1)] = OUT_OF_REACH
        return _Hypothesis(crs.name, axes, metres, shapely.contains_xy(self.district, metres), [])

    def measured(self, hypothesis: _Hypothesis) -> _Hypothesis:
        """The same with its fits, of what lies inside the district."""
        return replace(hypothesis, fits=measure(hypothesis.metres[hypothesis.inside], self.targets))


def sample(geometry: Geometries, most: int = MOST_FEATURES) -> Geometries:
    """At most so many geometries, spread evenly over the file, without the missing, empty and infinite ones."""
    there = geometry[~(shapely.is_missing(geometry) | shapely.is_empty(geometry))]
    chosen = there[np.unique(np.linspace(0, max(0, len(there) - 1), min(most, len(there))).astype(int))]
    finite: Geometries = chosen[np.isfinite(shapely.bounds(chosen)).all(axis=1)]
    return finite


def detect(geometry: Geometries, declared: DeclaredCrs, reference: Reference) -> CrsVerdict:
    """Which system the geometries are in: source coordinates, of which at most 2,000 are looked at."""
    chosen = sample(geometry)
    places = _places(chosen, MOST_PLACES)
    if not len(places):
        return CrsVerdict((), None, None, False, Words(N_("没有可用的坐标")))
    ground = _Ground(reference, _are_areas(chosen))
    systems = _possible(places, declared, reference.box)
    found = [ground.measured(h) for h in _different(ground.hypothesis(places, *system) for system in systems)]
    judged = [(_judged(h, found), h) for h in found]
    candidates = tuple(sorted((c for c, _h in judged), key=lambda c: (-c.score, -c.share_inside)))
    if (said := usable_declared(declared)) is None:
        return _verdict(candidates, None, False)
    hypothesis = ground.measured(ground.hypothesis(places, said, "xy"))
    own = _judged(hypothesis, found)
    return _verdict(candidates, own, _contradicted(own, [c for c, h in judged if not _same_place(h, hypothesis)]))


def _different(hypotheses: Iterable[_Hypothesis]) -> list[_Hypothesis]:
    """Without those in the place of an earlier one: 3° and 6° zones of one meridian are one system under two names."""
    kept: list[_Hypothesis] = []
    for hypothesis in hypotheses:
        if not any(_same_place(hypothesis, other) for other in kept):
            kept.append(hypothesis)
    return kept


def agrees(geometry: Geometries, declared: DeclaredCrs, reference: Reference) -> bool:
    """A quick look at a tenth of the price: the delivery lies in the district as declared, and nowhere fits better.

    Where it does not agree, `detect` says whether that means anything.
    """
    chosen = sample(geometry, QUICK)
    places = _places(chosen, QUICK)
    said = usable_declared(declared)
    if said is None or not len(places):
        return False
    ground = _Ground(reference, _are_areas(chosen))
    own = ground.hypothesis(places, said, "xy")
    if own.share_inside < INSIDE_ENOUGH or not ground.targets:
        return own.share_inside >= INSIDE_ENOUGH
    others = [ground.hypothesis(places, *system) for system in _possible(places, declared, reference.box)]
    elsewhere = [h for h in others if not _same_place(h, own)]
    return not any(_closer(other, own, target) for target in ground.targets for other in elsewhere)


def _closer(other: _Hypothesis, own: _Hypothesis, target: Target) -> bool:
    theirs, ours = (target.share(h.metres[h.inside]) for h in (other, own))
    return theirs is not None and theirs > (ours or 0.0) + MARGIN


def _are_areas(geometry: Geometries) -> bool:
    return bool((shapely.get_dimensions(geometry) == 2).all())


def _places(geometry: Geometries, most: int) -> Floats:
    """Points themselves; of lines and of the outlines of areas, points at even distances. An (n, 2) array."""
    if not len(geometry):
        return np.empty((0, 2))
    flat = shapely.force_2d(geometry)
    kinds = shapely.get_dimensions(flat)
    lines = np.where(kinds == 2, shapely.boundary(flat), flat)[kinds > 0]
    each = int(np.clip(most // len(flat), 1, MOST_EACH))
    marks = (np.arange(each) + 0.5) / each
    along = shapely.line_interpolate_point(lines[:, None], marks, normalized=True).ravel()
    found: Floats = shapely.get_coordinates(np.concatenate((flat[kinds == 0], along)))
    return found


def whereabouts(geometry: Geometries, declared: DeclaredCrs, box: Box) -> Box | None:
    """The box in degrees in which the delivery lies by one system or another, strays left out; None outside the district."""
    places = _places(sample(geometry, QUICK), QUICK)
    if not len(places):
        return None
    found = [np.column_stack(_degrees(places, crs, axes)) for crs, axes in _possible(places, declared, box)]
    if not found:
        return None
    corners = np.concatenate([np.nanpercentile(degrees, (2, 98), axis=0) for degrees in found])
    (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
    edge = grown(box)
    return grown((max(west, edge[0]), max(south, edge[1]), min(east, edge[2]), min(north, edge[3])), SEEN_M)


def _degrees(places: Floats, crs: SourceCrs, axes: str) -> tuple[Floats, Floats]:
    x, y = places.T if axes == "xy" else places.T[::-1]
    return to_degrees(x, y, crs)


def _possible(places: Floats, declared: DeclaredCrs, box: Box) -> Iterator[tuple[SourceCrs, str]]:
    """Systems and axis orders in which the middle of the delivery lies in the district or up to 5 km beside it."""
    west, south, east, north = grown(box)
    middle = np.median(places, axis=0)
    degrees = bool((np.abs(middle) <= 180).all())
    for name in _degree_systems(declared) if degrees else [*systems_around((west + east) / 2), *supplied_planes()]:
        crs = named(name, "detected")
        for axes, (x, y) in (("xy", middle), ("yx", middle[::-1])):
            lon, lat = literally(x, y, crs)
            if west <= lon <= east and south <= lat <= north:
                yield crs, axes


def _degree_systems(declared: DeclaredCrs) -> tuple[str, ...]:
    """Degrees are called WGS 84 where the file speaks of it, and CGCS2000 otherwise: they are the same place."""
    return ("EPSG:4326" if WGS84.search(declared.text) else "EPSG:4490", "GCJ-02", "BD-09")


def _judged(hypothesis: _Hypothesis, all_: list[_Hypothesis]) -> CrsCandidate:
    """The score: inside the district, surprising as a fit, and well ahead of every system that lies elsewhere."""
    rival = max((h.surprise for h in all_ if not _same_place(h, hypothesis)), default=0.0)
    inside = min(1.0, hypothesis.share_inside / INSIDE_ENOUGH)
    strength = _logistic(hypothesis.surprise - SURPRISING)
    ahead = _logistic(hypothesis.surprise - max(rival, 0.0) - AHEAD)
    score = round(inside * strength * ahead, 3)
    return CrsCandidate(
        hypothesis.crs, hypothesis.axes, round(hypothesis.share_inside, 3), hypothesis.residual, score,
        _explained(hypothesis),
    )  # fmt: skip


def _verdict(candidates: tuple[CrsCandidate, ...], declared: CrsCandidate | None, contradicted: bool) -> CrsVerdict:
    first = candidates[0] if candidates else None
    if first is not None and first.score > SURE:
        return CrsVerdict(candidates, first, declared, contradicted, Words())
    return CrsVerdict(candidates, None, declared, contradicted, _reason(candidates))


def _contradicted(declared: CrsCandidate, others: list[CrsCandidate]) -> bool:
    """Whether a candidate that lies elsewhere fits far better, or is the only one to lie in the district."""
    return any(
        (other.score > FAR_BETTER and other.score > declared.score)
        or (other.share_inside >= INSIDE_ENOUGH and other.share_inside - declared.share_inside > 0.5)
        for other in others
    )


def _reason(candidates: tuple[CrsCandidate, ...]) -> Words:
    if not candidates:
        return Words(N_("没有一种常用坐标系能使数据落在本区"))
    names = [c.label for c in candidates]
    if all(np.isnan(c.residual_m) for c in candidates):
        return Words(N_("登记册中没有道路或同类资产可以比对，分不清是 %(names)s 中的哪一种"), {"names": names})
    first, *rest = candidates
    if rest and rest[0].score > 0.5 * first.score > 0.01:
        both = {"first": first.label, "second": rest[0].label}
        return Words(N_("%(first)s 与 %(second)s 都与现有道路、资产相符"), both)
    return Words(N_("与现有道路、资产的吻合不足以断定是 %(names)s"), {"names": names})


def _same_place(a: _Hypothesis, b: _Hypothesis) -> bool:
    return bool(np.median(np.hypot(*(a.metres - b.metres).T)) < SAME_PLACE_M)


def _logistic(value: float) -> float:
    return float(1.0 / (1.0 + np.exp(-STEEPNESS * np.clip(value, -30, 30))))


def _explained(hypothesis: _Hypothesis) -> Words:
    inside = Words(INSIDE, {"share": round(100 * hypothesis.share_inside, 1)})
    if not hypothesis.fits:
        return inside
    fit = hypothesis.fits[0]
    values = {
        "inside": inside, "what": Words(TARGETS[fit.target]), "metres": _metres(fit.residual_m),
        "share": round(100 * fit.share), "surprise": round(fit.surprise, 1),
    }  # fmt: skip
    text = Words(FITTING, values)
    if fit.off is None:
        return text
    east, north = fit.off
    return Words(SHIFTED, {"text": text, "east": round(east), "north": round(north)})


def _metres(distance: float) -> str:
    return f"{distance:.1f}" if np.isfinite(distance) else f">{FARTHEST_M:.0f}"
