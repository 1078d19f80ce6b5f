"""Change sets and their changes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.mapping import Base, geometry


class ChangeSet(Base):
    """A delivery, an edit or an undo: proposed, then applied or rejected."""

    __tablename__ = "change_set"
    district: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    layer: Mapped[str] = mapped_column(nullable=True)  # null in sets of records alone, which no page of assets shows
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
    subject: Mapped[str]
    supplement: Mapped[int | None] = mapped_column(BigInteger)
    review_revision: Mapped[int]


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
