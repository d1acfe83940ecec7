"""Every reference value names its source and has the script that made it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.stats.reference import FOLDER

FILES = [
    "aids",
    "cbpp",
    "efron_morris",
    "fader_hardie",
    "funnel",
    "harm",
    "intervals",
    "mantel_haenszel",
    "meta",
    "rats",
    "reverse_km",
    "standard",
    "surgical",
    "taylor_ashe",
]


@pytest.mark.parametrize("name", FILES)
def test_a_reference_has_a_source_and_a_script(name: str) -> None:
    content = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert set(content) == {"source", "made_by", "version", "data", "expected"}
    assert content["made_by"] == f"{name}.R"
    assert content["version"].startswith("R version")
    script: Path = FOLDER / content["made_by"]
    assert f"Writes {name}.json" in " ".join(script.read_text(encoding="utf-8").replace("#", " ").split())
