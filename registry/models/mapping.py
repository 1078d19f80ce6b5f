"""What every mapped table has in common."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from geoalchemy2 import Geometry
from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

Moment = DateTime(timezone=True)


class Base(DeclarativeBase):
    """All tables live in the schema `registry`."""

    __table_args__: Any = {"schema": "registry"}  # noqa: RUF012 - SQLAlchemy reads it from instances too
    type_annotation_map: ClassVar = {str: Text, datetime: Moment, dict[str, Any]: JSONB, list[str]: ARRAY(Text)}


def geometry(kind: str, srid: int = 4490, **options: Any) -> Any:
    """A geometry column; its index is made by the migrations."""
    return mapped_column(Geometry(kind, srid, spatial_index=False), **options)
