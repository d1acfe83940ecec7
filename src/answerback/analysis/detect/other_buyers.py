"""Alarms that other buyers explain: a rep whose list has become a worse one has not become worse.

Of each alarm it is asked what the touches since then were to bring, had each level of a dimension of buyers (segment,
lead source, …) brought what it brings to everybody else: by how much did that change from the 26 weeks before, kind of
touch by kind of touch? Where it is half of the change or more, and in its direction, the alarm is a question to the
rep and no finding: what is left is not enough to say that anything changed but the buyers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa

from answerback.analysis.detect.baselines import BASELINE_WEEKS
from answerback.analysis.detect.raised import Raised
from answerback.analysis.detect.weekly import monday
from answerback.analysis.diagnose.mixing import BUYERS
from answerback.analysis.dimensions import OF_ACCOUNTS, grouping
from answerback.analysis.reader import Reader
from answerback.analysis.states import observed_sql

EXPLAINED = 0.5
"""The share of a change from which it is no finding."""
LEAST_CHANGE = 0.01
LEAST_OF_OTHERS = 20
"""Touches of others at a level, without which nothing is known of it."""

Cell = tuple[str, str]
"""A kind of touch, and a level of the dimension."""
Touches = dict[Cell, int]
Rates = dict[Cell, float]
_COUNTS = "evidence = 'captured' and origin = 'hand' and not contested and seen_seconds is not null"


@dataclass(frozen=True, slots=True)
class OtherBuyers:
    """The dimension whose change of mix explains most, the level that grew most, and the share of the change."""

    dimension: str
    level: str
    explained: float


def other_buyers(reader: Reader, raised: Sequence[Raised]) -> list[OtherBuyers | None]:
    """Of each alarm what other buyers explain of it; None where that is less than half."""
    if not raised:
        return []
    own = [each.name for each in reader.playbook.dimension if each.of in {"account", "deal", "contact"}]
    found: list[OtherBuyers | None] = [None] * len(raised)
    with _counted(reader, raised):
        for name in dict.fromkeys((*BUYERS, *own)):
            others, times = _of_others(reader, name, raised), _before_and_since(reader, name, len(raised))
            for number, (one, two) in enumerate(zip(raised, times, strict=True)):
                told = _explained(one, name, two, others[one.rep_key])
                best = found[number]
                if told is not None and (best is None or told.explained > best.explained):
                    found[number] = told
    return found


@contextmanager
def _counted(reader: Reader, raised: Sequence[Raised]) -> Iterator[None]:
    """For a while, what every dimension asks: `_touched_of_all` and, touch by touch, `_touched_of_alarmed`.

    The first has everybody's touches that have waited in full since the earliest time compared, one row per sort of
    account with one account of that sort, so that the dimensions of accounts count millions of touches once.
    """
    day = pa.timestamp("us")
    asked = {
        "number": pa.array(range(len(raised)), pa.int64()),
        "rep_key": pa.array([each.rep_key for each in raised], pa.int64()),
        "play": pa.array([each.play or None for each in raised], pa.string()),
        "begins": pa.array([monday(each.since - BASELINE_WEEKS) for each in raised], pa.date32()).cast(day),
        "turns": pa.array([monday(each.since) for each in raised], pa.date32()).cast(day),
        "ends": pa.array([each.raised_on for each in raised], pa.date32()).cast(day),
    }
    reader.duck.put("_mixed", pa.table(asked))
    same = " and ".join(f"sort.{name} is not distinct from account.{name}" for name in OF_ACCOUNTS)
    reader.duck.make(
        "_touched_of_all",
        f"""
        with sort as (select min(account_key) as account_key, {", ".join(OF_ACCOUNTS)} from account group by all),
        buyer as (select account.account_key, sort.account_key as alike from account join sort on {same})
        select {_alarmed(raised)} as rep, outcome.kind, outcome.segment, outcome.region, buyer.alike as account_key,
               count(*) as n, count(proved_at) as moved
        from outcome left join buyer on buyer.account_key = outcome.account_key
        where {_of_all(reader, raised)} group by all""",
    )
    reader.duck.make(
        "_touched_of_alarmed",
        f"""
        select _mixed.number, outcome.*, occurred_at >= _mixed.turns as later
        from outcome join _mixed on _mixed.rep_key = outcome.rep_key
         and occurred_at >= _mixed.begins and occurred_at < _mixed.ends
        where {_COUNTS} and (_mixed.play is null or _mixed.play = outcome.play)""",
    )
    try:
        yield
    finally:
        for name in ("_mixed", "_touched_of_all", "_touched_of_alarmed"):
            reader.duck.drop(name)


def _alarmed(raised: Sequence[Raised]) -> str:
    reps = sorted({each.rep_key for each in raised})
    return f"case when outcome.rep_key in ({', '.join(map(str, reps))}) then outcome.rep_key end"


def _of_all(reader: Reader, raised: Sequence[Raised]) -> str:
    first = min(each.since for each in raised) - BASELINE_WEEKS
    return (
        f"{_COUNTS} and {observed_sql(reader.instant)} >= waiting_seconds"
        f" and occurred_at >= timestamp '{monday(first)}'"
    )


def _of_others(reader: Reader, name: str, raised: Sequence[Raised]) -> dict[int, Rates]:
    """By rep what everybody else's touches bring. What one did oneself excuses nothing."""
    group = grouping(reader, (name,))
    level = f"cast({group.columns[0]} as varchar) as level"
    if name in OF_ACCOUNTS:
        sql = f"""
            select rep, outcome.kind, {level}, cast(sum(n) as bigint) as n, cast(sum(moved) as bigint) as moved
            from _touched_of_all as outcome {group.joins}"""
    else:
        sql = f"""
            select {_alarmed(raised)} as rep, outcome.kind, {level}, count(*) as n, count(proved_at) as moved
            from outcome {group.joins} where {_of_all(reader, raised)}"""
    rows = reader.query(f"{sql} group by all order by all").to_pylist()
    touches: Counter[Cell] = Counter()
    moved: Counter[Cell] = Counter()
    own: dict[int, dict[Cell, tuple[int, int]]] = {each.rep_key: {} for each in raised}
    for row in rows:
        if row["level"] is not None:
            cell = row["kind"], row["level"]
            touches[cell] += row["n"]
            moved[cell] += row["moved"]
            if row["rep"] is not None:
                own[row["rep"]][cell] = row["n"], row["moved"]
    found: dict[int, Rates] = {}
    for rep, theirs in own.items():
        found[rep] = rates = {}
        for cell, n in touches.items():
            own_n, own_moved = theirs.get(cell, (0, 0))
            if n - own_n >= LEAST_OF_OTHERS:
                rates[cell] = (moved[cell] - own_moved) / (n - own_n)
    return found


