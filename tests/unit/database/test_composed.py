"""The rule for composed statements knows the bad form from the good ones."""

import composed
import pytest
from sqlalchemy import func, select

from registry.assets.conditions import box_geometry, search_terms
from registry.models.areas import Area
from registry.models.assets import Asset


def test_a_function_over_a_column_is_refused() -> None:
    wrong = select(Asset.id).where(Asset.geom.op("&&")(func.ST_Expand(Area.geom, 0.1)))
    with pytest.raises(AssertionError, match="no index under row security"):
        composed.refuse_functions_beside_index_operators(None, wrong)


def test_values_and_columns_are_let_through() -> None:
    for right in (
        select(Asset.id).where(Asset.geom.op("&&")(box_geometry((120.0, 30.0, 120.1, 30.1)))),
        select(Asset.id).where(Asset.geom.op("&&")(Area.geom)),
        select(Asset.id).where(Asset.terms.op("@>")(search_terms("路"))),
    ):
        composed.refuse_functions_beside_index_operators(None, right)
