"""The page of records is current and says all there is."""

from __future__ import annotations

from answerback.domain.records import RECORDS, TOKEN_FIELDS
from scripts.write_record_docs import PAGE, page, section


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run scripts/write_record_docs.py"


def test_every_field_has_its_row() -> None:
    for record in RECORDS.values():
        rows = [line.split(" | ")[0].strip("| `") for line in section(record).splitlines() if line.startswith("| `")]
        assert rows == [*record.index, *(TOKEN_FIELDS if record.tokens else ())]
