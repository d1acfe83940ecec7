"""Who waits: lots over intended touches, never over one that a buyer asked for.

Lots are drawn by company (by person, where there is no company), within each rep, so that all touches toward one buyer
share one lot. What cannot be read or drawn is given back with its row and the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa

from answerback.analysis.increment.counted import acts_sql
from answerback.analysis.reader import Reader
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant
from answerback.engine.scoped import within
from answerback.stats.holdout import lots

NEEDED = ("rep_id", "intended_at")
COLUMNS = (*NEEDED, "contact_id", "account_id", "deal_id", "play", "kind", "asked_for", "overruled")
ASKED_WITHIN = timedelta(days=60)
"""A buyer whose last act is older does not wait any more."""
_YES = frozenset({"yes", "true", "1", "y"})
_NO = frozenset({"no", "false", "0", "n", ""})


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that was not drawn, and why."""

    row: int
    """As a person counts the file's lines: the first row of data is 2."""
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Intended:
    """A touch that somebody means to make."""

    row: int
    rep_id: str
    account_id: str
    contact_id: str
    deal_id: str
    play: str
    intended_at: datetime
    overruled: bool
    source: str = ""
    rep_key: int = 0
    unit_key: int = 0
    """The company's key, else the person's."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How lots are drawn: the share of companies that wait, until when, the seed, and when they are drawn."""

    share: float
    until: datetime
    seed: int
    drawn_at: datetime


@dataclass(frozen=True, slots=True)
class Lot:
    """An intended touch and its lot."""

    touch: Intended
    held: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """What was drawn.

    Attributes:
        lots: In the file's order.
        asked: Touches that a buyer asked for: they go ahead and are in no lot.
        faults: Rows that could not be drawn.
        plan: By which they were drawn.
    """

    lots: tuple[Lot, ...]
    asked: tuple[Intended, ...]
    faults: tuple[Fault, ...]
    plan: Plan

    @property
    def name(self) -> str:
        """What this drawing is called in the log."""
        return f"{self.plan.drawn_at:%Y-%m-%dT%H:%M:%SZ}/{self.plan.seed}"


def read_rows(rows: Iterable[Mapping[str, str | None]], *, drawn_at: datetime) -> tuple[list[Intended], list[Fault]]:
    """Rows of a file as intended touches; those that are none, and why."""
    good, faults = [], []
    for number, raw in enumerate(rows, 2):
        row = {name.strip(): (value or "").strip() for name, value in raw.items()}
        fault = _fault(number, row, drawn_at)
        if fault is not None:
            faults.append(fault)
            continue
        at = _instant(row["intended_at"])
        assert at is not None  # noqa: S101 - `_fault` has looked
        good.append(
            Intended(
                number, row["rep_id"], row.get("account_id", ""), row.get("contact_id", ""), row.get("deal_id", ""),
                row.get("play") or row.get("kind", ""), at, row.get("overruled", "").lower() in _YES,
                source="asked" if row.get("asked_for", "").lower() in _YES else "",
            )
        )  # fmt: skip
    return good, faults


def _fault(number: int, row: Mapping[str, str], drawn_at: datetime) -> Fault | None:
    for name in NEEDED:
        if not row.get(name):
            return Fault(number, name, "it is missing")
    if not row.get("contact_id") and not row.get("account_id"):
        return Fault(number, "contact_id", "neither a contact nor an account is named")
    for name in ("asked_for", "overruled"):
        if row.get(name, "").lower() not in _YES | _NO:
            return Fault(number, name, "yes or no is needed")
    at = _instant(row["intended_at"])
    if at is None:
        return Fault(number, "intended_at", "it is no date or time, such as 2026-03-01 or 2026-03-01T09:30:00Z")
    if at.date() < drawn_at.date():
        return Fault(number, "intended_at", "it lies in the past: what was done cannot wait")
    return None


