"""What a program hands over, as the log's own schema has it: the same fields, kinds and words, nothing listed again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field, create_model

from answerback.domain.fields import Field as Wanted
from answerback.domain.fields import FieldType, RecordType
from answerback.domain.records import RECORDS, TOKEN_FIELDS

LONGEST = 320
_PLAIN = r"^[^\u0000-\u001f\u007f]+$"
Text = Annotated[str, Field(min_length=1, max_length=LONGEST, pattern=_PLAIN)]
Whole = Annotated[int, Field(ge=0, le=2**53)]
_TYPES: dict[FieldType, Any] = {
    FieldType.REF: Text,
    FieldType.TEXT: Text,
    FieldType.PERSONAL: Text,
    FieldType.INSTANT: AwareDatetime,
    FieldType.INTEGER: Whole,
}
_ABOUT_TOKENS = "Tokens apart by spaces, their sort in front: message:<id>, meeting:<id>, offer:<id>."


class Said(Schema):
    """Nothing beside its fields is taken."""

    model_config = ConfigDict(extra="forbid")

    id: Text | None = Field(
        None, description="The event's own id in the system. The same id again is a correction. For operations only."
    )
    source: Text | None = Field(None, description="The system whose ids these are, where several know them.")

    def fields_said(self) -> dict[str, str | int | bool | None]:
        """The fields that were stated, as a journal has them."""
        stated = self.model_dump(exclude_none=True, exclude={"id", "source"})
        return {name: each.isoformat() if isinstance(each, datetime) else each for name, each in stated.items()}


def body_of(record: RecordType, name: str) -> type[Said]:
    """The schema of one record type.

    >>> body = body_of(RECORDS["buyer_action"], "BuyerAction")
    >>> body(occurred_at="2026-03-01T09:00:00Z", kind="replied", deal_id="d1").fields_said()
    {'deal_id': 'd1', 'occurred_at': '2026-03-01T09:00:00+00:00', 'kind': 'replied'}
    """
    fields: dict[str, Any] = {each.name: _field(each) for each in record.fields}
    if record.tokens:
        fields |= {token: (Text | None, Field(None, description=_ABOUT_TOKENS)) for token in TOKEN_FIELDS}
    return create_model(name, __base__=Said, __doc__=record.meaning, **fields)


def _field(wanted: Wanted) -> tuple[Any, Any]:
    kind = Literal[wanted.choices] if wanted.type is FieldType.CHOICE else _TYPES[wanted.type]
    if wanted.required:
        return kind, Field(description=wanted.meaning)
    return kind | None, Field(None, description=wanted.meaning)


Effort = body_of(RECORDS["effort"], "Effort")
BuyerAction = body_of(RECORDS["buyer_action"], "BuyerAction")
