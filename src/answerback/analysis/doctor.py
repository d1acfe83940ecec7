"""What is wrong with the data or missing from it, before anybody trusts a figure, and what would mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from answerback.analysis.listing import note_table, reject_table
from answerback.analysis.reader import Reader, ids_sql
from answerback.analysis.states import DAY_SECONDS
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant
from answerback.engine.scoped import within
from answerback.engine.settings import NO_PLAY

GAP_DAYS = 14
"""A mailbox or calendar silent for longer than this, inside the time it claims to cover, is worth a look."""

MOST_GROUPS = 30
"""So many kinds of reject, and of note, are told one by one."""


class Weight(StrEnum):
    """How much a remark matters."""

    WRONG = "wrong"
    MISSING = "missing"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to know, and what to do about it."""

    weight: Weight
    about: str
    what: str
    next_step: str


def examine(reader: Reader, scope: Scope) -> list[Remark]:
    """Every remark there is, the weightiest first. What is about the data as a whole is for its owner."""
    checks = (*_OF_THE_DATA, *_OF_PEOPLE) if scope.everybody else _OF_PEOPLE
    remarks = [remark for check in checks for remark in check(reader, scope)]
    order = list(Weight)
    return sorted(remarks, key=lambda each: order.index(each.weight))


def _rejects(reader: Reader, scope: Scope) -> Iterator[Remark]:
    """One remark per file, field and reason, the most frequent first; of very many the first."""
    del scope
    groups = reject_table(reader).group_by(["file", "field", "reason"]).aggregate([("at", "count")]).to_pylist()
    groups.sort(key=lambda each: (-each["at_count"], each["file"], each["reason"], each["field"] or ""))
    for row in groups[:MOST_GROUPS]:
        what = f"{row['at_count']:,} × {_reason(row)}"
        yield Remark(Weight.WRONG, row["file"], what, "answerback show rejects; mend the export, load again")
    yield from _more_like_these(Weight.WRONG, len(groups))


def _notes(reader: Reader, scope: Scope) -> Iterator[Remark]:
    """What was noticed of whole files, in the words of who noticed it."""
    del scope
    notes = note_table(reader).to_pylist()
    for row in notes[:MOST_GROUPS]:
        hint = f": {row['hint']}" if row["hint"] else ""
        yield Remark(Weight.NOTE, row["file"], f"{_reason(row)}{hint}", "see docs/lookup/rejects.md")
    yield from _more_like_these(Weight.NOTE, len(notes))


def _reason(row: Mapping[str, str]) -> str:
    return f"{row['reason']} in {row['field']}" if row["field"] else row["reason"]


def _more_like_these(weight: Weight, count: int) -> Iterator[Remark]:
    if count > MOST_GROUPS:
        left = f"{count - MOST_GROUPS:,} more like these"
        yield Remark(weight, "files", left, "answerback show rejects --format csv has all")


def _nothing_kept(reader: Reader, scope: Scope) -> Iterator[Remark]:
    del scope
    for batch in reader.batches:
        passed = batch.non_events.get("unknown_outside_party", 0)
        if passed:
            yield Remark(
                Weight.MISSING,
                batch.path,
                f"{passed:,} mails or meetings are with nobody known",
                'load the CRM\'s contacts first, then load this again; or set outside = "all" in the playbook',
            )
        if batch.read and not batch.kept:
            yield Remark(Weight.WRONG, batch.path, "nothing of it became a record", "answerback show rejects")


def _efforts(reader: Reader, scope: Scope) -> Iterator[Remark]:
    del scope
    count = {name: reader.snapshot.relations[name].rows for name in ("effort", "buyer_action", "deal", "contact")}
    if not count["effort"]:
        deals = f"{count['deal']:,} deals but " if count["deal"] else ""
        yield Remark(
            Weight.MISSING,
            "touches",
            f"{deals}no touches were loaded: no rate can be told",
            "load mail, calendars or the CRM's activities",
        )
    elif not count["buyer_action"]:
        yield Remark(
            Weight.MISSING, "buyer actions", "no act of a buyer was loaded", "load the mailboxes that buyers answer to"
        )
    unplayed = _count(
        reader,
        f"select count(*) from effort_play where play = '{NO_PLAY}' or starts_with(play, '{NO_PLAY} ')",
    )
    if unplayed:
        yield Remark(
            Weight.NOTE, "playbook", f"{unplayed:,} touches fit no play", "add a play for them to playbook.toml"
        )


