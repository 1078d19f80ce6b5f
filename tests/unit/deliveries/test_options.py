"""What the web writes with a step is what the step reads; nothing else passes."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from importers.pipeline import ImportRequest
from registry.deliveries.options import _FITS, ImportOptions
from registry.errors import Invalid

FULL = ImportOptions(
    source_layer="灯", profile="甲", profile_toml="[x]", crs="EPSG:4549", encoding="GB18030", scheme="CJ/T 214-2007", key="bh",
    columns={"bh": "external_key"}, constants={"class": "0118"}, header_row=2, accept_repairs=(3, 5), save_as="乙",
    partial=True,
)  # fmt: skip


def test_written_and_read_again_it_is_the_same() -> None:
    assert ImportOptions.read(FULL.as_dict()) == FULL
    assert set(FULL.as_dict()) == {one.name for one in fields(ImportOptions)} == set(_FITS)
    assert ImportOptions.read({}) == ImportOptions()
    assert ImportOptions().as_dict() == {}
    everywhere = ImportOptions(accept_repairs=True)
    assert ImportOptions.read(everywhere.as_dict()) == everywhere


@pytest.mark.parametrize(
    "values",
    [
        {"colour": "red"}, {"crs": 4490}, {"header_row": "2"}, {"header_row": 0}, {"header_row": True}, {"partial": "yes"},
        {"columns": {"a": 1}}, {"accept_repairs": [1, "2"]}, {"title": "of an older program"},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_none_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match=next(iter(values))):
        ImportOptions.read(values)


def test_an_import_is_asked_for_by_them(tmp_path: Any) -> None:
    request = ImportRequest(tmp_path, "component", apply=True, **vars(FULL))
    assert {one.name: getattr(request, one.name) for one in fields(ImportOptions)} == vars(FULL)
