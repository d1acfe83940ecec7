"""What a chain showed until it ended, as counts and kinds alone: efforts, answers, dropped balls, stages, risk taken.

No name, id, day or amount is among it, so it can stand beside a text that is to name nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from answerback.analysis.court.by_chain import ChainBall
from answerback.analysis.ended.endings import Ended, Ends
from answerback.analysis.reader import Reader
from answerback.analysis.risk.attempts import Tried
from answerback.analysis.stages.one_deal import backed
from answerback.analysis.story import Line, Sort, Story, story_of
from answerback.analysis.story.rows import aware
from answerback.analysis.trust.reasons import Ending, ending, label
from answerback.domain.court import Side
from answerback.domain.errors import NotFoundError
from answerback.domain.kinds import Evidence, Stance
from answerback.domain.scope import Scope

OTHER = "other"
"""A reason that is of no known kind."""
_DAY = 86_400
_JUST_BEFORE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a chain showed.

    Attributes:
        touches, by_sequence: Touches made by hand, and those that a sequence sent.
        answered: Touches made by hand that an act of the buyer answers.
        acts, forward: Recorded acts of the buyer, and those of them that moved forward.
        retreats: Kinds of acts by which the buyer drew back, the latest first; typed-in ones too.
        missed: Acts of the buyer that were answered late or never; None where that is not worked out yet.
        handovers: How often another rep went on.
        days, silence_days: How long it was open, and the longest silence in it; None where that is not known.
        typed_in, backed: The CRM's stage before the end, and the highest that the buyer's acts support; may be empty.
        ahead: Whether the first was beyond the second.
        tried: Kinds of risk that were taken; None where that is not worked out yet.
        reason: The closing reason of the CRM; empty for none.
        buyer_said: Kinds of obstacles that records have the buyer say.
        way: How it ended, as the events tell.
        segment: The company's segment; empty where that is not known.
    """

    touches: int = 0
    by_sequence: int = 0
    answered: int = 0
    acts: int = 0
    forward: int = 0
    retreats: tuple[str, ...] = ()
    missed: int | None = None
    handovers: int = 0
    days: int | None = None
    silence_days: int | None = None
    typed_in: str = ""
    backed: str = ""
    ahead: bool = False
    tried: tuple[str, ...] | None = None
    reason: str = ""
    buyer_said: tuple[str, ...] = ()
    way: str = ""
    segment: str = ""

    def of_kinds(self, kinds: Collection[str]) -> Facts:
        """The same with reasons of these kinds only: systems let people type in others, names among them."""
        said = dict.fromkeys(each if each in kinds else OTHER for each in self.buyer_said)
        reason = self.reason if self.reason in kinds or not self.reason else OTHER
        return replace(self, reason=reason, buyer_said=tuple(said))

    def values(self) -> dict[str, Any]:
        """The same as plain data, to be kept."""
        return {name: list(each) if isinstance(each, tuple) else each for name, each in asdict(self).items()}


def read_facts(values: Mapping[str, Any]) -> Facts:
    """Facts that were kept; what an earlier version did not keep is not known.

    >>> read_facts(Facts(touches=3, tried=("new_line",)).values()).tried
    ('new_line',)
    >>> read_facts({}).touches
    0
    """
    known = {each.name for each in fields(Facts)}
    kept: dict[str, Any] = {
        name: tuple(each) if isinstance(each, list) else each for name, each in values.items() if name in known
    }
    return Facts(**kept)


def facts_of(
    reader: Reader,
    scope: Scope,
    ended: Ended,
    balls: Iterable[ChainBall] | None,
    tried: Mapping[int, tuple[Tried, ...]] | None,
) -> Facts:
    """What one chain showed until it ended.

    Args:
        reader: The snapshot.
        scope: Whose rows may be seen.
        ended: The ending.
        balls: The open and missed balls of its chain; None where they are not worked out yet.
        tried: Risk taken, by the key of a deal or effort (`risk.by_key`); None where that is not worked out yet.

    Raises NotFoundError where the chain does not open in the scope.
    """
    told = story_of(reader, scope, ended.deal_key, is_deal=True)
    if told is None:
        raise NotFoundError("there is no such deal", next_step="look it up by its name")
    lines = [each for each in told.lines if ended.started_at <= each.occurred_at <= ended.ended_at]
    before = [each for each in told.lines if each.occurred_at <= ended.ended_at]
    earlier = replace(reader, as_of=ended.ended_at - _JUST_BEFORE)
    stood = backed(earlier, scope, ended.deal_key, ended.account_key, told.starts_at)
    return Facts(
        **_counted(lines),
        missed=None if balls is None else _missed(balls, ended),
        days=(ended.ended_at - ended.started_at).days if told.starts_at or ended.ends is Ends.CASE else None,
        typed_in=stood.said,
        backed=stood.stage,
        ahead=stood.ahead,
        tried=None if tried is None else _tried(reader, ended, tried),
        reason=_reason(reader, ended),
        buyer_said=tuple(sorted({label(each.what) for each in before if _by_buyer(each)})),
        way=str(_way(lines)),
        segment=_segment(reader, ended.account_key),
    )


