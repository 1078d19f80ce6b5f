"""What a measurement is: runs of several subjects in turn (A B A B), and what each costs beside the first of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any


class Absent(Exception):
    """Something that a measurement needs is not on this machine; the message names it."""


@dataclass(frozen=True)
class Cost:
    """One run: wall-clock seconds; CPU seconds of all processes that worked for it, and peak memory in MB, where known."""

    seconds: float
    cpu: float | None = None
    peak_mb: float | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


Run = Callable[[], Cost]


@dataclass(frozen=True)
class Series:
    """All runs of one subject."""

    costs: tuple[Cost, ...]

    @property
    def least(self) -> float:
        """The quickest run, in seconds: the one that was disturbed least."""
        return min(cost.seconds for cost in self.costs)

    @property
    def median(self) -> float:
        """The run in the middle, in seconds."""
        return median(cost.seconds for cost in self.costs)

    @property
    def cpu(self) -> float | None:
        """The least CPU time, in seconds: hardly disturbed by what else the machine does. None where not measured."""
        return min((cost.cpu for cost in self.costs if cost.cpu is not None), default=None)

    @property
    def peak_mb(self) -> float | None:
        """The highest peak of memory."""
        return max((cost.peak_mb for cost in self.costs if cost.peak_mb is not None), default=None)


@dataclass(frozen=True)
class Subject:
    """What is run. `at_most` is the target: no more than so many times the baseline."""

    name: str
    label: str
    run: Run
    at_most: float | None = None


@dataclass(frozen=True)
class Row:
    """A measured subject beside the baseline of its group."""

    name: str
    label: str
    series: Series
    baseline: Series
    at_most: float | None = None

    @property
    def ratio(self) -> float:
        """How many times the baseline, by the quickest runs."""
        return self.series.least / self.baseline.least

    @property
    def median_ratio(self) -> float:
        """How many times the baseline, by the runs in the middle."""
        return self.series.median / self.baseline.median

    @property
    def cpu_ratio(self) -> float | None:
        """How many times the baseline's CPU time."""
        ours, theirs = self.series.cpu, self.baseline.cpu
        return ours / theirs if ours is not None and theirs else None


@dataclass(frozen=True)
class Fact:
    """A figure that is no time: bytes, requests, memory. `at_most` is its target."""

    name: str
    label: str
    value: float
    unit: str = ""
    at_most: float | None = None


@dataclass(frozen=True)
class Group:
    """Subjects that did the same work; the first row is the baseline."""

    name: str
    label: str
    rows: tuple[Row, ...]
    facts: tuple[Fact, ...] = ()


def timed(act: Callable[[], Any]) -> Cost:
    """The cost of calling something in this process."""
    began = time.perf_counter()
    act()
    return Cost(time.perf_counter() - began)


def compare(
    name: str, label: str, subjects: list[Subject], runs: int, warm: int = 0, facts: tuple[Fact, ...] = ()
) -> Group:
    """Run the subjects in turn, `runs` times each, after `warm` turns that do not count. The first is the baseline."""
    for _turn in range(warm):
        for subject in subjects:
            subject.run()
    costs: dict[str, list[Cost]] = {subject.name: [] for subject in subjects}
    for _turn in range(runs):
        for subject in subjects:
            costs[subject.name].append(subject.run())
    series = {name: Series(tuple(found)) for name, found in costs.items()}
    baseline = series[subjects[0].name]
    return Group(name, label, tuple(Row(s.name, s.label, series[s.name], baseline, s.at_most) for s in subjects), facts)
