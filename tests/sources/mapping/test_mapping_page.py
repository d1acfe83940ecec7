"""The example on the page of the mapping language does what the page says."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from answerback.sources.mapping.language import (
    CoverageRule,
    Mapping,
    Named,
    Read,
    RecordRule,
    SkipRule,
    Test,
    Value,
)
from tests.sources.mapping.test_mapping import load

PAGE = Path(__file__).resolve().parents[3] / "docs" / "lookup" / "mapping.md"


def block(language: str) -> str:
    (found,) = re.findall(
        rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    return str(found)


def test_the_example(tmp_path: Path) -> None:
    seen = load(tmp_path, block("csv"), block("toml"))
    assert [row["source_id"] for row in seen.rows["effort"]] == ["1001", "1002"]
    assert [row["source_id"] for row in seen.along["buyer_action"]] == ["1001 answered"]
    assert [row["source_id"] for row in seen.rows["buyer_action"]] == ["1003"]
    assert [row["source_id"] for row in seen.along["rep"]] == ["anna", "ben"]
    assert (seen.skipped, seen.rejects) == ({"internal_call": 1}, {5: ("bad_time", "occurred_at")})
    assert seen.read == 5
    first = seen.rows["effort"][0]
    assert first["occurred_at"] == datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
    assert (first["minutes"], first["reference"], first["about"]) == (7, "call:1001", "offer:A_12")


def test_every_key_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for model in (Mapping, Named, Read, RecordRule, SkipRule, CoverageRule, Test, Value):
        for name, field in model.model_fields.items():
            key = field.alias or name
            assert re.search(rf"`[^`\n]*\b{key}\b", text), f"{model.__name__}.{key}"
