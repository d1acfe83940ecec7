"""Writes docs/lookup/records.md from `answerback.domain.records`, which lists every record and field once.

Run it after a change there; a test fails until the page is current.
"""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Final

from answerback.domain.fields import Field, FieldType, RecordType
from answerback.domain.kinds import TOKEN_KINDS
from answerback.domain.records import RECORDS, TOKEN_FIELDS, id_names

PAGE = Path(__file__).resolve().parents[1] / "docs" / "lookup" / "records.md"

INTRODUCTION = """\
# Records

<!-- Written by scripts/write_record_docs.py: change answerback.domain.records, then run it. -->

All that Answerback knows is records of these types. A source makes them from other systems' files; the
[interchange folder](sources/folder.md) holds them as they are here: a file named after the record, a column named
after each field. A [mapping](mapping.md) says which column of any other table is which field.

How values are written:

| type | written as |
|---|---|
| id | Text, the source's own id of a record. The same text means the same record. |
| time | ISO 8601: `2026-03-01T09:30:00+01:00`, `2026-03-01 08:30:00Z`, `2026-03-01`. Without a zone it is \
read as UTC. Fractions of a second are cut off. |
| text | Plain text that names no person. |
| personal | Text that may name a person or company. It is kept apart, in files that only the owner can read. |
| number | A whole number. Money is in minor units: 12.50 euros are `1250`. |
| word | One word of a closed list. |
| tokens | Any number of tokens with blanks between them, each with its sort in front: `message:abc@host meeting:17`. \
The sorts: {sorts}. |

Besides its fields, any record may carry:

| column | type | meaning |
|---|---|---|
| `source_id` | id | The record's own id, under the names that its section lists. Without one, a record is known \
again by its content, and real repeats within a file survive. |
| `version_at` | time | When the source last changed it. The newest version counts; without it, the time of \
the export. |
| `deleted` | `true` or `false` | The source has deleted it. |

An empty cell is no value. A field that is needed must hold one; a row without it is [rejected](rejects.md#missing).
"""

_TYPES: Final = MappingProxyType(
    {
        FieldType.REF: "id",
        FieldType.TEXT: "text",
        FieldType.PERSONAL: "personal",
        FieldType.INSTANT: "time",
        FieldType.INTEGER: "number",
        FieldType.CHOICE: "word",
    }
)
_ROLES: Final = MappingProxyType(
    {
        "reference": "What this event is: its message id, invitation, offer, call. What answers it names the same.",
        "refers_to": "What it answers.",
        "about": "What it is about: an offer, a document. Two events about the same thing belong together.",
    }
)


def page() -> str:
    """The whole page."""
    sorts = ", ".join(f"`{kind}`" for kind in TOKEN_KINDS)
    return INTRODUCTION.format(sorts=sorts) + "".join(section(record) for record in RECORDS.values())


def section(record: RecordType) -> str:
    """One record's part of the page."""
    names = ", ".join(f"`{name}`" for name in id_names(record))
    rows = ["| field | type | needed | meaning |", "|---|---|---|---|"]
    rows += [_row(field) for field in record.fields]
    if record.tokens:
        rows += [f"| `{name}` | tokens | | {_ROLES[name]} |" for name in TOKEN_FIELDS]
    version = f" Several rows with the same id and another `{record.versioned_by}` are versions of the same one."
    parts = ["", f"## `{record.name}`", "", record.meaning, ""]
    parts += [f"Its own id: {names}.{version if record.versioned_by else ''}", "", *rows, ""]
    return "\n".join(parts)


def _row(field: Field) -> str:
    kind = _TYPES[field.type]
    if field.type is FieldType.REF and field.refers_to in RECORDS:
        kind = f"[{field.refers_to}](#{field.refers_to}) id"
    meaning = field.meaning
    if field.choices:
        meaning += f" One of {', '.join(f'`{word}`' for word in field.choices)}."
    if field.default is not None:
        meaning += f" `{field.default}` where it is empty."
    return f"| `{field.name}` | {kind} | {'yes' if field.required else ''} | {meaning} |".replace("|  |", "| |")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.name}")
