"""Where the real data lies that some tests need, and what happens where it does not.

The data is not part of the product. On someone's own machine a test that needs it is skipped; in CI, where it must be
there, its absence is a failure: a check that silently stops running is worse than none.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest


def locate(*, environ: Mapping[str, str], root: Path) -> Path:
    """The folder of the shared data: `ANSWERBACK_DATA`, or else `../shared/data` from the project's root."""
    told = environ.get("ANSWERBACK_DATA")
    folder = Path(told) if told else root.parent / "shared" / "data"
    if folder.is_dir():
        return folder
    message = f"the shared data is not at {folder}; set ANSWERBACK_DATA to where it lies"
    if environ.get("CI"):
        pytest.fail(f"{message} (in CI it must be there)", pytrace=False)
    pytest.skip(message)
