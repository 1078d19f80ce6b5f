"""Deliveries and their files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.mapping import Base


class Delivery(Base):
    """What a surveyor uploaded: one file, and those that correct rows of it."""

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
