"""Everything of one district lives below its code: `/330105/…`."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, g, request
from werkzeug.routing import BaseConverter, IntegerConverter

from registry.assets.filters import Filter


class DistrictConverter(BaseConverter):
    """Six digits of GB/T 2260."""

    regex = "[0-9]{6}"


class IdConverter(IntegerConverter):
    """A number that PostgreSQL's bigint can hold; any other is no address."""

    regex = "[0-9]{1,18}"


def init_app(app: Flask) -> None:
    """Let rules say `<district:…>` and `<id:…>`. Before any blueprint is registered."""
    app.url_map.converters.update(district=DistrictConverter, id=IdConverter)


def district_blueprint(name: str, import_name: str, prefix: str = "") -> Blueprint:
    """A blueprint whose views need not name the district: it is taken from the address, and put into addresses made."""
    blueprint = Blueprint(name, import_name, url_prefix=f"/<district:district>{prefix}")

    @blueprint.url_value_preprocessor
    def take(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        g.district_code = (values or {}).pop("district")

    @blueprint.url_defaults
    def put(_endpoint: str, values: dict[str, Any]) -> None:
        if "district_code" in g:
            values.setdefault("district", g.district_code)

    return blueprint


def asked() -> Filter:
    """The filter of the query string. Raises Invalid."""
    return Filter.parse(request.args.items(multi=True))
