"""Who is who, where several rows could be several assets: the likeliest assignment, and how much likelier than the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MOST = 8
"""Clusters of up to so many rows and assets are solved exactly; in larger ones every row is doubtful."""
NONE = -1


@dataclass(frozen=True)
class Pairs:
    """Which row could be which asset: one entry for each pair. A match weight is minus the logarithm of a
    likelihood: the less it is, the likelier they are one.

    A `tentative` pair is never taken without doubt.
    """

    rows: Ints
    assets: Ints
    match_weight: Floats
    tentative: Flags

    def taken(self, which: NDArray[np.generic]) -> Pairs:
        """Some of the pairs."""
        return Pairs(self.rows[which], self.assets[which], self.match_weight[which], self.tentative[which])


@dataclass(frozen=True)
class Choice:
    """For each row: its asset or NONE, the match weight of that, whether another is nearly as likely, and which assets are."""

    rows: Ints
    assets: Ints
    match_weight: Floats
    doubtful: Flags
    candidates: list[list[int]]


def assign(pairs: Pairs, non_match_threshold: float, review_margin: float) -> Choice:
    """Give each row an asset of its own, or none, so that all together weigh least.

    `non_match_threshold` is the weight of a row that is no asset. A row is doubtful unless every solution in which it is
    otherwise weighs at least `review_margin` more. Rows that are clearly none of their assets are left out.
    """
    row_ids, r = np.unique(pairs.rows, return_inverse=True)
    asset_ids, a = np.unique(pairs.assets, return_inverse=True)
    numbered = Pairs(r, a, pairs.match_weight, pairs.tentative)
    numbered = numbered.taken(_worth_it(numbered, review_margin))
    cluster = _clusters(numbered)
    width, height = _sizes(cluster, numbered.rows), _sizes(cluster, numbered.assets)
    small = (width <= MOST) & (height <= MOST)
    solved = []
    for n, m in np.unique(np.stack([width, height], axis=1)[small], axis=0):
        which = small & (width == n) & (height == m)
        solved.append(
            _solved(numbered.taken(which), cluster[which], (int(n), int(m)), non_match_threshold, review_margin)
        )
    if not small.all():
        solved.append(_greedy(numbered.taken(~small), non_match_threshold, review_margin))
    return _named([choice for choice in solved if len(choice.rows)], row_ids, asset_ids)


def _named(solved: list[Choice], row_ids: Ints, asset_ids: Ints) -> Choice:
    """All choices together, by the names of rows and assets instead of their numbers."""
    if not solved:
        nobody = np.empty(0, np.int64)
        return Choice(nobody, nobody, np.empty(0), np.empty(0, bool), [])
    assets = np.concatenate([choice.assets for choice in solved])
    return Choice(
        row_ids[np.concatenate([choice.rows for choice in solved])],
        np.where(assets == NONE, NONE, asset_ids[assets]),
        np.concatenate([choice.match_weight for choice in solved]),
        np.concatenate([choice.doubtful for choice in solved]),
        [asset_ids[listed].tolist() for choice in solved for listed in choice.candidates],
    )


def _worth_it(pairs: Pairs, review_margin: float) -> Flags:
    """Pairs that are not much worse than the best pair of the row, or not than the best of the asset."""
    best_row, best_asset = _least(pairs.rows, pairs.match_weight), _least(pairs.assets, pairs.match_weight)
    near_row = pairs.match_weight < best_row[pairs.rows] + review_margin
    return near_row | (pairs.match_weight < best_asset[pairs.assets] + review_margin)


def _least(numbers: Ints, match_weight: Floats) -> Floats:
    """The least match weight for each number."""
    least = np.full(numbers.max(initial=-1) + 1, np.inf)
    np.minimum.at(least, numbers, match_weight)
    return least


def _clusters(pairs: Pairs) -> Ints:
    """For each pair the number of its cluster: pairs that share a row or an asset are in one."""
    r, a = pairs.rows, pairs.assets + pairs.rows.max(initial=-1) + 1
    label = np.arange(a.max(initial=-1) + 1)
    while True:
        least = np.minimum(label[r], label[a])
        new = label.copy()
        np.minimum.at(new, r, least)
        np.minimum.at(new, a, least)
        new = new[new]  # leaps, so that long chains take few rounds
        if np.array_equal(new, label):
            return label[r]
        label = new


def _sizes(cluster: Ints, numbers: Ints) -> Ints:
    """For each pair how many different rows (or assets) its cluster has."""
    members = np.unique(np.stack([cluster, numbers], axis=1), axis=0)[:, 0]
    return np.bincount(members, minlength=cluster.max(initial=0) + 1)[cluster]


def _solved(
    pairs: Pairs, cluster: Ints, size: tuple[int, int], non_match_threshold: float, review_margin: float
) -> Choice:
    """Clusters of one size, exactly, all at once: over every set of assets that the first rows may have taken.

    `forth[i]` is the least weight of the first i rows for each set of assets taken, `back[i]` of the others after it; so that
    the least weight of any solution with row i being asset a is a minimum over sets.
    """
    n, m = size
    members, at = np.unique(cluster, return_inverse=True)
    count = len(members)
    rows, row_at = _listed(at, pairs.rows, count, n)
    assets, asset_at = _listed(at, pairs.assets, count, m)
    match_weight = np.full((count, n, m + 1), np.inf)
    match_weight[:, :, m] = non_match_threshold
    match_weight[at, row_at, asset_at] = pairs.match_weight
    tentative = np.zeros((count, n, m + 1), dtype=bool)
    tentative[at, row_at, asset_at] = pairs.tentative
    through, best = _through(match_weight)
    choice = best
    others = through.copy()
    np.put_along_axis(others, choice[:, :, None], np.inf, axis=2)
    least = through.min(axis=(1, 2))[:, None]
    doubtful = (others.min(axis=2) < least + review_margin) | np.take_along_axis(tentative, choice[:, :, None], axis=2)[
        :, :, 0
    ]
    near = (through[:, :, :m] < least[:, :, None] + review_margin) & np.isfinite(match_weight[:, :, :m])
    known = choice < m
    near |= known[:, :, None] & (np.arange(m) == choice[:, :, None]) & doubtful[:, :, None]
    reported = known | doubtful
    chosen = np.where(known, np.take_along_axis(assets, np.minimum(choice, m - 1), axis=1), NONE)
    k, i = np.nonzero(reported)
    candidates = [assets[c][near[c, j]] if doubtful[c, j] else assets[c][:0] for c, j in zip(k, i, strict=True)]
    taken = np.take_along_axis(match_weight, choice[:, :, None], axis=2)[:, :, 0]
    return Choice(rows[reported], chosen[reported], taken[reported], doubtful[reported], candidates)


def _listed(at: Ints, numbers: Ints, count: int, size: int) -> tuple[Ints, Ints]:
    """The members of each cluster as a matrix, and for each pair the place of its member in it."""
    members, pair = np.unique(np.stack([at, numbers], axis=1), axis=0, return_inverse=True)
    place = np.arange(len(members)) % size  # every cluster has the same size
    return members[:, 1].reshape(count, size), place[pair.ravel()]


def _through(match_weight: Floats) -> tuple[Floats, Ints]:
    """For clusters × rows × (assets and none): the least total weight with this row being that; and the best choice."""
    count, n, width = match_weight.shape
    m = width - 1
    sets = np.arange(1 << m)
    forth = np.full((n + 1, count, 1 << m), np.inf)
    forth[0, :, 0] = 0.0
    back = np.zeros((n + 1, count, 1 << m))
    for i in range(n):
        forth[i + 1] = forth[i] + match_weight[:, i, m, None]
        for a in range(m):
            without = sets[sets & (1 << a) == 0]
            gained = forth[i][:, without] + match_weight[:, i, a, None]
            forth[i + 1][:, without | 1 << a] = np.minimum(forth[i + 1][:, without | 1 << a], gained)
    through = np.full(match_weight.shape, np.inf)
    for i in reversed(range(n)):
        passing = forth[i] + back[i + 1] + match_weight[:, i, m, None]
        through[:, i, m] = passing.min(axis=1)
        back[i] = back[i + 1] + match_weight[:, i, m, None]
        for a in range(m):
            without = sets[sets & (1 << a) == 0]
            later = back[i + 1][:, without | 1 << a] + match_weight[:, i, a, None]
            through[:, i, a] = (forth[i][:, without] + later).min(axis=1)
            back[i][:, without] = np.minimum(back[i][:, without], later)
    return through, _traced(match_weight, forth)


def _traced(match_weight: Floats, forth: Floats) -> Ints:
    """The choices of one best solution: every asset taken at most once."""
    count, n, width = match_weight.shape
    m = width - 1
    cluster = np.arange(count)
    taken = forth[n].argmin(axis=1)
    choice = np.full((count, n), m)
    for i in reversed(range(n)):
        options = np.full((count, width), np.inf)
        options[:, m] = forth[i][cluster, taken] + match_weight[:, i, m]
        for a in range(m):
            had = taken & (1 << a) != 0
            before = forth[i][cluster, taken & ~(1 << a)] + match_weight[:, i, a]
            options[:, a] = np.where(had, before, np.inf)
        choice[:, i] = options.argmin(axis=1)
        taken = np.where(choice[:, i] < m, taken & ~(1 << choice[:, i]), taken)
    return choice


def _greedy(pairs: Pairs, non_match_threshold: float, review_margin: float) -> Choice:
    """Clusters too large to be solved: who is nearest to whom is proposed, round by round, and everything is doubtful."""
    rows = np.unique(pairs.rows)
    chosen, match_weight = np.full(rows.max() + 1, NONE), np.full(rows.max() + 1, non_match_threshold)
    left = pairs
    while len(left.rows):
        order = np.lexsort((left.assets, left.rows, left.match_weight))  # ties fall the same way for rows and assets
        rank = np.empty(len(order))
        rank[order] = np.arange(len(order))
        mutual = (rank == _least(left.rows, rank)[left.rows]) & (rank == _least(left.assets, rank)[left.assets])
        chosen[left.rows[mutual]], match_weight[left.rows[mutual]] = left.assets[mutual], left.match_weight[mutual]
        left = left.taken(~np.isin(left.rows, left.rows[mutual]) & ~np.isin(left.assets, left.assets[mutual]))
    near = pairs.taken(pairs.match_weight < _least(pairs.rows, pairs.match_weight)[pairs.rows] + review_margin)
    near = near.taken(np.lexsort((near.match_weight, near.rows)))
    listed = np.split(near.assets, np.flatnonzero(np.diff(near.rows)) + 1)
    candidates = [
        [*(c[:MOST].tolist()), *([a] if a not in (NONE, *c[:MOST]) else [])]
        for c, a in zip(listed, chosen[rows].tolist(), strict=True)
    ]
    return Choice(rows, chosen[rows], match_weight[rows], np.ones(len(rows), bool), candidates)
