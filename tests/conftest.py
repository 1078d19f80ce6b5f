"""Fixtures for every folder of tests."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real files that the project does not ship; tests that need them are skipped where they are absent."""
    if not SHARED.is_dir():
        pytest.skip(f"no real test files at {SHARED}")
    return SHARED
