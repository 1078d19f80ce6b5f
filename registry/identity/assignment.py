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
    """Which row could be which asset: one entry for each pair. Costs are minus logarithms of likelihoods.

    A `weak` pair is never taken without doubt.
    """

    rows: Ints
    assets: Ints
    cost: Floats
    weak: Flags

    def taken(self, which: NDArray[np.generic]) -> Pairs:
        """Some of the pairs."""
        return Pairs(self.rows[which], self.assets[which], self.cost[which], self.weak[which])


@dataclass(frozen=True)
class Choice:
    """For each row: its asset or NONE, what that costs, whether another choice is nearly as likely, and which assets are."""

    rows: Ints
    assets: Ints
    cost: Floats
    doubtful: Flags
    candidates: list[list[int]]


def assign(pairs: Pairs, nothing: float, clear: float) -> Choice:
    """Give each row an asset of its own, or none, so that all together cost least.

    `nothing` is what a row costs that is no asset. A row is doubtful unless every solution in which it is otherwise costs
    at least `clear` more. Rows that are clearly none of their assets are left out.
    """
    row_ids, r = np.unique(pairs.rows, return_inverse=True)
    asset_ids, a = np.unique(pairs.assets, return_inverse=True)
    numbered = Pairs(r, a, pairs.cost, pairs.weak)
    numbered = numbered.taken(_worth_it(numbered, clear))
    cluster = _clusters(numbered)
    width, height = _sizes(cluster, numbered.rows), _sizes(cluster, numbered.assets)
    small = (width <= MOST) & (height <= MOST)
    solved = []
    for n, m in np.unique(np.stack([width, height], axis=1)[small], axis=0):
        which = small & (width == n) & (height == m)
        solved.append(_solved(numbered.taken(which), cluster[which], (int(n), int(m)), nothing, clear))
    if not small.all():
        solved.append(_greedy(numbered.taken(~small), nothing, clear))
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
        np.concatenate([choice.cost for choice in solved]),
        np.concatenate([choice.doubtful for choice in solved]),
        [asset_ids[listed].tolist() for choice in solved for listed in choice.candidates],
    )


def _worth_it(pairs: Pairs, clear: float) -> Flags:
    """Pairs that are not much worse than the best pair of the row, or not than the best of the asset."""
    best_row, best_asset = _least(pairs.rows, pairs.cost), _least(pairs.assets, pairs.cost)
    return (pairs.cost < best_row[pairs.rows] + clear) | (pairs.cost < best_asset[pairs.assets] + clear)


def _least(numbers: Ints, cost: Floats) -> Floats:
    """The least cost for each number."""
    least = np.full(numbers.max(initial=-1) + 1, np.inf)
    np.minimum.at(least, numbers, cost)
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


def _solved(pairs: Pairs, cluster: Ints, size: tuple[int, int], nothing: float, clear: float) -> Choice:
    """Clusters of one size, exactly, all at once: over every set of assets that the first rows may have taken.

    `forth[i]` is the least cost of the first i rows for each set of assets taken, `back[i]` of the others after it; so that
    the least cost of any solution with row i being asset a is a minimum over sets.
    """
    n, m = size
    members, at = np.unique(cluster, return_inverse=True)
    count = len(members)
    rows, row_at = _listed(at, pairs.rows, count, n)
    assets, asset_at = _listed(at, pairs.assets, count, m)
    cost = np.full((count, n, m + 1), np.inf)
    cost[:, :, m] = nothing
    cost[at, row_at, asset_at] = pairs.cost
    weak = np.zeros((count, n, m + 1), dtype=bool)
    weak[at, row_at, asset_at] = pairs.weak
    through, best = _through(cost)
    choice = best
    others = through.copy()
    np.put_along_axis(others, choice[:, :, None], np.inf, axis=2)
    least = through.min(axis=(1, 2))[:, None]
    doubtful = (others.min(axis=2) < least + clear) | np.take_along_axis(weak, choice[:, :, None], axis=2)[:, :, 0]
    near = (through[:, :, :m] < least[:, :, None] + clear) & np.isfinite(cost[:, :, :m])
    known = choice < m
    near |= known[:, :, None] & (np.arange(m) == choice[:, :, None]) & doubtful[:, :, None]
    reported = known | doubtful
    chosen = np.where(known, np.take_along_axis(assets, np.minimum(choice, m - 1), axis=1), NONE)
    k, i = np.nonzero(reported)
    candidates = [assets[c][near[c, j]] if doubtful[c, j] else assets[c][:0] for c, j in zip(k, i, strict=True)]
    taken = np.take_along_axis(cost, choice[:, :, None], axis=2)[:, :, 0]
    return Choice(rows[reported], chosen[reported], taken[reported], doubtful[reported], candidates)


