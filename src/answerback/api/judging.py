"""What a workspace judges: findings, changes, verdicts, lift, increments, friction, patterns, the look-back.

Each answer is typed, with what it refuses to say and why, and has the rows that the command line gives to machines.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime

import pyarrow as pa

from answerback.analysis.craft import Craft, craft_of
from answerback.analysis.detect.changes import Changes, changes
from answerback.analysis.diagnose.answer import Diagnosis
from answerback.analysis.diagnose.diagnosing import diagnose
from answerback.analysis.findings.gathering import Gathered, gather
from answerback.analysis.findings.naming import read_names
from answerback.analysis.friction import Friction, findings, friction_of
from answerback.analysis.increment.answer import Increment
from answerback.analysis.increment.question import increment
from answerback.analysis.lift.answers import Lifts, lifts
from answerback.analysis.lookback.replaying import Lookback, lookback
from answerback.analysis.on_base import id_of
from answerback.analysis.reader import Reader
from answerback.api.rows import JudgedRows
from answerback.domain.scope import Scope
from answerback.present import craft as craft_rows
from answerback.present import friction as friction_rows
from answerback.present import increment as increment_rows
from answerback.present import lift as lift_rows
from answerback.present.changes import change_rows
from answerback.present.diagnosis import tell_diagnosis
from answerback.present.findings import finding_rows
from answerback.present.lookback import lookback_rows


class Judging(ABC):
    """The questions whose answers judge, over a workspace."""

    @abstractmethod
    def _scope(self, purpose: str) -> Scope: ...

    @abstractmethod
    def _reading(self, snapshot: str | None, as_of: datetime | None) -> AbstractContextManager[Reader]: ...

    def findings(
        self, *, strict: bool = False, as_of: datetime | None = None, snapshot: str | None = None
    ) -> JudgedRows[Gathered]:
        """All that was found and what people said of it; `.answer.shown` is what is on each page this week."""
        scope = self._scope("findings")
        with self._reading(snapshot, as_of) as reader:
            found = gather(reader, scope, strict=strict)
            names = read_names(reader, [each.finding for each in found.findings], set())
        return JudgedRows(finding_rows(found.findings, names), found)

    def changes(self, *, as_of: datetime | None = None, snapshot: str | None = None) -> JudgedRows[Changes]:
        """Every rep's kinds of touch: has the rate changed, how sure is that, and how soon could it show."""
        scope = self._scope("changes")
        with self._reading(snapshot, as_of) as reader:
            found = changes(reader, scope)
            return JudgedRows(change_rows(found, id_of(reader, "rep")), found)

    def diagnose(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        where: Mapping[str, str] | None = None,
        as_of: datetime | None = None,
        snapshot: str | None = None,
    ) -> JudgedRows[Diagnosis]:
        """Is it the person or the system: the verdict on the time from `since` to `until` (the last weeks)."""
        scope = self._scope("diagnose")
        with self._reading(snapshot, as_of) as reader:
            found = diagnose(reader, scope, since=since, until=until, where=where or {})
            return JudgedRows(tell_diagnosis(found, id_of(reader, "rep")).rows, found)

    def lift(
        self,
        of: str = "conversation",
        *,
        where: Mapping[str, str] | None = None,
        as_of: datetime | None = None,
        snapshot: str | None = None,
    ) -> JudgedRows[Lifts]:
        """Did it help: `of` is conversation, practice, training or tool."""
        scope = self._scope("lift")
        with self._reading(snapshot, as_of) as reader:
            found = lifts(reader, scope, of, dict(where or {}))
            told = lift_rows.rows(found, id_of(reader, "rep"))
        return JudgedRows(pa.Table.from_pylist(told, schema=lift_rows.SCHEMA), found)

    def increment(
        self,
        *,
        where: Mapping[str, str] | None = None,
        as_of: datetime | None = None,
        snapshot: str | None = None,
    ) -> JudgedRows[Increment]:
        """What would not have come anyway: proof, plausible, anyway, unknown, by kind of touch and in total."""
        scope = self._scope("increment")
        with self._reading(snapshot, as_of) as reader:
            found = increment(reader, scope, where=where or {})
        return JudgedRows(pa.Table.from_pylist(increment_rows.rows(found), schema=increment_rows.SCHEMA), found)

    def friction(self, *, as_of: datetime | None = None, snapshot: str | None = None) -> JudgedRows[Friction]:
        """Where buyers are asked too often, or that pestered buyers cannot be told from cold leads."""
        scope = self._scope("friction")
        with self._reading(snapshot, as_of) as reader:
            found = friction_of(reader, scope)
            raised = findings(reader, scope, found)
            return JudgedRows(friction_rows.rows_for_machines(found, raised, id_of(reader, "rep")), found)

    def patterns(self, *, as_of: datetime | None = None, snapshot: str | None = None) -> JudgedRows[Craft]:
        """Ruts, grooves, the same ending again, strengths, and what works for buyers like these."""
        scope = self._scope("patterns")
        with self._reading(snapshot, as_of) as reader:
            found = craft_of(reader, scope)
            return JudgedRows(craft_rows.rows_for_machines(found, id_of(reader, "rep")), found)

    def lookback(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        as_of: datetime | None = None,
        snapshot: str | None = None,
    ) -> JudgedRows[Lookback]:
        """Week by week, what would have been raised, for whom, and what followed."""
        scope = self._scope("lookback")
        with self._reading(snapshot, as_of) as reader:
            found = lookback(reader, scope, since=since, until=until)
            names = read_names(reader, [each.finding for each in found.raised])
        return JudgedRows(lookback_rows(found, names), found)
