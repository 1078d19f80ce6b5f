"""Identity: which asset each delivered row is. By its code, its key, a rule, by being the same, or by its place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import cos, log, radians
from typing import Any

import numpy as np
import psycopg
import shapely
from numpy.typing import NDArray

from registry.database.statements import statement
from registry.identity.assignment import NONE, Choice, Pairs, assign
from registry.identity.shape_similarity import compare
from registry.identity.survey_offset import Offset, estimate

REVIEW_MARGIN = 7.0
"""A decision stands without doubt when the next best explanation is e^7, a thousand times, less likely."""
AGAINST = 6.5
"""So much may speak against an asset in its other fields: two that often agree by chance, not one that hardly ever does."""
SAME_VALUE = 0.95
"""The share of fields that two surveys of one asset have in common."""
SAMPLE, SAMPLE_REACH_M = 2_000, 5.0
SHAPES_AT_ONCE = 1_000


@dataclass(frozen=True)
class Rules:
    """What a supplier's profile says of identity.

    `columns`: fields of the asset (`name`, `manager` …) or `attributes.NAME` that together identify an asset of the layer;
    `tolerance_m`: how far, in metres, a re-survey may put an asset from where the register has it.
    """

    columns: tuple[str, ...] = ()
    tolerance_m: float = 2.0


def match(connection: psycopg.Connection[Any], district: str, layer: str, rules: Rules | None = None) -> None:
    """Compare the staged rows (`delivery`) with the register and leave the answer in the temporary table `matched`.

    Its columns are those of `sql/changes/staging_tables.sql`: at most one line per row; a row without a line is a new asset.
    """
    _Matching(connection, district, layer, rules or Rules()).run()


class _Matching:
    """The steps, and what they know of the delivery."""

    def __init__(self, connection: psycopg.Connection[Any], district: str, layer: str, rules: Rules) -> None:
        self.connection, self.rules = connection, rules
        self.values: dict[str, Any] = {"district": district, "layer": layer, "columns": list(rules.columns)}

    def run(self) -> None:
        self._do("match_known")
        self._do("match_recoded")
        if self.rules.columns:
            self._do("match_rule")
        self.connection.execute("ANALYZE matched")
        if self._set_unmatched_aside():
            same = self._do("match_same").rowcount
            if not same or self._remove_matched():
                self._by_place()
            self.connection.execute("DROP TABLE unmatched_rows, candidate_assets")
            self.connection.execute("ANALYZE matched")

    def _do(self, step: str, **more: Any) -> psycopg.Cursor[Any]:
        return self.connection.execute(statement(f"identity/{step}.sql").encode(), self.values | more)

    def _set_unmatched_aside(self) -> bool:
        """Set aside the rows that name no asset, and the assets that they could be. False where there are none of either."""
        row = self.connection.execute(
            "SELECT (SELECT geometry = 'point' FROM registry.layer WHERE code = %(layer)s),"
            " (SELECT (ST_YMin(box) + ST_YMax(box)) / 2 FROM registry.district WHERE code = %(district)s)",
            self.values,
        ).fetchone()
        assert row is not None
        self.is_point, latitude = row[0], radians(row[1])
        # Metres in a degree, by the series for the ellipsoid.
        self.values["east"] = 111_412.84 * cos(latitude) - 93.5 * cos(3 * latitude)
        self.values["north"] = 111_132.95 - 559.82 * cos(2 * latitude)
        rows = self._do("match_unmatched_rows").rowcount
        assets = self._do("match_candidate_assets").rowcount if rows else 0
        if not rows or not assets:
            self.connection.execute("DROP TABLE IF EXISTS unmatched_rows, candidate_assets")
            return False
        self.connection.execute("ANALYZE unmatched_rows, candidate_assets")
        return True

    def _remove_matched(self) -> bool:
        """Take out what was matched. True where rows and assets are left."""
        self._do("match_remove_matched")
        row = self.connection.execute(
            "SELECT EXISTS (SELECT FROM unmatched_rows) AND EXISTS (SELECT FROM candidate_assets)"
        ).fetchone()
        assert row is not None
        return bool(row[0])

    def _by_place(self) -> None:
        """Live assets of the row's class, then retired ones, then live ones whose class may have been corrected."""
        self.values["weights"] = json.dumps(self._weights())
        offset = self._offset()
        self._pass(offset)
        if self._remove_matched() and self._has_retired():
            self._pass(offset, retired=True)
        if self._remove_matched():
            self._pass(offset, same_class=False)

    def _has_retired(self) -> bool:
        row = self.connection.execute("SELECT EXISTS (SELECT FROM candidate_assets WHERE retired)").fetchone()
        assert row is not None
        return bool(row[0])

    def _weights(self) -> dict[str, float]:
        """For each field how much a difference speaks against two rows being one asset, beside agreement."""
        weights = {}
        for field, by_chance in self._do("match_weights", most=SAMPLE).fetchall():
            if by_chance is not None:
                chance = min(max(by_chance, 0.01), 0.98)
                odds = SAME_VALUE / (1 - SAME_VALUE) * (1 - chance) / chance
                weights[field] = max(log(odds), 0.5)
        # What the supplier calls identifying must not differ.
        return weights | dict.fromkeys(self.rules.columns, AGAINST + 1)

    def _offset(self) -> Offset:
        """By how much the whole survey is off, and how exact it is otherwise."""
        reach = max(SAMPLE_REACH_M, 2 * self.rules.tolerance_m)
        found = self._do("match_sample", most=SAMPLE, reach=reach, cell=4 * reach).fetchall()
        row = self.connection.execute("SELECT count(*) FROM unmatched_rows").fetchone()
        assert row is not None
        estimated = estimate(np.array(found, float).reshape(-1, 2), min(SAMPLE, row[0]), self.rules.tolerance_m)
        return estimated if self.is_point else replace(estimated, sigma=self.rules.tolerance_m / 2)

    def _pass(self, offset: Offset, retired: bool = False, same_class: bool = True) -> None:
        """Weigh every pair of row and asset that lie near each other, and decide."""
        tolerance, doubled = self.rules.tolerance_m, 2 * offset.sigma**2
        within = tolerance**2 / doubled
        reach = (tolerance**2 + doubled * REVIEW_MARGIN) ** 0.5 if same_class else tolerance
        non_match_threshold = within + REVIEW_MARGIN + AGAINST
        self.values |= {
            "dx": offset.east, "dy": offset.north, "sigma": offset.sigma, "tolerance": tolerance, "reach": reach,
            "cell": 8 * reach, "non_match_threshold": non_match_threshold, "review_margin": REVIEW_MARGIN,
            "retired": retired, "same_class": same_class,
            "against_at_most": AGAINST + REVIEW_MARGIN - 0.5, "copied": within + AGAINST - 0.5, "against": AGAINST,
            "is_point": self.is_point,
        }  # fmt: skip
        self._do("match_pair")
        if self.is_point:
            self._do("match_point_pairs")
        else:
            self._compare_shapes(within)
        self.connection.execute("ANALYZE pair")
        self._do("match_evidence")
        self._do("match_unambiguous")
        contested = self.connection.execute(
            "SELECT source_row, asset_id, match_weight, tentative FROM scored_pairs WHERE rivals > 1 OR claims > 1"
        ).fetchall()
        if contested:
            rows, assets, match_weight, tentative = (np.array(column) for column in zip(*contested, strict=True))
            pairs = Pairs(rows, assets, match_weight, tentative)
            self._keep(assign(pairs, non_match_threshold, REVIEW_MARGIN), non_match_threshold)
        self.connection.execute("DROP TABLE pair, scored_pairs")

    def _compare_shapes(self, within: float) -> None:
        """Fill `pair` for lines and areas. What runs along its asset for nine tenths and more, or shares four fifths of the
        ground, is near; what does for less than half, or three tenths, is another thing."""
        tolerance, sigma = self.values["tolerance"], self.values["sigma"]
        with self.connection.cursor() as writer:
            for rows, assets, delivered, known in self._shapes():
                alike = compare(delivered, known, tolerance)
                by_line = np.interp(alike.along, [0.5, 0.9, 1.0], [REVIEW_MARGIN, 0.5, 0.0])
                by_line += np.minimum((alike.metres / sigma) ** 2 / 2, within)
                by_ground = np.interp(alike.shared, [0.3, 0.8, 1.0], [within + REVIEW_MARGIN, within, 0.0])
                far = (alike.along < 0.9) & (alike.shared < 0.8)
                near = (alike.along >= 0.5) | (alike.shared >= 0.3)
                columns = (rows, assets, alike.metres, np.minimum(by_line, by_ground), far)
                writer.execute(
                    "INSERT INTO pair (source_row, asset_id, metres, match_weight, far)"
                    " SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::float8[], %s::float8[], %s::bool[])",
                    [column[near].tolist() for column in columns],
                )

    def _shapes(self) -> Iterator[tuple[NDArray[Any], ...]]:
        """Rows, assets and both shapes in metres, some at a time."""
        pairs = self._do("match_shape_pairs").fetchall()
        scale = np.array([self.values["east"], self.values["north"]])
        for start in range(0, len(pairs), SHAPES_AT_ONCE):
            rows, assets, delivered, known = zip(*pairs[start : start + SHAPES_AT_ONCE], strict=True)
            shapes = shapely.transform(shapely.from_wkb([*delivered, *known]), lambda xy: xy * scale)
            yield np.array(rows), np.array(assets), shapes[: len(rows)], shapes[len(rows) :]

    def _keep(self, choice: Choice, non_match_threshold: float) -> None:
        """Put what was decided into `matched`."""
        doubtful = choice.doubtful | (not self.values["same_class"])
        candidates = [
            c if c or not d else [a] for c, d, a in zip(choice.candidates, doubtful, choice.assets, strict=True)
        ]
        scores = np.clip(1 - choice.match_weight / non_match_threshold, 0, 1)
        self.connection.execute(
            "INSERT INTO matched (source_row, asset_id, matched_by, score, doubtful, candidates)"
            " SELECT u.r, nullif(u.a, %s), 'place', u.s, u.d, u.c::bigint[]"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::float8[], %s::bool[], %s::text[]) AS u (r, a, s, d, c)",
            (NONE, choice.rows.tolist(), choice.assets.tolist(), scores.tolist(),
             doubtful.tolist(), [f"{{{','.join(map(str, c))}}}" for c in candidates]),
        )  # fmt: skip