def _listed(at: Ints, numbers: Ints, count: int, size: int) -> tuple[Ints, Ints]:
    """The members of each cluster as a matrix, and for each pair the place of its member in it."""
    members, pair = np.unique(np.stack([at, numbers], axis=1), axis=0, return_inverse=True)
    place = np.arange(len(members)) % size  # every cluster has the same size
    return members[:, 1].reshape(count, size), place[pair.ravel()]


def _through(cost: Floats) -> tuple[Floats, Ints]:
    """For clusters × rows × (assets and none): the least total cost with this row being that; and the best choice."""
    count, n, width = cost.shape
    m = width - 1
    sets = np.arange(1 << m)
    forth = np.full((n + 1, count, 1 << m), np.inf)
    forth[0, :, 0] = 0.0
    back = np.zeros((n + 1, count, 1 << m))
    for i in range(n):
        forth[i + 1] = forth[i] + cost[:, i, m, None]
        for a in range(m):
            without = sets[sets & (1 << a) == 0]
            gained = forth[i][:, without] + cost[:, i, a, None]
            forth[i + 1][:, without | 1 << a] = np.minimum(forth[i + 1][:, without | 1 << a], gained)
    through = np.full(cost.shape, np.inf)
    for i in reversed(range(n)):
        passing = forth[i] + back[i + 1] + cost[:, i, m, None]
        through[:, i, m] = passing.min(axis=1)
        back[i] = back[i + 1] + cost[:, i, m, None]
        for a in range(m):
            without = sets[sets & (1 << a) == 0]
            later = back[i + 1][:, without | 1 << a] + cost[:, i, a, None]
            through[:, i, a] = (forth[i][:, without] + later).min(axis=1)
            back[i][:, without] = np.minimum(back[i][:, without], later)
    return through, _traced(cost, forth)


def _traced(cost: Floats, forth: Floats) -> Ints:
    """The choices of one best solution: every asset taken at most once."""
    count, n, width = cost.shape
    m = width - 1
    cluster = np.arange(count)
    taken = forth[n].argmin(axis=1)
    choice = np.full((count, n), m)
    for i in reversed(range(n)):
        options = np.full((count, width), np.inf)
        options[:, m] = forth[i][cluster, taken] + cost[:, i, m]
        for a in range(m):
            had = taken & (1 << a) != 0
            before = forth[i][cluster, taken & ~(1 << a)] + cost[:, i, a]
            options[:, a] = np.where(had, before, np.inf)
        choice[:, i] = options.argmin(axis=1)
        taken = np.where(choice[:, i] < m, taken & ~(1 << choice[:, i]), taken)
    return choice


def _greedy(pairs: Pairs, nothing: float, clear: float) -> Choice:
    """Clusters too large to be solved: who is nearest to whom is proposed, round by round, and everything is doubtful."""
    rows = np.unique(pairs.rows)
    chosen, cost = np.full(rows.max() + 1, NONE), np.full(rows.max() + 1, nothing)
    left = pairs
    while len(left.rows):
        order = np.lexsort((left.assets, left.rows, left.cost))  # ties fall the same way for rows and assets
        rank = np.empty(len(order))
        rank[order] = np.arange(len(order))
        mutual = (rank == _least(left.rows, rank)[left.rows]) & (rank == _least(left.assets, rank)[left.assets])
        chosen[left.rows[mutual]], cost[left.rows[mutual]] = left.assets[mutual], left.cost[mutual]
        left = left.taken(~np.isin(left.rows, left.rows[mutual]) & ~np.isin(left.assets, left.assets[mutual]))
    near = pairs.taken(pairs.cost < _least(pairs.rows, pairs.cost)[pairs.rows] + clear)
    near = near.taken(np.lexsort((near.cost, near.rows)))
    listed = np.split(near.assets, np.flatnonzero(np.diff(near.rows)) + 1)
    candidates = [
        [*(c[:MOST].tolist()), *([a] if a not in (NONE, *c[:MOST]) else [])]
        for c, a in zip(listed, chosen[rows].tolist(), strict=True)
    ]
    return Choice(rows, chosen[rows], cost[rows], np.ones(len(rows), bool), candidates)