def _silent_reps(reader: Reader, scope: Scope) -> Iterator[Remark]:
    rows = reader.query(f"""
        select distinct coalesce(named.id, cast(rep.rep_key as varchar)) as id
        from rep left join {ids_sql("'rep'")} as named on named.key = rep.rep_key
        where {_anybody_of(scope, "rep.rep_key")}
          and rep.rep_key not in (select rep_key from effort where rep_key is not null)
        order by id""").to_pylist()
    if rows and reader.snapshot.relations["effort"].rows:
        some = ", ".join(row["id"] for row in rows[:5]) + (" …" if len(rows) > 5 else "")
        many = "1 rep" if len(rows) == 1 else f"{len(rows):,} reps"
        yield Remark(Weight.MISSING, "reps", f"{many} without a touch: {some}", "load their mailboxes or dialler")


def _clocks(reader: Reader, scope: Scope) -> Iterator[Remark]:
    del scope
    built = sql_instant(reader.snapshot.built_at)
    future = _count(
        reader,
        f"""select (select count(*) from effort where occurred_at > {built})
                 + (select count(*) from buyer_action where occurred_at > {built})""",
    )
    if future:
        yield Remark(Weight.WRONG, "clocks", f"{future:,} events lie after the build", "check the export's time zone")
    early = _count(
        reader,
        """with first_effort as (
               select token.token_key, min(effort.occurred_at) as occurred_at
               from effort_token as token join effort using (effort_key)
               where token.role = 'is' group by token.token_key
           )
           select count(*) from (
               select token.action_key from action_token as token
               join buyer_action as action using (action_key)
               join first_effort using (token_key)
               where token.role = 'answers'
               group by token.action_key, action.occurred_at
               having min(first_effort.occurred_at) > action.occurred_at)""",
    )
    if early:
        yield Remark(
            Weight.WRONG, "clocks", f"{early:,} answers are dated before what they answer", "one of two clocks is off"
        )
    repaired = _count(reader, "select count(*) from attribute where subject_kind = 'event' and name = 'date_repaired'")
    if repaired:
        yield Remark(
            Weight.NOTE, "clocks", f"{repaired:,} mails had a wrong date, taken from their way instead", "nothing to do"
        )


def _duplicates(reader: Reader, scope: Scope) -> Iterator[Remark]:
    twins = _count(reader, "select count(*) from same_event")
    if twins:
        yield Remark(
            Weight.NOTE, "duplicates", f"{twins:,} events came from two systems and count once", "nothing to do"
        )
    del scope
    doubtful = reader.snapshot.relations["doubtful"].rows
    if doubtful:
        yield Remark(
            Weight.NOTE,
            "identity",
            f"{doubtful:,} pairs of records may be one company",
            "answerback show doubtful, then answerback decide",
        )


def _contests(reader: Reader, scope: Scope) -> Iterator[Remark]:
    del scope
    waiting = _count(reader, f"select count(*) from contest where state = 'contested' and since <= {reader.instant}")
    if waiting:
        yield Remark(
            Weight.NOTE,
            "contests",
            f"{waiting:,} contested records wait to be settled, and are in nobody else's figures meanwhile",
            "answerback show contests, then answerback decide upheld or void",
        )