def _before_and_since(reader: Reader, name: str, alarms: int) -> list[tuple[Touches, Touches]]:
    """Of each alarm the rep's touches in the 26 weeks before it began, and since."""
    group = grouping(reader, (name,))
    rows = reader.query(f"""
        select number, outcome.kind, cast({group.columns[0]} as varchar) as level, later, count(*) as n
        from _touched_of_alarmed as outcome {group.joins} group by all order by all""").to_pylist()
    times: list[tuple[Touches, Touches]] = [({}, {}) for _ in range(alarms)]
    for row in rows:
        if row["level"] is not None:
            times[row["number"]][row["later"]][row["kind"], row["level"]] = row["n"]
    return times


def _explained(one: Raised, name: str, times: tuple[Touches, Touches], rate: Rates) -> OtherBuyers | None:
    """What other levels of a dimension explain of an alarm; `rate` is what each brings to everybody else."""
    before, since = ({cell: n for cell, n in each.items() if cell in rate} for each in times)
    kinds = {kind for kind, _ in before} & {kind for kind, _ in since}
    total = sum(n for (kind, _), n in since.items() if kind in kinds)
    moved: dict[str, float] = defaultdict(float)
    change = 0.0
    for kind in sorted(kinds):
        then, now = (sum(n for (each, _), n in counts.items() if each == kind) for counts in (before, since))
        for cell in sorted({*before, *since}):
            if cell[0] == kind:
                shift = (since.get(cell, 0) / now - before.get(cell, 0) / then) * now / total
                change += shift * rate[cell]
                moved[cell[1]] += shift
    whole = one.rate - one.usual
    if abs(change) < LEAST_CHANGE or change * whole <= 0.0 or change / whole < EXPLAINED:
        return None
    return OtherBuyers(name, max(moved, key=lambda each: moved[each]), change / whole)
