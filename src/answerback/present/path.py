"""The buyer's path in words and rows: one deal as an account in sentences, many deals as middle values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pyarrow as pa

from answerback.analysis.path import Measure, Path, Paths, Pooled, Spread
from answerback.analysis.path.pooled import AGES
from answerback.domain.court import Court
from answerback.domain.refusals import CannotTell
from answerback.present.explain import duration
from answerback.present.story import TURNS
from answerback.present.words import counted

NAMES: Mapping[Measure, str] = {
    Measure.ACTS: "things the buyer had to do",
    Measure.WAITING: "waited for us, in all",
    Measure.LONGEST_WAIT: "waited for us, at a stretch",
    Measure.UNANSWERED: "asked, in vain so far",
    Measure.ASKED_AGAIN: "asked for the same again",
    Measure.WENT_BACK: "back to an earlier stage",
    Measure.HAND_OFFS: "handed to another of us",
    Measure.REPS: "of our people",
    Measure.CONTACTS: "of their people",
    Measure.PUSHES: "touches on top of a touch",
    Measure.PUSHES_PER_ACT: "such touches for each thing done",
}
"""How a measure is shown."""
_TIMES = frozenset({Measure.WAITING, Measure.LONGEST_WAIT})
_AGES = (
    *(f"up to {days} d" for days in AGES),
    f"over {AGES[-1]} d",
)
_ROWS = (
    ("about", pa.string()),
    ("name", pa.string()),
    ("group", pa.string()),
    ("chains", pa.int64()),
    ("lower", pa.float64()),
    ("median", pa.float64()),
    ("upper", pa.float64()),
    ("share", pa.float64()),
    ("acts", pa.int64()),
    ("touches", pa.int64()),
    ("age", pa.string()),
    ("reason", pa.string()),
)


def account(chain_id: str, path: Path, as_of: datetime) -> list[str]:
    """One deal from the buyer's chair, in sentences."""
    name = f"{'Deal' if path.is_deal else 'Company'} {chain_id}"
    state = f"{path.outcome} on {path.until:%Y-%m-%d}" if path.outcome else _turn(path, as_of)
    days = duration(int((path.last_at - path.first_at).total_seconds()))
    return [
        f"{name}: {state}. From the first event to the last {days} went by.",
        _effort(path),
        _waiting(path),
        _questions(path),
        _pushes(path),
        _people(path),
        _channels(path.acts_by, path.touches_by),
    ]


def _turn(path: Path, as_of: datetime) -> str:
    turn = TURNS[Court(path.court)]
    if path.court_since is None:
        return turn
    return f"{turn} since {path.court_since:%Y-%m-%d}, for {duration(int((as_of - path.court_since).total_seconds()))}"


def _effort(path: Path) -> str:
    if not path.acts:
        return f"The buyer has done nothing so far; {counted(path.touches, 'touch', 'touches')} reached them."
    return (
        f"The buyer had to do {counted(path.acts, 'thing', 'things')}, {path.steps} of which moved the matter forward;"
        f" {counted(path.touches, 'touch', 'touches')} reached them."
    )


def _waiting(path: Path) -> str:
    if not path.waiting_seconds:
        return "They never waited for us."
    theirs = f"; for {duration(path.buyer_seconds)} it was their turn" if path.buyer_seconds else ""
    return (
        f"They waited for us {duration(path.waiting_seconds)} in all, {duration(path.longest_wait_seconds)} at a"
        f" stretch{theirs}."
    )


def _questions(path: Path) -> str:
    if not path.asks:
        return "They asked for nothing."
    again = (
        f", {counted(path.asked_again, 'time', 'times')} for the same as before, unanswered" if path.asked_again else ""
    )
    if path.unanswered is None:
        tail = "whether that was answered in time cannot be told: the playbook has no [[policy]]"
    elif path.unanswered:
        tail = f"{counted(path.unanswered, 'question has', 'questions have')} no answer though the time is over"
    else:
        tail = "nothing of it is left without an answer beyond its time"
    return f"They asked {counted(path.asks, 'time', 'times')}{again}; {tail}."


def _pushes(path: Path) -> str:
    if not path.pushes:
        return "No touch came on top of another one."
    return (
        f"{counted(path.pushes, 'touch', 'touches')} came on top of another one, before they had done anything; at most"
        f" {path.longest_run} in a row."
    )


def _people(path: Path) -> str:
    hands = f"it was handed from one to another {counted(path.hand_offs, 'time', 'times')}" if path.hand_offs else ""
    back = (
        f"the CRM took it back to an earlier stage {counted(path.went_back, 'time', 'times')}" if path.went_back else ""
    )
    theirs = f"{path.contacts} of theirs" if path.contacts else "of theirs nobody is named"
    said = "; ".join(each for each in (f"{path.reps} of our people took part, {theirs}", hands, back) if each)
    return f"{said[0].upper()}{said[1:]}."


def _channels(acts: Mapping[str, int], touches: Mapping[str, int]) -> str:
    theirs, ours = _by_channel(acts), _by_channel(touches)
    if not theirs:
        return f"They chose no channel of their own; we came by {ours}." if ours else "No channel is known."
    return f"They came by {theirs}; we by {ours or 'none of these'}."


def _by_channel(counts: Mapping[str, int]) -> str:
    """Channels, the most frequent first.

    >>> _by_channel({"email": 1, "call": 3, "message": 0})
    'call (3) and email (1)'
    """
    told = sorted(((count, name) for name, count in counts.items() if count), key=lambda each: (-each[0], each[1]))
    return " and ".join(f"{name} ({count:,})" for count, name in told)


