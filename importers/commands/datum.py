"""`registry datum`: parameters of coordinate systems that have no public ones."""

from __future__ import annotations

from pathlib import Path

import click

from registry.errors import Invalid
from registry.i18n import _

COLUMNS = ("x", "y", "east", "north")


@click.group()
def datum() -> None:
    """基准参数：由控制点求取。 Datum parameters, from control points."""


@datum.command("fit")
@click.argument("points", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", required=True, help="坐标系名称，如 杭州2000 / name of the system")
@click.option(
    "--to", default="EPSG:4549", show_default=True, help="east、north 所在的坐标系 / system of east and north"
)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="参数文件 / parameter file")
def fit(points: Path, name: str, to: str, out: Path) -> None:
    """由控制点求四参数；只显示残差，参数只写入文件。

    Fit four parameters to control points: a CSV with the columns x, y (source) and east, north (target). Prints residuals
    only; the parameters go into the file, which only its owner may read.
    """
    import numpy as np

    from importers.crs import parameters as datum_parameters
    from importers.crs.systems import named, transformer

    transformer(named(to, "option"))
    names, numbers = _control_points(points)
    plane, misses = datum_parameters.fitted(numbers[:, :2], numbers[:, 2:], to)
    datum_parameters.write(out, name, plane)
    for label, miss in zip(names, misses.tolist(), strict=True):
        click.echo(f"  {label:<16}{miss:>10.3f} m")
    rms = float(np.sqrt((misses**2).sum() / (len(misses) - 2)))
    click.echo(_("%(n)s 个控制点，中误差 %(rms)s 米，最大残差 %(most)s 米", n=len(misses), rms=f"{rms:.3f}",
                 most=f"{misses.max():.3f}"))  # fmt: skip
    click.echo(_("参数已写入“%(file)s”，只有本人可读。", file=out))


def _control_points(path: Path):  # type: ignore[no-untyped-def]
    """Labels, and an (n, 4) array. Raises Invalid for a missing column or a cell that is no number, with its line."""
    import csv

    import numpy as np

    from importers.encoding.detect import detect_file

    with path.open(encoding=detect_file(path).name, newline="") as file:
        rows = list(csv.DictReader(file))
        heads = list(rows[0]) if rows else []
    if missing := [column for column in COLUMNS if column not in heads]:
        raise Invalid("control_points.columns_missing", names=list(missing))
    numbers = np.empty((len(rows), 4))
    for line, row in enumerate(rows, 2):
        for place, column in enumerate(COLUMNS):
            try:
                numbers[line - 2, place] = float(row[column])
            except (TypeError, ValueError):
                raise Invalid("control_points.not_number", row=line, column=column) from None
    return [row.get("name") or str(line) for line, row in enumerate(rows, 2)], numbers
