"""Findings as a table for a person and as JSON for a later comparison."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.measuring import Fact, Group, Row
from registry.i18n import _

WIDTH = 120


def shown(groups: Iterable[Group], console: Console) -> None:
    """Print one table: times in milliseconds, ratios to the first line of each group, targets met or not."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("", overflow="fold", min_width=48)
    for heading in (_("最快 ms"), _("中位 ms"), "CPU ms", _("× 最快"), _("× 中位"), "× CPU", _("目标")):
        table.add_column(heading, justify="right", no_wrap=True)
    for group in groups:
        table.add_row(f"[bold]{group.label}[/bold]")
        for row in group.rows:
            table.add_row(*_times(row))
        for fact in group.facts:
            figure = f"{fact.value:g} {fact.unit}".strip()
            table.add_row(f"  {fact.label}", "", figure, "", "", "", "", _target(fact.value, fact.at_most, fact.unit))
    console.print(table)


def _times(row: Row) -> tuple[str, ...]:
    series = row.series
    return (
        f"  {row.label}", _ms(series.least), _ms(series.median), _ms(series.cpu), _times_as_much(row.ratio),
        _times_as_much(row.median_ratio), _times_as_much(row.cpu_ratio), _target(row.ratio, row.at_most, "×"),
    )  # fmt: skip


def _ms(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds * 1000:,.0f}" if seconds >= 0.1 else f"{seconds * 1000:.1f}"


def _times_as_much(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"


def _target(value: float, at_most: float | None, unit: str) -> str:
    if at_most is None:
        return ""
    mark = "[green]✓[/green]" if value <= at_most else "[red]✗[/red]"
    return f"≤ {at_most:g}{'' if unit == '×' else ' '}{unit} {mark}".replace("  ", " ")


def as_dict(group: Group) -> dict[str, Any]:
    """Every run of every subject, and the ratios."""
    return {"name": group.name, "label": group.label, "rows": [_row(row) for row in group.rows],
            "facts": [_fact(fact) for fact in group.facts]}  # fmt: skip


def _row(row: Row) -> dict[str, Any]:
    return {
        "name": row.name, "least": row.series.least, "median": row.series.median, "cpu": row.series.cpu,
        "peak_mb": row.series.peak_mb, "ratio": row.ratio, "median_ratio": row.median_ratio, "cpu_ratio": row.cpu_ratio,
        "at_most": row.at_most, "runs": [asdict(cost) for cost in row.series.costs],
    }  # fmt: skip


def _fact(fact: Fact) -> dict[str, Any]:
    return {"name": fact.name, "value": fact.value, "unit": fact.unit, "at_most": fact.at_most}


def written(groups: Iterable[Group], about: dict[str, Any], folder: Path) -> Path:
    """Write the findings with what is known of the machine; returns the file, named by the time."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now().astimezone()
    file = folder / f"{now:%Y%m%d-%H%M%S}.json"
    content = {"at": now.isoformat(timespec="seconds"), **about, "groups": [as_dict(group) for group in groups]}
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return file
