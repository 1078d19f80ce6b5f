"""Departments and companies."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.mapping import Base


class Party(Base):
    """A department or a company."""

    __tablename__ = "party"
    district: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str]
    credit_code: Mapped[str | None] = mapped_column(deferred=True)
    version: Mapped[int] = mapped_column(deferred=True)
    change_set: Mapped[int | None] = mapped_column(BigInteger, deferred=True)
    valid_from: Mapped[datetime] = mapped_column(deferred=True)
    void: Mapped[bool]
    kind: Mapped[str]
    short_name: Mapped[str]
    phone: Mapped[str]
    aliases: Mapped[list[str]] = mapped_column(deferred=True)
