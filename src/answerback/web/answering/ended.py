"""What ended of somebody's own, and what each chain showed until then, for whoever looks back on it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from answerback.analysis.directory import Directory
from answerback.analysis.ended.endings import LATELY_WITHIN, Ended, Ends, endings_of, lately
from answerback.analysis.ended.facts import Facts, facts_of
from answerback.analysis.reader import Reader, keys_of
from answerback.people.learning.debriefs import OF_DEALS
from answerback.people.learning.models import DebriefOf
from answerback.web.answering.asking import Asking
from answerback.web.answering.beforehand import Ahead, ahead
from answerback.workspace.known import sources_knowing

NO_DECISION = frozenset({"no decision", "indecision"})
"""Closing reasons that say that no decision came."""


def own_endings(asking: Asking) -> tuple[Ended, ...]:
    """The endings of whoever looks, the latest first; none for who is in no log."""
    key = asking.viewer.own_key
    if key is None:
        return ()
    scope = asking.scope("debrief").only(key)
    found: tuple[Ended, ...] = asking.desk.once(("endings", scope, key), lambda reader: endings_of(reader, scope, key))
    return found


def ended_lately(asking: Asking) -> tuple[Ended, ...]:
    """Those of the last two working days."""
    key, today = asking.viewer.own_key, asking.desk.today()
    if key is None:
        return ()
    scope = asking.scope("debrief").only(key)

    def late(reader: Reader) -> tuple[Ended, ...]:
        found = endings_of(reader, scope, key, since=reader.as_of - LATELY_WITHIN)
        return lately(found, reader.playbook, today)

    found: tuple[Ended, ...] = asking.desk.once(("ended lately", scope, key), late)
    return found


def ending_of(asking: Asking, of: str, deal_id: str, at: datetime | None = None) -> Ended | None:
    """One's own ending of a deal, or of the case about it that was closed then; None where there is none."""
    case = of == DebriefOf.CASE
    for each in own_endings(asking):
        if each.deal_id == deal_id and (each.ends is Ends.CASE) == case and (not case or each.ended_at == at):
            return each
    return None


def facts_now(asking: Asking, ended: Ended) -> Facts:
    """What its chain showed, as far as it is worked out."""
    balls, tried = ahead(asking.desk, Ahead.BALLS), ahead(asking.desk, Ahead.RISK)
    scope = asking.scope("debrief")
    own = None if balls is None else balls.of(ended.deal_key)
    question = ("chain until its end", scope, ended.deal_key, ended.ended_at, own is None, tried is None)
    found: Facts = asking.desk.once(question, lambda reader: facts_of(reader, scope, ended, own, tried))
    return found


def sort_of(ended: Ended, facts: Facts) -> DebriefOf:
    """What the debrief of an ending is of: that no decision came is what the CRM says."""
    if ended.ends is Ends.CASE:
        return DebriefOf.CASE
    if ended.ends is Ends.WON:
        return DebriefOf.WON
    return DebriefOf.NO_DECISION if facts.reason in NO_DECISION else DebriefOf.LOST


def is_of_deal(of: str) -> bool:
    """Whether a debrief is of how a deal ended."""
    return of in OF_DEALS


def companies_of(asking: Asking, deal_ids: Iterable[str]) -> dict[str, str]:
    """What the companies of deals are called, by the deal's id, as far as that is known."""
    directory: Directory | None = ahead(asking.desk, Ahead.DIRECTORY)
    if directory is None:
        return {}
    ids = sorted(set(deal_ids) - {""})
    by_key: dict[str, int] = asking.desk.once(("companies of deals", tuple(ids)), lambda reader: _accounts(reader, ids))
    names = directory.called("account", by_key.values())
    found = {deal: names.get(key) or directory.id_of("account", key) for deal, key in by_key.items()}
    return {deal: name for deal, name in found.items() if name}


def names_around(asking: Asking, deal_id: str) -> frozenset[str] | None:
    """Names and ids of everybody and everything that a text about a deal could name; None while they are read."""
    directory: Directory | None = ahead(asking.desk, Ahead.DIRECTORY)
    if directory is None:
        return None
    names = {deal_id, asking.viewer.person.name, asking.viewer.person.email}
    for member in asking.desk.roster().members.values():
        names |= {member.name, member.rep_id, member.email}
    accounts = asking.desk.once(("companies of deals", (deal_id,)), lambda reader: _accounts(reader, [deal_id]))
    for key in accounts.values():
        for space in ("account", "contact", "deal"):
            listed = directory.listed[space]
            for place in (listed.of == key).nonzero()[0].tolist():
                names |= {listed.ids[place].as_py() or "", listed.names[place].as_py() or ""}
    return frozenset(names - {""})


def source_of_deal(asking: Asking, deal_id: str) -> str:
    """By whose ids the log knows a deal; of several systems that do, the first."""
    found = sorted(sources_knowing(asking.desk.home, "deal", deal_id))
    return found[0] if found else ""


def _accounts(reader: Reader, deal_ids: Iterable[str]) -> dict[str, int]:
    keys = {each: keys_of(reader, "deal", each) for each in deal_ids}
    every = [key for found in keys.values() for key in found]
    rows = reader.rows("deal_span", "deal_key", every, ("deal_key", "account_key"))
    of = {row["deal_key"]: row["account_key"] for row in rows if row["account_key"] is not None}
    return {each: of[key] for each, found in keys.items() for key in found if key in of}
