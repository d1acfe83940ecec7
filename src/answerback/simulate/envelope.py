"""The sealed envelope of a practice company: what is true of it, kept beside its workspace until somebody opens it.

It also says that the workspace is a practice company's: whoever serves such a workspace gives everybody in it an
account. No figure rests on it, and no source reads it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from answerback.simulate.assemble import Story
from answerback.simulate.results import quarter_result
from answerback.simulate.scenarios import Plan

NAME = "practice.json"
CURRENCY = "EUR"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a practice company's story turns on, and what was planted in it."""

    company: str
    begins: date
    """The first Monday."""
    turn: date
    """The Monday before and after which everybody is looked at."""
    ends: datetime
    quarter: str
    """The last quarter that is over, such as 2026Q3."""
    won_minor: int
    target_minor: int
    coached: str
    """The id of a rep with whom a peer talked; empty where nobody did."""
    coached_on: date
    planted: tuple[Mapping[str, Any], ...]


def envelope_of(plan: Plan, story: Story, planted: tuple[Mapping[str, Any], ...]) -> Envelope:
    """The envelope of a company that was just told."""
    facts, talks = story.facts, plan.parameters.talks
    addresses = list(dict.fromkeys(row["email"] for row in facts.rows("seller")))
    begins = datetime.fromtimestamp(facts.start, tz=UTC)
    result = quarter_result(facts)
    day, seller = (talks[0][0], talks[0][1]) if talks else (0, -1)
    return Envelope(
        company=facts.company,
        begins=begins.date(),
        turn=(begins + timedelta(days=plan.change)).date(),
        ends=begins + timedelta(days=plan.days),
        quarter=result.quarter,
        won_minor=result.won_minor,
        target_minor=result.target_minor,
        coached=addresses[seller] if talks else "",
        coached_on=(begins + timedelta(days=day)).date(),
        planted=planted,
    )


def to_text(envelope: Envelope) -> str:
    """An envelope as it lies in a file."""
    said = {name: getattr(envelope, name) for name in Envelope.__slots__}
    dates = {name: value.isoformat() for name, value in said.items() if isinstance(value, date)}
    return json.dumps(said | dates, indent=1) + "\n"


def envelope_in(folder: Path) -> Envelope | None:
    """The envelope that lies in a workspace; None where it is no practice company's.

    >>> envelope_in(Path("no-such-folder")) is None
    True
    """
    try:
        said = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    days = {name: date.fromisoformat(said[name]) for name in ("begins", "turn", "coached_on")}
    told = {"ends": datetime.fromisoformat(said["ends"]), "planted": tuple(said["planted"])}
    return Envelope(**(said | days | told))
