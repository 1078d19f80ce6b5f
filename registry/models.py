"""GeoAlchemy2 mirror of the tables that the application reads. The SQL under sql/ defines them; a test proves that the
two agree. Nothing here creates or alters a table."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, DateTime, FetchedValue, ForeignKey, Integer, Sequence, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Moment = DateTime(timezone=True)


class Base(DeclarativeBase):
    """All tables live in the schema `registry`."""

    __table_args__: Any = {"schema": "registry"}  # noqa: RUF012 - SQLAlchemy reads it from instances too
    type_annotation_map: ClassVar = {str: Text, datetime: Moment, dict[str, Any]: JSONB, list[str]: ARRAY(Text)}


def geometry(kind: str, srid: int = 4490, **options: Any) -> Any:
    """A geometry column; its index is made by the migrations."""
    return mapped_column(Geometry(kind, srid, spatial_index=False), **options)


class District(Base):
    """行政区, by its GB/T 2260 code."""

    __tablename__ = "district"
    code: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    box: Mapped[Any] = geometry("POLYGON")
    code_scheme: Mapped[str]


class LayerRow(Base):
    """A layer as stored; `registry.layers.Layer` is what the rest of the code uses."""

    __tablename__ = "layer"
    code: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    geometry: Mapped[str]
    schema: Mapped[dict[str, Any]]
    symbol: Mapped[str]
    colour: Mapped[str]
    zoom_min: Mapped[int]
    zoom_max: Mapped[int]
    position: Mapped[int]
    restricted: Mapped[bool]


class AssetClassRow(Base):
    """A class as stored; the key is (scheme, code)."""

    __tablename__ = "asset_class"
    layer: Mapped[str] = mapped_column(ForeignKey("registry.layer.code"))
    scheme: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    geometry: Mapped[str]
    verified: Mapped[str]
    number: Mapped[str]
    major_code: Mapped[str]
    major_zh: Mapped[str]
    schema: Mapped[dict[str, Any] | None]
    position: Mapped[int]


class Role(Base):
    """One of the four roles."""

    __tablename__ = "role"
    name: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]


class Person(Base):
    """Somebody who signs in."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(BigInteger, Sequence("person_id_seq", schema="registry"), primary_key=True)
    username: Mapped[str]
    name: Mapped[str]
    email: Mapped[str | None]
    password: Mapped[str | None]
    active: Mapped[bool]
    fs_uniquifier: Mapped[str]
    failed_sign_ins: Mapped[int]
    locked_until: Mapped[datetime | None]
    password_changed_at: Mapped[datetime | None]
    last_sign_in_at: Mapped[datetime | None]
    database_role: Mapped[str | None]
    created_at: Mapped[datetime]


class Membership(Base):
    """A person's role in a district."""

    __tablename__ = "membership"
    district: Mapped[str] = mapped_column(ForeignKey("registry.district.code"), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("registry.person.id"), primary_key=True)
    role: Mapped[str] = mapped_column(ForeignKey("registry.role.name"), primary_key=True)


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


class Party(Base):
    """A department or a company."""

    __tablename__ = "party"
    district: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str]
    credit_code: Mapped[str | None]


class ChangeSet(Base):
    """A delivery, an edit or an undo: proposed, then applied or rejected."""

    __tablename__ = "change_set"
    district: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    layer: Mapped[str]
    kind: Mapped[str]
    status: Mapped[str]
    title: Mapped[str]
    source: Mapped[dict[str, Any]]
    summary: Mapped[dict[str, Any]]
    undoes: Mapped[int | None] = mapped_column(BigInteger)
    proposed_by: Mapped[int] = mapped_column(BigInteger, ForeignKey("registry.person.id"))
    proposed_at: Mapped[datetime]
    applied_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("registry.person.id"))
    applied_at: Mapped[datetime | None]


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


class Change(Base):
    """One proposed change of one asset."""

    __tablename__ = "change"
    district: Mapped[str] = mapped_column(primary_key=True)
    change_set: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    source_row: Mapped[int | None] = mapped_column(BigInteger)
    action: Mapped[str]
    accepted: Mapped[bool]
    asset_id: Mapped[int] = mapped_column(BigInteger)
    base_version: Mapped[int | None]
    changed: Mapped[list[str]]
    moved_m: Mapped[float | None]
    layer: Mapped[str]
    code: Mapped[str]
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
    fingerprint: Mapped[UUID | None] = mapped_column(deferred=True)
    matched_by: Mapped[str | None]
    score: Mapped[float | None]
    doubtful: Mapped[bool]
    candidates: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    reason: Mapped[str]
    delivered: Mapped[Any] = mapped_column(JSONB, nullable=True, deferred=True)


class Delivery(Base):
    """What a surveyor uploaded: one file, and those that mend rows of it."""

    __tablename__ = "delivery"
    district: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    title: Mapped[str]
    layer: Mapped[str | None]
    uploaded_by: Mapped[int] = mapped_column(BigInteger, ForeignKey("registry.person.id"))
    uploaded_at: Mapped[datetime]


class DeliveryFile(Base):
    """One file of a delivery, what was asked to be done with it, and how far that is."""

    __tablename__ = "delivery_file"
    district: Mapped[str] = mapped_column(primary_key=True)
    delivery: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    step: Mapped[str]
    status: Mapped[str]
    verb: Mapped[str]
    done: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int | None] = mapped_column(BigInteger)
    failure: Mapped[dict[str, Any] | None]
    look: Mapped[Any] = mapped_column(JSONB, nullable=True, deferred=True)
    orders: Mapped[dict[str, Any]]
    report: Mapped[dict[str, Any] | None]
    change_set: Mapped[int | None] = mapped_column(BigInteger)
    job: Mapped[int | None] = mapped_column(BigInteger)
    uploaded_by: Mapped[int] = mapped_column(BigInteger, ForeignKey("registry.person.id"))
    uploaded_at: Mapped[datetime]
    asked_by: Mapped[int] = mapped_column(BigInteger, ForeignKey("registry.person.id"))
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Attachment(Base):
    """A photo of an asset, or one that waits for a person to say of which."""

    __tablename__ = "attachment"
    district: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Sequence("attachment_id_seq", schema="registry"), primary_key=True)
    change_set: Mapped[int] = mapped_column(BigInteger)
    asset_id: Mapped[int | None] = mapped_column(BigInteger)
    layer: Mapped[str] = mapped_column(ForeignKey("registry.layer.code"))
    name: Mapped[str]
    sha256: Mapped[str]
    bytes: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    taken_at: Mapped[datetime | None]
    geom: Mapped[Any] = geometry("POINT", nullable=True)
    distance_m: Mapped[float | None]
    matched_by: Mapped[str | None]
    reason: Mapped[str]
    added_by: Mapped[int] = mapped_column(BigInteger, ForeignKey("registry.person.id"))
    added_at: Mapped[datetime]


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


class AccessLog(Base):
    """A look at something restricted."""

    __tablename__ = "access_log"
    district: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Sequence("access_log_id_seq", schema="registry"), primary_key=True)
    at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(BigInteger)
    layer: Mapped[str]
    asset_id: Mapped[int | None] = mapped_column(BigInteger)
    act: Mapped[str]
    detail: Mapped[dict[str, Any]]
