"""People, their roles and the log of their looks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Sequence
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.mapping import Base


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