def _gaps(reader: Reader, scope: Scope) -> Iterator[Remark]:
    """Silence of a mailbox on days that were loaded. Not loaded days are another matter (`_coverage`)."""
    seen = within(scope, "effort.rep_key", "effort.occurred_at")
    rows = reader.query(f"""
        with event as (
            select effort.rep_key, effort.occurred_at from effort where effort.kind = 'email' and {seen}
            union all
            select effort.rep_key, action.occurred_at
            from link join effort using (effort_key) join buyer_action as action using (action_key)
            where effort.kind = 'email' and {seen}
        ),
        step as (
            select rep_key, occurred_at as after,
                   lag(occurred_at) over (partition by rep_key order by occurred_at) as before
            from event
        )
        select named.id, step.before, step.after
        from step join {ids_sql("'rep'")} as named on named.key = step.rep_key
        where epoch(step.after) - epoch(step.before) > {GAP_DAYS * DAY_SECONDS}
          and exists (
              select 1 from coverage
              where coalesce(coverage.rep_key, step.rep_key) = step.rep_key and coalesce(channel, 'email') = 'email'
                and epoch(least(coalesce(ends_at, step.after), step.after))
                    - epoch(greatest(coalesce(starts_at, step.before), step.before)) > {GAP_DAYS * DAY_SECONDS}
          )
        order by named.id, step.before""").to_pylist()
    for row in rows[:20]:
        yield Remark(
            Weight.NOTE,
            f"mailbox of {row['id']}",
            f"silent from {row['before']:%Y-%m-%d} to {row['after']:%Y-%m-%d}",
            "a holiday, or a part of the mailbox that was not exported",
        )
    if len(rows) > 20:
        yield Remark(Weight.NOTE, "mailboxes", f"{len(rows) - 20:,} more silent stretches", "look at the longest first")


def _unseen(reader: Reader, scope: Scope) -> Iterator[Remark]:
    mine = f"from outcome where {within(scope, 'rep_key', 'occurred_at')}"
    unseen = _count(reader, f"select count(*) {mine} and seen_seconds is null")
    if unseen:
        total = _count(reader, f"select count(*) {mine}")
        yield Remark(
            Weight.MISSING,
            "coverage",
            f"answers to {unseen:,} of {total:,} touches could not have been recorded",
            "load the channel for those days",
        )


def _channels(reader: Reader, scope: Scope) -> Iterator[Remark]:
    del scope
    if not reader.snapshot.relations["effort"].rows:
        return
    channels = {row["channel"] for row in reader.query("select distinct channel from coverage").to_pylist()}
    if None in channels:
        return
    for channel, gain in _UNLOCKS.items():
        if channel not in channels:
            yield Remark(Weight.MISSING, channel, f"no {channel} is loaded", gain)


_UNLOCKS = {
    "email": "load mailboxes: replies by reference, the strongest proof there is",
    "calendar": "load calendars: invitations accepted and declined",
    "call": "load the dialler's export: which calls were answered",
}


def _deals(reader: Reader, scope: Scope) -> Iterator[Remark]:
    del scope
    deals = reader.snapshot.relations["deal"].rows
    if not deals:
        yield Remark(
            Weight.MISSING, "deals", "no deals are loaded", "load the CRM: steps, stages and amounts behind the touches"
        )
        return
    homeless = _count(reader, "select count(*) from deal where account_key is null")
    if homeless:
        yield Remark(
            Weight.NOTE,
            "deals",
            f"{homeless:,} of {deals:,} deals have no account",
            "acts can be tied to them by deal only",
        )


def _anybody_of(scope: Scope, rep: str) -> str:
    """A condition on a column of rep keys: somebody of whom the scope holds any stretch."""
    keys = ", ".join(str(int(each.rep_key)) for each in scope.stretches)
    return "true" if scope.everybody else f"{rep} in ({keys})" if keys else "false"


def _count(reader: Reader, sql: str) -> int:
    return int(reader.query(sql).column(0)[0].as_py())


_Check = Callable[[Reader, Scope], Iterator[Remark]]
_OF_THE_DATA: tuple[_Check, ...] = (
    _nothing_kept,
    _efforts,
    _rejects,
    _notes,
    _clocks,
    _channels,
    _duplicates,
    _contests,
    _deals,
)
_OF_PEOPLE: tuple[_Check, ...] = (_unseen, _silent_reps, _gaps)
