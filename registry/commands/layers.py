"""`registry layer`, `registry district`: what the register can hold."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click

from registry.database.connections import connect
from registry.errors import Invalid
from registry.i18n import _
from registry.operations.cluster import running


@click.group()
def layer() -> None:
    """图层：列出、新增。 Layers: list, add."""


@layer.command("list")
@click.option("--json", "as_json", is_flag=True, help="机器可读 / machine-readable")
def list_layers(as_json: bool) -> None:
    """列出所有图层。 List the layers."""
    from registry.catalogue.layers import stored_layers

    with running() as url, connect(url, role=None) as connection:
        found = list(stored_layers(connection).values())
    if as_json:
        click.echo(json.dumps([{"code": f.code, "name_zh": f.name_zh, "geometry": f.geometry, "classes": len(f.classes),
                                "restricted": f.restricted} for f in found], ensure_ascii=False))  # fmt: skip
        return
    for f in found:
        mark = _("受限") if f.restricted else ""
        click.echo(f"{f.code:<16}{f.geometry:<9}{len(f.classes):>5}  {f.name} {mark}")


@layer.command("add")
@click.argument("code")
@click.option("--name", "name_zh", required=True, help="中文名称 / Chinese name")
@click.option("--name-en", default="", help="英文名称 / English name")
@click.option("--geometry", type=click.Choice(["point", "line", "polygon"]), required=True)
@click.option("--class", "classes", multiple=True, required=True, metavar="SCHEME:CODE:NAME:NUMBER",
              help="分类，可重复 / a class, repeatable; NUMBER is its four digits in asset codes")  # fmt: skip
@click.option("--schema", "schema_file", type=click.Path(exists=True, path_type=Path), help="属性的 JSON Schema 文件")
@click.option("--colour", default="#8a6d3b", help="#rrggbb")
@click.option("--symbol", default="circle")
@click.option("--zoom", default="8-22", help="显示级别 / zoom range")
@click.option("--restricted", is_flag=True, help="受限图层：须逐人授权 / needs a grant for each person")
def add(code: str, name_zh: str, name_en: str, geometry: str, classes: tuple[str, ...], schema_file: Path | None,
        colour: str, symbol: str, zoom: str, restricted: bool) -> None:  # fmt: skip
    """新增图层。 Add a layer: its geometry type, classes and attribute schema."""
    from registry.catalogue.layers import Layer, add_layer, stored_layers
    from registry.operations.migrations import OWNER

    low, high = _zoom(zoom)
    with running() as url, connect(url, role=OWNER) as connection:
        last = max((f.position for f in stored_layers(connection).values()), default=0)
        found = tuple(_class(text, geometry) for text in classes)
        schema = _schema(schema_file)
        names = (name_zh, name_en or name_zh)
        add_layer(
            connection, Layer(code, *names, geometry, schema, found, symbol, colour, low, high, last + 10, restricted)
        )
    click.echo(_("已新增图层 %(code)s。", code=code))


def _zoom(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d+)-(\d+)", text)
    if not found:
        raise Invalid("command.zooms_bad", value=text)
    return int(found[1]), int(found[2])


def _class(text: str, geometry: str):  # type: ignore[no-untyped-def]
    from registry.catalogue.layers import AssetClass

    parts = text.split(":")
    if len(parts) != 4 or not re.fullmatch(r"\d{4,5}", parts[3]):
        raise Invalid("command.class_bad", value=text)
    scheme, code, name, number = parts
    return AssetClass(scheme, code, name, "", geometry, "general_knowledge", number)


def _schema(file: Path | None) -> dict[str, object]:
    if file is None:
        return {"type": "object", "properties": {}}
    import jsonschema_rs

    try:
        schema: dict[str, object] = json.loads(file.read_text(encoding="utf-8"))
        jsonschema_rs.validator_for(schema)
    except ValueError as error:
        raise Invalid("command.schema_bad", file=file, error=str(error)[:300]) from error
    return schema


@click.group()
def district() -> None:
    """行政区：新增。 Districts: add."""


@district.command("add")
@click.argument("code")
@click.option("--name", "name_zh", required=True, help="中文名称 / Chinese name")
@click.option("--name-en", default="", help="英文名称 / English name")
@click.option("--box", required=True, metavar="W,S,E,N", help="外接矩形经纬度 / bounding box in degrees")
def add_district(code: str, name_zh: str, name_en: str, box: str) -> None:
    """新增行政区或更正其名称、范围。 Add a district by its GB/T 2260 code, or correct it."""
    from registry.areas import districts
    from registry.operations.migrations import OWNER

    try:
        west, south, east, north = (float(edge) for edge in box.split(","))
    except ValueError:
        raise Invalid("box.bad", box=box) from None
    with running() as url, connect(url, role=OWNER) as connection:
        districts.add_district(connection, code, name_zh, name_en, (west, south, east, north))
    click.echo(_("已保存行政区 %(code)s。", code=code))
