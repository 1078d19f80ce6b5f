"""The log of looks at restricted layers."""

from __future__ import annotations

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from registry.access.scope import Scope
from registry.models.access import AccessLog
from registry.models.catalogue import LayerRow


def log_restricted(session: Session, scope: Scope, layers: set[str], act: str, n: int, id: int | None = None) -> None:
    """Keep a look at restricted assets: one entry per restricted layer among `layers`, for one asset or `n` of a list."""
    if not layers:
        return
    restricted = session.scalars(select(LayerRow.code).where(LayerRow.restricted, LayerRow.code.in_(sorted(layers))))
    for layer in restricted.all():
        told = {"district": scope.district, "person_id": scope.person_id, "layer": layer, "asset_id": id, "act": act}
        # inline: no RETURNING, which would need the right to read the log
        session.execute(insert(AccessLog).values(**told, detail={"n": n}).inline())