def _instant(text: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(text)
        at = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if 1900 <= at.year < 2200 else None


def draw_lots(
    reader: Reader,
    scope: Scope,
    rows: Sequence[Intended],
    plan: Plan,
    *,
    waiting: Iterable[tuple[str, str]] = (),
    faults: Iterable[Fault] = (),
) -> Drawing:
    """Draws lots over these touches.

    Args:
        reader: The snapshot: who is known, who waits for an answer, who is in an earlier drawing.
        scope: Whose touches may be drawn.
        rows: From `read_rows`.
        plan: How many, until when. Same seed, same rows, same lots, in whatever order the rows come.
        waiting: Space and id of companies and persons in a drawing that no build has taken in yet.
        faults: Of rows that could not be read.
    """
    known, strange = _known(reader, scope, rows)
    bad = [*faults, *strange]
    taken = _drawn_before(reader, plan.drawn_at) | _keys_of(reader, waiting)
    asked_units = _asked(reader, {each.unit_key for each in known}, plan.drawn_at)
    drawn, asked, seen = [], [], set()
    for each in known:
        person = (each.unit_key, each.contact_id, each.play, each.intended_at)
        if each.unit_key in taken:
            bad.append(Fault(each.row, _who(each), "already in a drawing whose time is not over"))
        elif person in seen:
            bad.append(Fault(each.row, _who(each), "the same touch stands in the file twice"))
        elif each.unit_key in asked_units or each.source.startswith("asked/"):
            asked.append(replace(each, source=each.source.removeprefix("asked/")))
        else:
            drawn.append(each)
        seen.add(person)
    held = _held(drawn, plan.share, plan.seed)
    found = tuple(Lot(each, each.unit_key in held) for each in drawn)
    return Drawing(found, tuple(asked), tuple(sorted(bad, key=lambda each: each.row)), plan)


def _who(each: Intended) -> str:
    return "contact_id" if each.contact_id else "account_id"


def _held(drawn: Sequence[Intended], share: float, seed: int) -> set[int]:
    """The units that wait; each is drawn once, under the rep whose id comes first."""
    rep_of: dict[int, str] = {}
    name_of: dict[int, str] = {}
    for each in drawn:
        rep_of[each.unit_key] = min(rep_of.get(each.unit_key, each.rep_id), each.rep_id)
        name = each.account_id or each.contact_id
        name_of[each.unit_key] = min(name_of.get(each.unit_key, name), name)
    units = sorted(rep_of, key=lambda unit: (rep_of[unit], name_of[unit], unit))
    reps = {rep: number for number, rep in enumerate(sorted(set(rep_of.values())))}
    stratum = np.array([reps[rep_of[unit]] for unit in units], np.int64)
    chosen = lots(stratum, share, np.random.default_rng(seed))
    return {unit for unit, held in zip(units, chosen, strict=True) if held}


def _known(reader: Reader, scope: Scope, rows: Sequence[Intended]) -> tuple[list[Intended], list[Fault]]:
    """Rows with keys and the source whose ids they speak; those that nobody knows, and why."""
    spaces = {"rep_id": "rep", "contact_id": "contact", "account_id": "account", "deal_id": "deal"}
    keys = _looked_up(
        reader, {(space, getattr(row, name)) for row in rows for name, space in spaces.items() if getattr(row, name)}
    )
    home = _companies(reader)
    seen = None if scope.everybody else _reps_within(reader, scope)
    good, faults = [], []
    for row in rows:
        own = {name: keys.get((space, getattr(row, name)), {}) for name, space in spaces.items() if getattr(row, name)}
        nobody = next((name for name, found in own.items() if not found), None)
        common = set.intersection(*(set(found) for found in own.values())) if nobody is None else set()
        if nobody is not None:
            faults.append(Fault(row.row, nobody, "nobody by this id is known; take it as answerback show prints it"))
            continue
        if not common:
            faults.append(Fault(row.row, "rep_id", "these ids are of different systems; give those of one"))
            continue
        source = min(common)
        rep = own["rep_id"][source]
        if seen is not None and rep not in seen:
            faults.append(Fault(row.row, "rep_id", "nobody by this id is known; take it as answerback show prints it"))
            continue
        account = own["account_id"][source] if row.account_id else home.get(own["contact_id"][source])
        unit = account if account is not None else own["contact_id"][source]
        marked = "asked/" + source if row.source == "asked" else source
        good.append(replace(row, source=marked, rep_key=rep, unit_key=unit))
    return good, faults


def _looked_up(reader: Reader, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], dict[str, int]]:
    """By space and id: the key by source, of the record that stands for it."""
    asked = sorted(wanted)
    reader.duck.put(
        "_intended_id",
        pa.table({"space": [space for space, _ in asked], "id": [each for _, each in asked]}, schema=_IDS),
    )
    found: dict[tuple[str, str], dict[str, int]] = {}
    for row in reader.query("""
        select ids.space, ids.id, ids.source, coalesce(same.canonical_key, ids.key) as key
        from ids join _intended_id as asked on asked.space = ids.space and asked.id = ids.id
        left join same_as as same on same.key = ids.key
        group by all order by all""").to_pylist():
        found.setdefault((row["space"], row["id"]), {})[row["source"]] = row["key"]
    return found


