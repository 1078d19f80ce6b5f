"""Assets, their versions, and what is counted of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, FetchedValue, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.mapping import Base, geometry


class AssetState:
    """The columns that an asset and each of its earlier versions have."""

    district: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    code: Mapped[str]
    layer: Mapped[str]
    scheme: Mapped[str]
    class_: Mapped[str] = mapped_column("class")
    name: Mapped[str]
    state: Mapped[str]
    manager: Mapped[int | None] = mapped_column(BigInteger)
    owner: Mapped[int | None] = mapped_column(BigInteger)
    maintainer: Mapped[int | None] = mapped_column(BigInteger)
    surveyed_on: Mapped[date | None]
    changed_on: Mapped[date | None]
    source: Mapped[str | None]
    accuracy: Mapped[str | None]
    external_key: Mapped[str | None]
    attributes: Mapped[dict[str, Any]]
    geom: Mapped[Any] = geometry("GEOMETRY", deferred=True)
    areas: Mapped[list[str]]
    length_m: Mapped[float | None]
    area_m2: Mapped[float | None]
    terms: Mapped[list[str] | None] = mapped_column(ARRAY(Text), deferred=True)
    zones: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), deferred=True)
    version: Mapped[int]
    change_set: Mapped[int] = mapped_column(BigInteger)
    valid_from: Mapped[datetime]
    fingerprint: Mapped[UUID | None] = mapped_column(deferred=True)
    geom_3857: Mapped[Any] = geometry("GEOMETRY", 3857, deferred=True, nullable=True)
    gx: Mapped[int | None] = mapped_column(Integer, FetchedValue(), deferred=True)
    gy: Mapped[int | None] = mapped_column(Integer, FetchedValue(), deferred=True)


class Asset(AssetState, Base):
    """An asset as it is now."""

    __tablename__ = "asset"


class AssetVersion(AssetState, Base):
    """An asset as it was until `valid_to`."""

    __tablename__ = "asset_version"
    version: Mapped[int] = mapped_column(primary_key=True, sort_order=1)
    valid_to: Mapped[datetime]
    ended_by: Mapped[int] = mapped_column(BigInteger)
    moved_away: Mapped[bool]


class AssetAlias(Base):
    """A code that an asset had before."""

    __tablename__ = "asset_alias"
    district: Mapped[str] = mapped_column(primary_key=True)
    alias: Mapped[str] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[datetime]
    change_set: Mapped[int | None] = mapped_column(BigInteger)
    replaced: Mapped[int | None] = mapped_column(BigInteger)


class AssetCell(Base):
    """A counted cluster of points of one class: what tiles show at low zoom."""

    __tablename__ = "asset_cell"
    district: Mapped[str] = mapped_column(primary_key=True)
    cx: Mapped[int] = mapped_column(primary_key=True)
    cy: Mapped[int] = mapped_column(primary_key=True)
    layer: Mapped[str] = mapped_column(primary_key=True)
    scheme: Mapped[str] = mapped_column(primary_key=True)
    class_: Mapped[str] = mapped_column("class", primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)
    bad: Mapped[int] = mapped_column(BigInteger)
    sum_x: Mapped[int] = mapped_column(BigInteger)
    sum_y: Mapped[int] = mapped_column(BigInteger)


class TileRevision(Base):
    """How often something changed inside a zoom 14 tile."""

    __tablename__ = "tile_revision"
    district: Mapped[str] = mapped_column(primary_key=True)
    cx: Mapped[int] = mapped_column(primary_key=True)
    cy: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
