"""Districts and areas."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from registry.models.mapping import Base, geometry


class District(Base):
    """行政区, by its GB/T 2260 code."""

    __tablename__ = "district"
    code: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    box: Mapped[Any] = geometry("POLYGON")
    code_scheme: Mapped[str]
    time_zone: Mapped[str]


class Area(Base):
    """District, subdistrict, community or unit grid."""

    __tablename__ = "area"
    district: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    initials: Mapped[str]
    geom: Mapped[Any] = geometry("MULTIPOLYGON", deferred=True)
