"""In which system a delivery is read: as the operator or the profile says, as the file declares, or as the detective finds.

A person's word is taken. A file's word is taken unless the delivery then lies elsewhere than its own roads and assets do:
that is a question, with both names, and never overridden in silence. Where the file says nothing, what the detective is
sure of is used and told; what it is not sure of is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

import numpy as np
import psycopg

from importers.crs.detect import CrsVerdict, agrees, detect, whereabouts
from importers.crs.systems import SourceCrs, resolve, usable_declared
from importers.errors import UnknownCrs
from importers.normalise.positions import in_source
from importers.problems.problem import Code, Problem
from importers.profiles.profile import Profile
from importers.records import DeclaredCrs, Geometries, Rows, SourceLayer
from importers.stage.unchanged import Memory
from registry.access.scope import Scope
from registry.areas.districts import read_district
from registry.assets.reference_features import Reference, load_reference
from registry.catalogue.layers import Layer
from registry.i18n import N_, Words

SHOWN = 6


@dataclass(frozen=True)
class Choice:
    """The layer with the system in it that it is read in, the profile with its axes, and what there is to say about it."""

    source: SourceLayer
    profile: Profile
    problems: list[Problem] = field(default_factory=list)


def crs_details(declared: DeclaredCrs, used: SourceCrs) -> dict[str, str]:
    """For the change set: what was declared, what was used, and on whose word."""
    return {"crs_declared": declared.name or declared.text[:80], "crs_used": used.name, "crs_basis": used.basis}


def peeked(batches: Iterator[Rows]) -> tuple[Rows | None, Iterator[Rows]]:
    """The first batch, and all of them."""
    first = next(batches, None)
    rest: Iterable[Rows] = () if first is None else (first,)
    return first, chain(rest, batches)


def choose_crs(
    connection: psycopg.Connection[Any],
    scope: Scope,
    layer: Layer,
    source: SourceLayer,
    profile: Profile,
    first: Rows | None,
    memory: Memory,
) -> Choice:
    """Which system to read a delivery in, judged by its first batch and by what this person may see of the register.

    What the register took over in the system that the file declares, and comes again the same, was judged then.
    Raises UnknownCrs, with the candidates in their order, where a person must say; RefusedCrs as `resolve` does; NoGeometry
    and ProfileMismatch as `Profile.check` does.
    """
    profile.check(source)
    if profile.crs is not None or first is None:
        return Choice(source, profile)
    declared = usable_declared(source.crs)
    if declared is not None and memory.has_most_of(first, profile, declared):
        return Choice(source, profile)
    return settled(source, profile, *_held_against(connection, scope, layer, source, profile, first))


def settled(source: SourceLayer, profile: Profile, geometry: Geometries, reference: Reference) -> Choice:
    """The same of geometries as they lie in the file, held against a district that was read. Raises UnknownCrs, RefusedCrs."""
    try:
        declared = resolve(source, None, reference.box)
    except UnknownCrs as error:
        return _found(profile, source, detect(geometry, source.crs, reference), error)
    if agrees(geometry, source.crs, reference):
        return Choice(source, profile)
    verdict = detect(geometry, source.crs, reference)
    if verdict.contradicted:
        raise _contradiction(source, declared, verdict)
    return Choice(source, profile)


def judged(
    connection: psycopg.Connection[Any],
    scope: Scope,
    layer: Layer,
    source: SourceLayer,
    profile: Profile,
    first: Rows | None,
) -> CrsVerdict | None:
    """What the detective says of a delivery, for a person to look at; None where no row says where it lies.

    Raises NoGeometry and ProfileMismatch as `Profile.check` does.
    """
    profile.check(source)
    if first is None:
        return None
    geometry, reference = _held_against(connection, scope, layer, source, profile, first)
    return detect(geometry, source.crs, reference)


def _held_against(
    connection: psycopg.Connection[Any], scope: Scope, layer: Layer, source: SourceLayer, profile: Profile, first: Rows
) -> tuple[Geometries, Reference]:
    """The first batch as it lies in the file, and what the register knows of where it may lie."""
    geometry, _problems = in_source(first, profile)
    box = read_district(connection, scope.district).box
    return geometry, load_reference(connection, scope, layer.code, whereabouts(geometry, source.crs, box))


def _found(profile: Profile, source: SourceLayer, verdict: CrsVerdict, unknown: UnknownCrs) -> Choice:
    """What the detective is sure of, told; else the question, with what it knows."""
    best = verdict.proposed
    if best is None:
        raise _question(unknown, verdict) from unknown
    details = {"crs": best.label, "score": best.score, "why": best.explanation}
    remark = Problem(Code.CRS_DETECTED, value=source.crs.name, details=details)
    read_as = replace(source, crs=DeclaredCrs(best.crs, best.crs, "detected"))
    return Choice(read_as, replace(profile, swap_axes=profile.swap_axes != (best.axes == "yx")), [remark])


def _question(unknown: UnknownCrs, verdict: CrsVerdict) -> UnknownCrs:
    """The reader's complaint, with the candidates as far as the delivery could be placed."""
    if not verdict.candidates:
        return unknown
    advice = Words(N_("选定坐标系（命令行：--crs）；%(reason)s。"), {"reason": verdict.reason})
    details = {**unknown.details, "advice": _with_list(advice, verdict), "candidates": _names(verdict)}
    return UnknownCrs(unknown.code, **details)


def _contradiction(source: SourceLayer, declared: SourceCrs, verdict: CrsVerdict) -> UnknownCrs:
    best = next(
        c for c in verdict.candidates if verdict.declared is None or c.crs != verdict.declared.crs or c.axes == "yx"
    )
    said = Words(N_("%(format)s 规定为 %(crs)s"), {"format": str(source.format), "crs": declared.name})
    if source.crs.basis != "format":
        said = Words(N_("文件声明的坐标系为“%(crs)s”"), {"crs": declared.name})
    names = {"best": best.crs, "declared": declared.name}
    advice = Words(N_("核对后选定 %(best)s 或 %(declared)s（命令行：--crs）。"), names)
    if best.axes == "yx":
        advice = Words(
            N_(
                "核对后选“坐标的两轴对调”（方案：swap_axes = true），或选定 %(declared)s 坚持文件的次序（命令行：--crs）。"
            ),
            names,
        )
    return UnknownCrs(
        "crs.contradicted", layer=source.name, said=said, best=best.label, advice=_with_list(advice, verdict),
        candidates=_names(verdict),
    )  # fmt: skip


def _with_list(advice: Words, verdict: CrsVerdict) -> Words:
    return Words.joined((advice, *_listed(verdict)), by="\n")


def _names(verdict: CrsVerdict) -> tuple[str, ...]:
    return tuple(dict.fromkeys(c.crs for c in verdict.candidates))


def _listed(verdict: CrsVerdict) -> Iterator[Words]:
    """The candidates, one on a line; the declared one first."""
    for candidate in [*([verdict.declared] if verdict.declared else []), *verdict.candidates][:SHOWN]:
        score = round(100 * candidate.score) if np.isfinite(candidate.score) else 0
        values = {"crs": candidate.label, "score": score, "why": candidate.explanation}
        yield Words(N_("%(crs)s：得分 %(score)s %%；%(why)s"), values)
