"""What all tests share: real data where it is present, and property tests that repeat exactly in CI."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.shared_data import locate

ROOT = Path(__file__).resolve().parents[1]

# Machines differ in speed, so no example fails for being slow. In CI the same examples run every time; on a
# developer's machine new ones are tried, and failing ones are remembered in .hypothesis.
settings.register_profile("developer", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "developer")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data. Tests that use it are marked `data`; without it they skip, and fail in CI."""
    return locate(environ=os.environ, root=ROOT)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses `shared_data`, directly or through another fixture, so that `-m "not data"` is complete."""
    for item in items:
        if "shared_data" in getattr(item, "fixturenames", ()):
            item.add_marker("data")
