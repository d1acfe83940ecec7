"""Dirt: records as they are in life. Nobody's behaviour changes, only what systems wrote down of it.

- The dialler's clock of one rep is seven minutes ahead.
- For three days no mail of anybody was archived.
- One rep changes team halfway; another takes a new name, and with it a new address.
- A tenth of all mails is in two systems: the mailbox, and the CRM to which the mail program copies it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from answerback.simulate.assemble import Story
from answerback.simulate.exports.folder import stamp
from answerback.simulate.facts import Facts, fact_table
from answerback.simulate.names import address
from answerback.simulate.parameters import DAY, WEEK

SKEW_SECONDS = 420
GAP_DAYS = 3
COPIED = 0.1


def dirtied(story: Story) -> tuple[Story, dict[str, Any]]:
    """The same story, badly kept; and what was done to it, for the truth.

    Times are those that the systems wrote, so events of a skewed clock may stand a little out of order.
    """
    facts = story.facts
    rng = np.random.default_rng((facts.seed, 3))
    reps = [row["seller"] for row in facts.rows("seller") if row["role"] == "rep"]
    skewed, moved, renamed = (int(each) for each in rng.choice(reps, 3, replace=len(reps) < 3))
    names = {row["seller"]: row["email"] for row in facts.rows("seller")}
    middle = facts.start + (facts.end - facts.start) // 2 // (WEEK * DAY) * (WEEK * DAY)
    gap = (middle + WEEK * DAY, middle + WEEK * DAY + GAP_DAYS * DAY)
    tables = dict(facts.tables)
    effort, action = _skewed(tables, skewed)
    tables["effort"], tables["action"] = (_unrecorded(table, gap) for table in (effort, action))
    tables["coverage"] = _parted(facts, gap)
    tables["seller"] = _changed(facts, moved, renamed, middle)
    tables["copy"] = _copies(tables, rng)
    done = {
        "clock_ahead_seconds": SKEW_SECONDS,
        "clock_of": names[skewed],
        "no_mail_archived": [stamp(each) for each in gap],
        "changed_team": names[moved],
        "changed_name": names[renamed],
        "changed_at": stamp(middle),
        "mails_in_two_systems": tables["copy"].num_rows,
    }
    return replace(story, facts=replace(facts, tables=tables)), done


def _skewed(tables: dict[str, pa.Table], seller: int) -> tuple[pa.Table, pa.Table]:
    """Efforts and acts with the times that a wrong clock wrote."""
    effort, action = tables["effort"], tables["action"]
    own = pc.and_(pc.equal(effort["seller"], seller), pc.equal(effort["system"], "dialler"))
    calls = effort.filter(own)["effort"].combine_chunks()
    answering = pc.and_(pc.is_in(action["answers"], value_set=calls), pc.equal(action["kind"], "answered_call"))
    return _later(effort, own), _later(action, answering)


def _later(table: pa.Table, which: pa.ChunkedArray) -> pa.Table:
    at = pc.if_else(which, pc.add(table["at"], SKEW_SECONDS), table["at"])
    return table.set_column(table.schema.get_field_index("at"), "at", at)


def _unrecorded(table: pa.Table, gap: tuple[int, int]) -> pa.Table:
    """Events of which no mail was archived: nobody recorded those."""
    during = pc.and_(pc.greater_equal(table["at"], gap[0]), pc.less(table["at"], gap[1]))
    lost = pc.and_(during, pc.equal(table["system"], "mail"))
    system = pc.if_else(lost, "none", table["system"])
    return table.set_column(table.schema.get_field_index("system"), "system", system)


def _parted(facts: Facts, gap: tuple[int, int]) -> pa.Table:
    rows: list[dict[str, Any]] = []
    for row in facts.rows("coverage"):
        if row["system"] == "mail" and row["from"] < gap[0] and row["to"] > gap[1]:
            rows += [row | {"to": gap[0]}, row | {"from": gap[1]}]
        else:
            rows.append(row)
    return _table("coverage", rows)


def _changed(facts: Facts, moved: int, renamed: int, at: int) -> pa.Table:
    """Sellers with two rows: before and after they changed team or name."""
    teams = sorted({row["team"] for row in facts.rows("seller") if row["team"]})
    rows: list[dict[str, Any]] = []
    for row in facts.rows("seller"):
        later: dict[str, Any] = {}
        if row["seller"] == moved and len(teams) > 1:
            later["team"] = next(each for each in teams if each != row["team"])
            later["manager"] = next(each["seller"] for each in facts.rows("seller")
                                    if each["role"] == "manager" and each["team"] == later["team"])  # fmt: skip
        if row["seller"] == renamed:
            later["name"] = f"{row['name']}-Berg"
            later["email"] = address(later["name"], facts.domain)
        rows += [row | {"valid_to": at}, row | later | {"valid_from": at}] if later else [row]
    return _table("seller", rows)


def _copies(tables: dict[str, pa.Table], rng: np.random.Generator) -> pa.Table:
    """Mails that the CRM has as well."""
    rows = []
    for event in ("effort", "action"):
        mails = tables[event].filter(pc.equal(tables[event]["system"], "mail"))
        if event == "action":
            mails = mails.filter(pc.is_in(mails["kind"], value_set=pa.array(["replied", "asked", "requested_offer"])))
        chosen = mails[event].to_numpy()[rng.random(mails.num_rows) < COPIED]
        rows += [{"event": event, "number": int(each)} for each in chosen]
    return _table("copy", rows)


def _table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    return fact_table(name, {column: [row[column] for row in rows] for column in rows[0]} if rows else {})
