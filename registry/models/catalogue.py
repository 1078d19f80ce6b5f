"""Layers and classes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.mapping import Base


class LayerRow(Base):
    """A layer as stored; `registry.catalogue.layers.Layer` is what the rest of the code uses."""

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
