"""A fresh workspace for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerback.workspace.home import Home, create_home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return create_home(tmp_path / "home")
