"""Doubtful rows of a change set: a person says which asset each of them is, or that it is a new one."""

from __future__ import annotations

from psycopg.types.json import Jsonb
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry.access.scope import Scope
from registry.changes.change_sets import count_rows
from registry.database.connections import raw
from registry.database.statements import statement
from registry.errors import Conflict, Invalid, NotFound
from registry.models.assets import Asset
from registry.models.changes import Change
from registry.review.sets import in_set, lock_open_set
from registry.vocabulary.changes import Action, MatchedBy


def resolve_match(session: Session, scope: Scope, change_set: int, seq: int, asset: int | None) -> None:
    """The row is this asset, or, with None, a new one: it then says what it would change in it, and is accepted.

    The asset must be the proposed one or one of the candidates; what was proposed before stays a candidate, so that the
    decision can be changed. Raises NotFound, NotAllowed, Invalid for a row that was never doubtful or an asset that it cannot
    be, Conflict when another row of the set is this asset, or its key another asset's, or the set is not open any more.
    """
    reviewed = lock_open_set(session, scope, change_set)
    row = session.scalar(select(Change).where(in_set(scope, change_set), Change.seq == seq))
    if row is None:
        raise NotFound("review.row_unknown", id=change_set, row=seq)
    if row.delivered is None:
        raise Invalid("review.row_not_doubtful", row=seq)
    values = {"district": scope.district, "change_set": change_set, "seq": seq, "layer": reviewed.layer, "asset": asset}
    if asset is not None:
        _require_free(session, scope, row, asset)
        raw(session).execute(statement("changes/resolve_known.sql").encode(), values)
    elif row.action == Action.ADD:
        session.execute(
            update(Change)
            .where(in_set(scope, change_set), Change.seq == seq)
            .values(doubtful=False, accepted=True, matched_by=MatchedBy.PERSON)
            .execution_options(synchronize_session=False)
        )
    else:
        raw(session).execute(statement("changes/resolve_new.sql").encode(), values)
    _count_anew(session, scope, change_set)
    session.expire_all()


def _require_free(session: Session, scope: Scope, row: Change, asset: int) -> None:
    if asset not in {*row.candidates, row.asset_id} or (row.action == Action.ADD and asset == row.asset_id):
        raise Invalid("review.asset_impossible", row=row.seq, id=asset)
    other = session.scalar(
        select(Change.seq).where(
            in_set(scope, row.change_set), Change.asset_id == asset, Change.seq != row.seq, Change.action != Action.CONFLICT,
            Change.accepted | Change.doubtful,
        ).limit(1)
    )  # fmt: skip
    if other is not None:
        raise Conflict("review.asset_taken", other=other)
    key = (row.delivered or {}).get("external_key")
    if key is not None:
        keyed = (
            Asset.district == scope.district,
            Asset.layer == row.layer,
            Asset.external_key == key,
            Asset.id != asset,
        )
        if session.scalar(select(Asset.id).where(*keyed)) is not None:
            raise Conflict("review.key_taken", key=key)


def _count_anew(session: Session, scope: Scope, change_set: int) -> None:
    """The set's own counts follow, for the lists that show them."""
    counted = count_rows(raw(session), scope, change_set)
    raw(session).execute(
        "UPDATE registry.change_set SET summary = summary || %s WHERE district = %s AND id = %s",
        (Jsonb(counted), scope.district, change_set),
    )
