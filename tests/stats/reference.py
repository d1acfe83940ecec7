"""The reference values in tests/reference, each made by the R script beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "reference"


def reference(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Data and expected values of one file."""
    content = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return content["data"], content["expected"]
