"""A chain as a story: whose turn it is, then what each side did, line by line."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from answerback.analysis.story import Line, Sort, Story
from answerback.domain.court import Court
from answerback.domain.kinds import Evidence, Stance
from answerback.present.explain import duration
from answerback.present.words import SHOWN_AS, counted

TURNS = {Court.SELLER: "the seller's turn", Court.BUYER: "the buyer's turn", Court.NOBODY: "nobody's turn"}
"""How a court is shown; to a rep on their own page the seller's is "your turn"."""
_SHORT = {Court.SELLER: "seller's", Court.BUYER: "buyer's", Court.NOBODY: "nobody's"}
_STANCES = {Stance.ADVANCE: "forward", Stance.RETREAT: "back"}
_BESIDE = {
    Sort.STAGE: "stage in the CRM: {what}",
    Sort.CASE_OPENED: "service case opened {what}",
    Sort.CASE_CLOSED: "service case closed {what}",
    Sort.PROMISED: "promised by the {what}, due",
    Sort.OBSTACLE: "objection: {what}, said by {detail}",
}
_ROWS = (
    ("occurred_at", pa.timestamp("s", tz="UTC")),
    ("sort", pa.string()),
    ("what", pa.string()),
    ("detail", pa.string()),
    ("who", pa.string()),
    ("stance", pa.string()),
    ("evidence", pa.string()),
    ("by_sequence", pa.bool_()),
    ("gap_seconds", pa.int64()),
    ("court", pa.string()),
    ("handed_over", pa.bool_()),
    ("event_id", pa.string()),
    ("answers", pa.string()),
    ("grade", pa.string()),
)


def answer_lines(told: Story, as_of: datetime) -> list[str]:
    """Whose turn it is and how the chain stands, in a few sentences."""
    name = f"{'Deal' if told.is_deal else 'Company'} {told.chain_id}"
    touches, acts = told.count(Sort.TOUCH), told.count(Sort.ACT)
    if not touches and not acts:
        return [f"{name}: no touch and no act of a buyer is known.", *_deal_line(told)]
    return [
        f"{name}: {_turn_text(told, as_of)}.",
        *_deal_line(told),
        f"{counted(touches, 'touch', 'touches')} and {counted(acts, 'act', 'acts')} of buyers"
        + (f", {counted(told.handovers, 'hand-over', 'hand-overs')} between reps" if told.handovers else "")
        + (f"; the longest silence was {duration(told.longest_gap_seconds)}" if told.longest_gap_seconds else "")
        + ".",
    ]


def _turn_text(told: Story, as_of: datetime) -> str:
    turn = told.turn
    if turn.ended:
        return f"{told.outcome or 'ended'} on {turn.since:%Y-%m-%d}: nobody's turn"
    if turn.since is None:
        return "nobody's turn yet"
    waited = duration(int((as_of - turn.since).total_seconds()))
    return f"{TURNS[turn.court]} since {turn.since:%Y-%m-%d}, {waited} ago"


def _deal_line(told: Story) -> list[str]:
    parts = [
        f"stage in the CRM: {told.stage}" if told.stage else "",
        f"owner {told.owner_id}" if told.owner_id else "",
        f"company {told.account_id}" if told.is_deal and told.account_id else "",
        f"opened {told.starts_at:%Y-%m-%d}" if told.starts_at else "",
    ]
    said = ", ".join(part for part in parts if part)
    return [f"{said[0].upper()}{said[1:]}."] if said else []


def rows_for_eyes(told: Story) -> pa.Table:
    """Each line of the story: when, how long after the one before, what the seller and what the buyer did."""
    rows = [
        {
            "when": f"{line.occurred_at:%Y-%m-%d %H:%M}",
            "after": "" if line.gap_seconds is None else duration(line.gap_seconds),
            "the seller": _touch(line) if line.sort is Sort.TOUCH else "",
            "the buyer": _act(line) if line.sort is Sort.ACT else "",
            "beside": _beside(line),
            "who": line.who,
            "turn": "" if line.court is None else _SHORT[line.court],
        }
        for line in told.lines
    ]
    names = ("when", "after", "the seller", "the buyer", "beside", "who", "turn")
    filled = [name for name in names if any(row[name] for row in rows)]
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in filled})


def _touch(line: Line) -> str:
    marks = [mark for mark, so in (("by a sequence", line.by_sequence), ("handed over", line.handed_over)) if so]
    return _marked(line, marks)


def _act(line: Line) -> str:
    stance = _STANCES.get(Stance(line.stance)) if line.stance else None
    return _marked(line, [stance] if stance else [])


def _marked(line: Line, marks: list[str]) -> str:
    if line.evidence == Evidence.CLAIMED:
        marks = [*marks, SHOWN_AS["claimed"]]
    what = line.what.replace("_", " ")
    return f"{what} ({', '.join(marks)})" if marks else what


def _beside(line: Line) -> str:
    if line.sort not in _BESIDE:
        return ""
    return _BESIDE[line.sort].format(what=line.what, detail=line.detail).strip()


def rows_for_machines(told: Story) -> pa.Table:
    """Every line with all that is known of it; instants in UTC."""
    rows = [{name: getattr(line, name) for name, _ in _ROWS} for line in told.lines]
    plain = [row | {"sort": str(row["sort"]), "court": row["court"] and str(row["court"])} for row in rows]
    return pa.Table.from_pylist(plain, schema=pa.schema(list(_ROWS)))


def notes(told: Story) -> list[str]:
    """What the story does not know."""
    said = []
    if any(line.evidence == Evidence.CLAIMED for line in told.lines):
        said.append("What is typed in is told and never counted as a success.")
    if any(line.sort is Sort.TOUCH and line.by_sequence for line in told.lines):
        said.append("Touches of a sequence do not hand over the turn.")
    if not told.is_deal:
        said.append("Touches and acts that belong to a deal are in that deal's chain.")
    return said
