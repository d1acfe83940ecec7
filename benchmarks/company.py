"""A workspace with a whole company in it, told by the model: reps, managers, deals, targets, talks, what buyers did.

`python -m benchmarks company --home DIR` tells some divisions (each a practice company with something planted), writes
them as plain tables under as many names as it takes, loads and builds all. The other measures make up events only,
evenly spread; what judges people must also be measured where answers follow efforts, deals end, coaches talk and
targets are missed.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from answerback import open_workspace
from answerback.engine.protocol import Limits
from answerback.simulate.assemble import assemble
from answerback.simulate.exports.folder import CHANNELS
from answerback.simulate.exports.playbook import playbook_text
from answerback.simulate.facts import Facts
from answerback.simulate.model import Model
from answerback.simulate.parameters import Parameters
from answerback.simulate.scenarios import planned
from benchmarks.rows import Row

REPS_A_DIVISION = 125
REPS_A_MANAGER = 8
PLANTED = ("one-of-many", "pester", "repeat", "calm", "regression", "mix", "seat", "quota")
"""What one division after the other has."""
TOLD = 2
"""So many divisions are told, the others are these again under other names: telling takes longer than all else."""
START = "2025-01-06"
_TOKENS = {"mail": "message", "calendar": "meeting", "dialler": "call", "esign": "offer"}
_ROWS_IN_GROUP = 500_000


def main(arguments: list[str]) -> list[Row]:
    """Makes it and says how large it is."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks company", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--reps", type=int, default=1_000)
    parser.add_argument("--processes", type=int, default=1)
    given = parser.parse_args(arguments)
    make_company(given.home, given.events, given.reps, processes=given.processes, say=print)
    return []


def make_company(
    home: Path, events: int, reps: int, *, processes: int = 1, say: Callable[[str], object] = lambda _text: None
) -> None:
    """Tells about so many events of a year, loads them into a new workspace and builds it."""
    began = time.perf_counter()
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent) as scratch:
        written = tell(Path(scratch, "company"), events, reps, processes)
        say(f"{written:,} events told in {time.perf_counter() - began:.0f} s")
        workspace = open_workspace(home, create=True, limits=Limits(threads=2, memory="3GB"))
        shutil.copyfile(Path(scratch, "company", "playbook.toml"), workspace.home.playbook)
        workspace.load(Path(scratch, "company", "records"), ids_of="practice")
        say(f"loaded after {time.perf_counter() - began:.0f} s")
    workspace.build()
    say(f"built after {time.perf_counter() - began:.0f} s")


@dataclass(frozen=True, slots=True)
class Division:
    """What one process is to tell."""

    numbers: tuple[int, ...]
    """The names that it is written under."""
    reps: int
    weekly: float
    """Efforts of a rep in a week."""
    folder: Path