def answer_lines(found: Paths, told: Pooled) -> list[str]:
    """What the paths have in common: waiting first, then what was left and asked again, then channels."""
    chains = found.rows.num_rows
    if not chains:
        return ["No deal or company fits: nothing happened in one."]
    what = ("deal", "deals") if found.of_deals else ("company", "companies")
    ends = ", ".join(f"{told.chains[name]:,} {name}" for name in ("won", "lost", "open"))
    lines = [f"{counted(chains, *what)}: {ends}."]
    waiting, longest = (told.spreads[each, "all"] for each in (Measure.WAITING, Measure.LONGEST_WAIT))
    if isinstance(waiting, CannotTell) or isinstance(longest, CannotTell):
        return [*lines, f"Cannot tell what is usual: {chains} are too few."]
    lines.append(
        f"In half of them buyers waited for us longer than {_length(waiting.median)} in all, and longer than"
        f" {_length(longest.median)} at a stretch."
    )
    for measure, said in (
        (Measure.UNANSWERED, "something asked has no answer though its time is over"),
        (Measure.ASKED_AGAIN, "buyers asked for the same again before they had an answer"),
        (Measure.HAND_OFFS, "it was handed from one of us to another"),
    ):
        spread = told.spreads[measure, "all"]
        if isinstance(spread, Spread) and spread.any > 0:
            lines.append(f"In {_percent(spread.any)} of them {said}.")
    lines.append(_channels(told.acts_by, told.touches_by))
    return lines + _turn_lines(told)


def _turn_lines(told: Pooled) -> list[str]:
    open_ = sum(turn.chains for turn in told.turns)
    if not open_:
        return []
    by = {court: sum(turn.chains for turn in told.turns if turn.court == court) for court in Court}
    said = ", ".join(f"{TURNS[court]} in {count:,}" for court, count in by.items() if count)
    return [f"Of the {open_:,} that are open it is {said}."]


def measures_for_eyes(told: Pooled) -> pa.Table:
    """Middle values with quartiles, of all, and of those won and lost beside one another."""
    rows = []
    for measure, name in NAMES.items():
        cells = {group: told.spreads[measure, group] for group in ("all", "won", "lost")}
        if all(isinstance(cell, CannotTell) for cell in cells.values()):
            continue
        row = {"": name}
        row |= {group: _cell(measure, cell) for group, cell in cells.items()}
        whole = cells["all"]
        row["at all"] = _percent(whole.any) if isinstance(whole, Spread) else ""
        rows.append(row)
    return pa.Table.from_pylist(rows) if rows else pa.table({})


def _cell(measure: Measure, cell: Spread | CannotTell) -> str:
    if isinstance(cell, CannotTell):
        return "too few"
    shown = _length if measure in _TIMES else _plain
    return f"{shown(cell.median)} ({shown(cell.lower)} to {shown(cell.upper)})"


def turns_for_eyes(told: Pooled) -> pa.Table:
    """Whose turn it is in open deals, by stage, and for how long."""
    rows = []
    for stage in dict.fromkeys(turn.stage for turn in told.turns):
        for court in Court:
            own = {turn.age: turn.chains for turn in told.turns if (turn.stage, turn.court) == (stage, court)}
            if own:
                row = {"stage": stage or "(none)", "turn": TURNS[court], "open": f"{sum(own.values()):,}"}
                rows.append(row | {name: f"{own.get(age, 0):,}" for age, name in enumerate(_AGES)})
    return pa.Table.from_pylist(rows) if rows else pa.table({})


def rows_for_machines(told: Pooled) -> pa.Table:
    """One row per measure and group, channel, and stage with court and age; times in seconds."""
    rows: list[dict[str, object]] = []
    for (measure, group), spread in told.spreads.items():
        row: dict[str, object] = {"about": "measure", "name": str(measure), "group": group}
        if isinstance(spread, CannotTell):
            rows.append(row | {"reason": str(spread.reason)})
            continue
        row |= {"chains": spread.chains, "lower": spread.lower, "median": spread.median, "upper": spread.upper}
        rows.append(row | {"share": spread.any})
    rows += [
        {"about": "channel", "name": name, "acts": acts, "touches": told.touches_by[name]}
        for name, acts in told.acts_by.items()
    ]
    rows += [
        {"about": "turn", "name": turn.court, "group": turn.stage, "age": _AGES[turn.age], "chains": turn.chains}
        for turn in told.turns
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema(list(_ROWS)))


def row_of(chain_id: str, path: Path) -> pa.Table:
    """One path for machines; times in seconds, instants in UTC."""
    row: dict[str, object] = {"chain_id": chain_id}
    row |= {
        name: getattr(path, name)
        for name in Path.__dataclass_fields__
        if name not in {"chain_key", "account_key", "acts_by", "touches_by"}
    }
    row |= {f"acts_{name}": count for name, count in path.acts_by.items()}
    row |= {f"touches_{name}": count for name, count in path.touches_by.items()}
    return pa.Table.from_pylist([row])


def notes(found: Paths) -> list[str]:
    """How to read it."""
    said = ["Middle value, and in brackets the middle half. Waiting is by the calendar, nights and weekends included."]
    said.append(
        "Won and lost stand beside one another; a deal that is lost soon asks for less, so this is no reason why."
    )
    if not found.policies:
        said.append("What was left without an answer cannot be told: the playbook has no [[policy]].")
    return said


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"


def _length(seconds: float) -> str:
    return duration(round(seconds))


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %" if share < 0.1 else f"{share * 100:.0f} %"
