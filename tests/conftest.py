"""What all tests share: real data where it is present, and property tests that repeat exactly in CI."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from answerback.engine.protocol import Engine
from tests.shared_data import locate
from tests.spark_session import spark_session

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


@pytest.fixture(scope="session")
def spark() -> Iterator[Engine]:
    """The Spark session of this run. Tests that use it are marked `spark`; without Java they skip, and fail in CI."""
    with spark_session() as engine:
        yield engine


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses a fixture, directly or through another one, so that `-m "not data and not spark"` is complete."""
    for item in items:
        for fixture, marker in (("shared_data", "data"), ("spark", "spark")):
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)
