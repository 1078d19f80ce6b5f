"""Photos."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Sequence
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.mapping import Base, geometry


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