def _counted(lines: list[Line]) -> dict[str, Any]:
    touches = [each for each in lines if each.sort is Sort.TOUCH]
    by_hand = {each.event_id for each in touches if not each.by_sequence}
    acts = [each for each in lines if each.sort is Sort.ACT]
    recorded = [each for each in acts if each.evidence == Evidence.CAPTURED]
    gaps = [each.gap_seconds for each in lines if each.gap_seconds is not None]
    back = [each.what for each in reversed(acts) if each.stance == Stance.RETREAT]
    return {
        "touches": sum(not each.by_sequence for each in touches),
        "by_sequence": sum(each.by_sequence for each in touches),
        "answered": len({each.answers for each in recorded if each.answers} & by_hand),
        "acts": len(recorded),
        "forward": Counter(each.stance for each in recorded)[str(Stance.ADVANCE)],
        "retreats": tuple(dict.fromkeys(back)),
        "handovers": sum(each.handed_over for each in lines),
        "silence_days": max(gaps) // _DAY if gaps else None,
    }


def _by_buyer(line: Line) -> bool:
    return line.sort is Sort.OBSTACLE and line.detail == Side.BUYER


def _missed(balls: Iterable[ChainBall], ended: Ended) -> int:
    """Acts whose answer fell due while the chain was open and came late or never."""
    due = (each.due_at for each in balls if each.missed)
    return sum(at is not None and ended.started_at <= at <= ended.ended_at for at in due)


def _tried(reader: Reader, ended: Ended, tried: Mapping[int, tuple[Tried, ...]]) -> tuple[str, ...]:
    rows = reader.rows("chain_event", "chain_key", [ended.deal_key], ("event_key", "occurred_at"))
    keys = {row["event_key"] for row in rows if aware(row["occurred_at"]) <= ended.ended_at} | {ended.deal_key}
    found = {str(each) for key in keys for each in tried.get(key, ())}
    return tuple(str(each) for each in Tried if str(each) in found)


def _reason(reader: Reader, ended: Ended) -> str:
    """The closing reason of the CRM that stands now: it is often typed in some days after the end."""
    if ended.ends is not Ends.LOST:
        return ""
    rows = reader.rows("deal_said", "deal_key", [ended.deal_key], ("field", "occurred_at", "value"))
    told = [row for row in rows if row["field"] == "loss_reason" and _known_by(reader.as_of, row["occurred_at"])]
    return label(max(told, key=lambda row: row["occurred_at"])["value"]) if told else ""


def _known_by(now: datetime, at: datetime | None) -> bool:
    return at is not None and aware(at) <= now


def _way(lines: list[Line]) -> Ending:
    last = next((each for each in reversed(lines) if each.court is not None), None)
    if last is None or last.sort not in (Sort.TOUCH, Sort.ACT):
        return ending(None, None, None)
    side = Side.SELLER if last.sort is Sort.TOUCH else Side.BUYER
    return ending(side, last.what, last.stance)


def _segment(reader: Reader, account_key: int | None) -> str:
    rows = reader.rows("account", "account_key", [account_key], ("segment",)) if account_key is not None else []
    return rows[0]["segment"] or "" if rows else ""


def names_in(told: Story) -> frozenset[str]:
    """The ids of everybody and everything that a chain names."""
    who = {line.who for line in told.lines if line.sort in (Sort.TOUCH, Sort.ACT)}
    return frozenset((who | {told.chain_id, told.account_id, told.owner_id}) - {""})
