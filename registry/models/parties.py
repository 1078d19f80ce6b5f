"""Departments and companies."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.mapping import Base


class Party(Base):
    """A department or a company."""

    __tablename__ = "party"
    district: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str]
    credit_code: Mapped[str | None]