def tell(folder: Path, events: int, reps: int, processes: int = 1) -> int:
    """Writes the records and a playbook; how many events there are."""
    records = folder / "records"
    records.mkdir(parents=True)
    weekly = 40.0 * events / (51.0 * 52 * reps)  # forty efforts a week come to 51 recorded events
    count = max(1, round(reps / REPS_A_DIVISION))
    told = min(TOLD, count)
    work = [Division(tuple(range(one, count, told)), reps // count, weekly, folder) for one in range(told)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        return sum(pool.map(tell_division, work))


def tell_division(division: Division) -> int:
    """One division's records, under each of its names; how many events."""
    first, *_ = division.numbers
    parameters = Parameters(
        reps=division.reps,
        managers=max(1, division.reps // REPS_A_MANAGER),
        weeks=52,
        warm_up_weeks=4,
        efforts_per_week=division.weekly,
        start=START,
        seed=1_000 + first,
    )
    plan = planned(parameters, [PLANTED[first % len(PLANTED)]])
    facts = assemble(Model(plan.parameters).tell()).facts
    if not first:
        plain = replace(facts, tables={**facts.tables, "seller": facts.tables["seller"].slice(0, 0)})
        (division.folder / "playbook.toml").write_text(playbook_text(plain), encoding="utf-8")
    count = 0
    for number in division.numbers:
        for name, table in records(facts, number).items():
            if table.num_rows:
                path = division.folder / "records" / f"{name}.{number:04d}.parquet"
                pq.write_table(table, path, store_schema=False, row_group_size=_ROWS_IN_GROUP)
                count += table.num_rows if name in {"effort", "buyer_action"} else 0
    return count


def records(facts: Facts, number: int) -> dict[str, pa.Table]:
    """The records of a division by their names, as `simulate.exports.folder` has them; ids bear its number."""
    of = facts.tables
    at = _Ids(number)
    spans = ("from", "to")
    return {
        "rep": _table(of["seller"], rep_id=at("r", "seller"), manager_id=at("r", "manager"), team="team", role="role",
                      segment="segment", region="region", tenure_start=_when("tenure_start"),
                      valid_from=_when("valid_from"), valid_to=_when("valid_to")),
        "account": _table(of["account"], account_id=at("c", "account"), industry="industry", size_band="size_band",
                          region="region", segment="segment"),
        "attribute": _table(of["account"], subject_kind=_always("account"), subject_id=at("c", "account"),
                            name=_always("lead_source"), value="lead_source"),
        "contact": _table(of["contact"], contact_id=at("p", "contact"), account_id=at("c", "account"), title="title",
                          level="level"),
        "deal": _table(of["deal"], deal_id=at("d", "deal"), account_id=at("c", "account"), owner_id=at("r", "seller"),
                       product_line="product_line", amount_minor="amount_minor", currency="currency",
                       created_at=_when("created_at")),
        "deal_change": _table(of["deal_change"], deal_id=at("d", "deal"), occurred_at=_when("at"), field="field",
                              old="old", new="new", actor_id=at("r", "seller")),
        "absence": _table(of["absence"], rep_id=at("r", "seller"), **_spans(*spans)),
        "assignment": _table(of["assignment"], account_id=at("c", "account"), rep_id=at("r", "seller"),
                             notified_at=_when("notified_at"), **_spans(*spans)),
        "case": _table(of["case"], case_id=at("s", "case"), account_id=at("c", "account"), deal_id=at("d", "deal"),
                       opened_at=_when("opened_at"), closed_at=_when("closed_at"), kind="kind"),
        "obstacle": _table(of["obstacle"], deal_id=at("d", "deal"), occurred_at=_when("at"), kind="kind",
                           said_by="said_by", evidence="evidence"),
        "target": _table(of["target"], rep_id=at("r", "seller"), metric="metric", period="period", value="value"),
        "expense": _table(of["expense"], rep_id=at("r", "seller"), period="period", amount_minor="amount_minor",
                          currency="currency"),
        "happening": _table(of["happening"], scope="scope", text="text", **_spans(*spans)),
        "conversation": _table(of["conversation"], rep_id=at("r", "seller"), coach_id=at("r", "coach"),
                               occurred_at=_when("at"), kind="kind", topic="topic", minutes="minutes"),
        "coverage": _table(of["coverage"], rep_id=at("r", "seller"), **_spans(*spans), channel=_channel),
        "effort": _events(_efforts(of, number), of["effort"]),
        "buyer_action": _events(_acts(of, number), of["action"]),
    }  # fmt: skip


Column = str | Callable[[pa.Table], pa.Array]


def _table(facts: pa.Table, **columns: Column) -> pa.Table:
    return pa.table({name: facts[each] if isinstance(each, str) else each(facts) for name, each in columns.items()})


def _events(table: pa.Table, facts: pa.Table) -> pa.Table:
    """What a system recorded."""
    return table.filter(pc.not_equal(facts["system"], "none"))


@dataclass(frozen=True, slots=True)
class _Ids:
    """Ids such as `r7-12`; nothing where there is no number."""

    number: int

    def __call__(self, prefix: str, column: str) -> Callable[[pa.Table], pa.Array]:
        return lambda facts: self.of(prefix, facts[column])

    def of(self, prefix: str, numbers: pa.Array) -> pa.Array:
        """The ids of numbers."""
        return pc.binary_join_element_wise(f"{prefix}{self.number}-", pc.cast(numbers, pa.string()), "")


def _when(column: str) -> Callable[[pa.Table], pa.Array]:
    return lambda facts: pc.cast(facts[column], pa.timestamp("s", tz="UTC"))


def _spans(*columns: str) -> dict[str, Column]:
    return {column: _when(column) for column in columns}


def _always(value: str) -> Callable[[pa.Table], pa.Array]:
    return lambda facts: pa.array([value] * facts.num_rows)


def _channel(facts: pa.Table) -> pa.Array:
    return pa.array([CHANNELS[each] for each in facts["system"].to_pylist()])


def _efforts(of: dict[str, pa.Table] | Any, number: int) -> pa.Table:
    facts, at = of["effort"], _Ids(number)
    answered = pc.take(_act_tokens(of["action"], at), facts["answers"])
    return pa.table(
        {
            "effort_id": at.of("e", facts["effort"]),
            "rep_id": at.of("r", facts["seller"]),
            **_parties(facts, at),
            **{name: facts[name] for name in ("kind", "purpose", "origin", "template", "evidence", "minutes")},
            "reference": _effort_tokens(facts, at),
            "refers_to": answered,
        }
    )


def _acts(of: dict[str, pa.Table] | Any, number: int) -> pa.Table:
    facts, at = of["action"], _Ids(number)
    return pa.table(
        {
            "action_id": at.of("a", facts["action"]),
            **_parties(facts, at),
            **{name: facts[name] for name in ("kind", "stance", "evidence")},
            "reference": _act_tokens(facts, at),
            "refers_to": pc.take(_effort_tokens(of["effort"], at), facts["answers"]),
        }
    )


def _parties(facts: pa.Table, at: _Ids) -> dict[str, pa.Array]:
    return {
        "account_id": at.of("c", facts["account"]),
        "contact_id": at.of("p", facts["contact"]),
        "deal_id": at.of("d", facts["deal"]),
        "occurred_at": _when("at")(facts),
    }


def _effort_tokens(facts: pa.Table, at: _Ids) -> pa.Array:
    """The token of what a seller made; none where its system gives none."""
    system = pc.if_else(
        pc.and_(pc.equal(facts["system"], "crm"), pc.equal(facts["kind"], "call")), "dialler", facts["system"]
    )
    names = list(_TOKENS)
    place = pc.index_in(system, pa.array(names))
    kind = pc.take(pa.array(list(_TOKENS.values())), place)
    return pc.binary_join_element_wise(kind, at.of("e", facts["effort"]), ":")


def _act_tokens(facts: pa.Table, at: _Ids) -> pa.Array:
    """The token of a buyer's mail; none for what is no mail."""
    mail = np.flatnonzero(pc.equal(facts["system"], "mail").to_numpy(zero_copy_only=False))
    chosen = np.zeros(facts.num_rows, np.bool_)
    chosen[mail] = True
    tokens = pc.binary_join_element_wise("message", at.of("a", facts["action"]), ":")
    return pc.if_else(pa.array(chosen), tokens, pa.scalar(None, pa.string()))
