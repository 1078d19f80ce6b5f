"""The house's own lints hold over all modules, and each catches what it is for."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

from tests.unit import lints


@pytest.mark.parametrize("lint", lints.LINTS, ids=lambda lint: lint.__name__)
def test_modules(lint: Callable) -> None:
    allowed = lints.LINTS[lint]
    found = lints.findings(lint)
    assert {name: places for name, places in found.items() if name not in allowed} == {}
    assert set(allowed) - set(found) == set(), "no longer needed, or moved"


CAUGHT = [
    (lints.asset_reads, "SQL = 'SELECT a.id FROM registry.asset a WHERE a.id = %s'"),
    (lints.asset_reads, "SQL = f'SELECT {column} FROM registry.asset_version'"),
    (lints.asset_reads, "run('UPDATE registry.asset SET name = %s')"),
    (lints.asset_reads, "from registry.models import Area, Asset"),
    (lints.asset_reads, "from registry.models.assets import AssetVersion as V"),
    (lints.environment_reads, "import os\nhome = os.environ['HOME']"),
    (lints.environment_reads, "import os\nhome = os.getenv('HOME')"),
    (lints.environment_reads, "from os import environ"),
    (lints.untranslated, "raise NotFound('没有这项资产')"),
    (lints.untranslated, "raise errors.Invalid(f'{value} is no date')"),
    (lints.untranslated, "raise Conflict('taken by ' + name)"),
    (lints.untranslated, "raise DamagedFile(_('文件不完整'), 'ask the supplier')"),
    (lints.untranslated, "raise Unavailable(message=_('没有数据库') if down else 'too slow')"),
]
PASSED = [
    (lints.asset_reads, '"""Never FROM registry.asset."""'),
    (lints.asset_reads, "SQL = 'SELECT FROM registry.asset_class JOIN registry.asset_alias USING (asset_id)'"),
    (lints.asset_reads, "from registry.models import Area"),
    (lints.environment_reads, "home = settings.home; request.environ['x']"),
    (lints.untranslated, "raise NotFound(_('没有图层“%(layer)s”。', layer='a b'), hint)"),
    (lints.untranslated, "raise Invalid('asset.code_taken', code=code)"),
    (lints.untranslated, "raise ValueError('a programmer reads this')"),
    (lints.untranslated, "raise Invalid(message, '')"),
]


@pytest.mark.parametrize(("lint", "source"), CAUGHT)
def test_caught(lint: Callable, source: str) -> None:
    assert [found.line for found in lint(ast.parse(source))] == [source.count("\n") + 1]


@pytest.mark.parametrize(("lint", "source"), PASSED)
def test_passed(lint: Callable, source: str) -> None:
    assert list(lint(ast.parse(source))) == []


def test_a_statement_from_a_file_is_read() -> None:
    for source in ("statement('identity/near_duplicates.sql')", "statement(f'identity/{step}.sql')"):
        assert list(lints.asset_reads(ast.parse(source)))
    assert not list(lints.asset_reads(ast.parse("statement('roles.sql')")))
