"""The truth of a practice company, in a file beside its data: what was planted, and what caused each buyer's act.

`truth.json` is for people: the scenarios, whom they touched, from when to when, and how often each rep truly moved
buyers before and after. `effort.parquet` has, of every effort, the probability to move its buyer and whether it did;
`action.parquet`, of every act, the effort that caused it, or none (it would have come anyway), and whether its seller
let it lie; `deal_change.parquet`, of every change of a deal, whether it moved a stage on without any act of a buyer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from answerback.simulate.assemble import Story
from answerback.simulate.exports.folder import Records, deal_id, stamp
from answerback.simulate.facts import Facts
from answerback.simulate.parameters import DAY, Parameters
from answerback.simulate.scenarios import Planted

NOT_MOVED = (
    "viewed_document", "out_of_office", "bounced", "no_show", "attended", "unsubscribed", "complained", "declined",
    "declined_meeting",
)  # fmt: skip
"""Acts by which an effort has not moved its buyer: refusals, machines, and what follows from another act."""
_BY_MACHINES = pa.array(["out_of_office", "bounced"])


def write_truth(
    story: Story, parameters: Parameters, scenarios: Sequence[str], planted: Sequence[Planted], folder: Path
) -> list[Path]:  # fmt: skip
    """Writes the truth; the files. The story is the one that was recorded."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = truth_tables(story)
    paths = [folder / "truth.json"]
    said = told_truth(story, parameters, scenarios, planted, tables["effort"])
    paths[0].write_text(json.dumps(said, indent=2, ensure_ascii=False, default=str) + "\n", encoding="utf-8")
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
        paths.append(folder / f"{name}.parquet")
    return paths


def truth_tables(story: Story) -> dict[str, pa.Table]:
    """What is true of every effort, act and change of a deal, each in the order of the facts."""
    facts, efforts = story.facts, story.facts.tables["effort"]
    acts = facts.tables["action"]
    refused = pc.or_kleene(
        pc.is_in(acts["kind"], value_set=pa.array(NOT_MOVED)),
        pc.fill_null(pc.equal(acts["stance"], "retreat"), False),
    )
    moving = acts.filter(pc.and_(pc.invert(refused), pc.is_valid(acts["cause"])))
    moved = np.zeros(efforts.num_rows, dtype=np.bool_)
    moved[moving["cause"].to_numpy()] = True
    records = Records(facts)
    return {
        "effort": pa.table(
            {
                "effort_id": [f"e{number}" for number in range(efforts.num_rows)],
                "token": [records.effort_token(row) for row in facts.rows("effort")],
                "rep_id": [records.rep(each) for each in efforts["seller"].to_pylist()],
                "occurred_at": efforts["at"],
                "system": efforts["system"],
                "reactive": pc.is_valid(efforts["answers"]),
                "chance": story.chance,
                "moved": moved,
            }
        ),
        "action": pa.table(
            {
                "action_id": [f"a{number}" for number in range(acts.num_rows)],
                "token": [records.act_token(row) for row in facts.rows("action")],
                "occurred_at": acts["at"],
                "kind": acts["kind"],
                "system": acts["system"],
                "cause": [None if each is None else f"e{each}" for each in acts["cause"].to_pylist()],
                "dropped": story.dropped,
            }
        ),
        "deal_change": pa.table(
            {
                "deal_id": [deal_id(each) for each in facts.tables["deal_change"]["deal"].to_pylist()],
                "occurred_at": facts.tables["deal_change"]["at"],
                "field": facts.tables["deal_change"]["field"],
                "new": facts.tables["deal_change"]["new"],
                "claimed": story.claimed,
            }
        ),
    }


def told_truth(
    story: Story, parameters: Parameters, scenarios: Sequence[str], planted: Sequence[Planted], efforts: pa.Table
) -> dict[str, Any]:  # fmt: skip
    """What `truth.json` says."""
    facts = story.facts
    names = {row["seller"]: row for row in facts.rows("seller")}
    acts = facts.tables["action"].filter(pc.invert(pc.is_in(facts.tables["action"]["kind"], value_set=_BY_MACHINES)))
    caused = pc.sum(pc.is_valid(acts["cause"]), min_count=0).as_py()
    return {
        "company": facts.company,
        "from": stamp(facts.start),
        "to": stamp(facts.end),
        "seed": facts.seed,
        "scenarios": list(scenarios) or ["calm"],
        "planted": [_told(each, facts, names) for each in planted],
        "buyer_actions": {
            "all": acts.num_rows,
            "caused_by_an_effort": caused,
            "would_have_come_anyway": acts.num_rows - caused,
            "and_messages_of_machines": facts.tables["action"].num_rows - acts.num_rows,
        },
        "efforts": {"all": efforts.num_rows, "moved_a_buyer": pc.sum(efforts["moved"], min_count=0).as_py()},
        "reps": _reps(efforts, names, planted, facts),
        "parameters": _plain(parameters),
    }


def _told(planted: Planted, facts: Facts, names: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "scenario": planted.scenario,
        "verdict": planted.verdict,
        "what": planted.what,
        "who": [{"name": names[each]["name"], "rep_id": names[each]["email"]} for each in planted.sellers],
        "from": stamp(facts.start + planted.first_day * DAY),
        "to": stamp(facts.start + planted.end_day * DAY),
        **planted.more,
    }


def _reps(
    efforts: pa.Table, names: Mapping[int, Mapping[str, Any]], planted: Sequence[Planted], facts: Facts
) -> list[dict[str, Any]]:  # fmt: skip
    """How often each rep truly moved buyers by proactive efforts: in all, and before and after each planted change."""
    who = np.array(efforts["rep_id"].to_pylist())
    at, moved = efforts["occurred_at"].to_numpy(), efforts["moved"].to_numpy()
    proactive = ~efforts["reactive"].to_numpy()
    changes = sorted({facts.start + each.first_day * DAY for each in planted if each.first_day})
    bounds = [facts.start, *changes, facts.end]
    rows = []
    for row in names.values():
        own = (who == row["email"]) & proactive
        spans = []
        for begins, ends in pairwise(bounds):
            during = own & (at >= begins) & (at < ends)
            count = int(during.sum())
            spans.append(
                {"from": stamp(begins), "to": stamp(ends), "efforts": count, "moved": int(moved[during].sum())}
            )
        rows.append({"name": row["name"], "rep_id": row["email"], "role": row["role"], "periods": spans})
    return rows


def _plain(value: Any) -> Any:
    """Parameters as JSON can hold them."""
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (frozenset, set)):
        return sorted((_plain(each) for each in value), key=str)
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value