_IDS = pa.schema([("space", pa.string()), ("id", pa.string())])


def _companies(reader: Reader) -> dict[int, int]:
    rows = reader.query("select contact_key, account_key from contact where account_key is not null")
    return dict(zip(rows["contact_key"].to_pylist(), rows["account_key"].to_pylist(), strict=True))


def _reps_within(reader: Reader, scope: Scope) -> set[int]:
    rows = reader.query(f"select distinct rep_key from rep where {within(scope, 'rep_key', reader.instant)}")
    return set(rows["rep_key"].to_pylist())


def _drawn_before(reader: Reader, drawn_at: datetime) -> set[int]:
    """Units of a drawing whose time is not over."""
    if "intention" not in reader.snapshot.relations:
        return set()
    rows = reader.query(f"""
        select distinct coalesce(account_key, contact_key) as unit from intention
        where until > {sql_instant(drawn_at)}""")
    return set(rows["unit"].to_pylist())


def _keys_of(reader: Reader, waiting: Iterable[tuple[str, str]]) -> set[int]:
    """The units behind ids of companies (or persons) that were drawn since the last build."""
    names = set(waiting)
    looked = _looked_up(reader, names)
    home = _companies(reader)
    return {
        home.get(key, key) if space == "contact" else key
        for (space, _), found in looked.items()
        for key in found.values()
    }


def _asked(reader: Reader, units: set[int], drawn_at: datetime) -> set[int]:
    """Units whose last word within 60 days nobody turned to since: a buyer waits."""
    reader.duck.put("_intended_unit", pa.table({"unit": pa.array(sorted(units), pa.int64())}))
    since = sql_instant(drawn_at - ASKED_WITHIN)
    rows = reader.query(f"""
        with act as ({acts_sql(reader)}),
        said as (
            select unit.unit, max(act.occurred_at) as last_at
            from act join buyer_action as whole on whole.action_key = act.action_key
            join _intended_unit as unit on unit.unit = coalesce(whole.account_key, whole.contact_key)
            where act.occurred_at >= {since} group by unit.unit
        ),
        turned as (
            select unit.unit, max(effort.occurred_at) as last_at
            from effort join _intended_unit as unit on unit.unit = coalesce(effort.account_key, effort.contact_key)
            where effort.occurred_at <= {reader.instant} and effort.origin = 'hand' group by unit.unit
        )
        select said.unit from said left join turned on turned.unit = said.unit
        where turned.last_at is null or turned.last_at <= said.last_at""")
    return set(rows["unit"].to_pylist())
